import { counted } from "../core/counted.ts";
import type { HostBuffer } from "./host-buffer.ts";
import { chainBytes, isRange, type Mdl, readPages, writePages } from "./mdl.ts";
import type { PhysicalMemory } from "./physical-memory.ts";

/** Several buffers that a driver hands over as one, as a network stack does with the parts of a packet. */
export class HostChain {
  readonly name: string;
  readonly #mdl: Mdl;
  readonly #buffers: readonly HostBuffer[];
  readonly lengthBytes: number;
  readonly #memory: PhysicalMemory;

  constructor(buffers: readonly HostBuffer[], memory: PhysicalMemory) {
    if (buffers.length === 0) throw new RangeError("a chain of no buffers");
    this.name = buffers.map(({ name }) => name).join(" + ");
    this.#buffers = buffers;
    this.#mdl = buffers.reduceRight<Mdl | null>((next, { mdl }) => ({ ...mdl, next }), null) as Mdl;
    this.lengthBytes = chainBytes(this.#mdl);
    this.#memory = memory;
  }

  /** Throws `BufferFreedError` when one of the buffers is free. */
  get mdl(): Mdl {
    for (const buffer of this.#buffers) void buffer.mdl;
    return this.#mdl;
  }

  /** Copies `bytes` into the buffers from byte `at` of the chain on. */
  write(bytes: Uint8Array, at = 0): void {
    this.#check(at, bytes.length);
    writePages(this.#memory, this.mdl, at, bytes);
  }

  /** A copy of `lengthBytes` bytes from byte `at` on; the whole chain by default. */
  read(at = 0, lengthBytes: number = this.lengthBytes - at): Uint8Array {
    this.#check(at, lengthBytes);
    return readPages(this.#memory, this.mdl, at, lengthBytes);
  }

  #check(at: number, lengthBytes: number): void {
    if (!isRange(at, lengthBytes, this.lengthBytes)) {
      throw new RangeError(
        `${this.name} have ${counted(this.lengthBytes, "byte")}, not ${counted(lengthBytes, "byte")} from byte ${at} on`,
      );
    }
  }
}
