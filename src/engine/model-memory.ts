/// <reference path="./webassembly.d.ts" />
import { ToolError } from "./errors.ts";

const PAGE_BYTES = 65_536;

/** Loaded with the second test: most processes of the built-in engine load no library. */
let native: typeof import("../native/discard-memory.ts") | undefined;

/**
 * The memory of a model: zeroed, and nothing of it costs anything before it is touched. Simulations have it one after the
 * other, for memory is what costs most to open.
 */
export class ModelMemory {
  readonly #memory: WebAssembly.Memory;

  constructor(memory: WebAssembly.Memory) {
    this.#memory = memory;
  }

  /** Throws `ToolError` when there is not so much. */
  static ofBytes(bytes: number): ModelMemory {
    try {
      return new ModelMemory(new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE_BYTES) }));
    } catch (cause) {
      throw new ToolError(`there is not enough memory for a model of ${bytes} bytes`, { cause });
    }
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#memory.buffer);
  }

  /** Zeroed again; views of what it was are cut off: they have no bytes any more. False where the system cannot. */
  async renew(): Promise<boolean> {
    native ??= await import("../native/discard-memory.ts");
    // An ArrayBuffer of a memory that has grown, even by nothing, has come to its end.
    this.#memory.grow(0);
    return native.discardMemory(this.bytes);
  }
}
