/// <reference path="../webassembly.d.ts" />
import { ModelMemory } from "../model-memory.ts";
import type { Layout } from "./layout.ts";

interface Exports {
  readonly memory: WebAssembly.Memory;
  run(limit: number): number;
  settle(): void;
  start(): void;
}

/** A module with its linear memory. Simulations have it one after the other. */
export class ModelInstance {
  readonly run: Exports["run"];
  readonly settle: Exports["settle"];
  readonly start: Exports["start"];
  /** Called when effect `index` of the layout comes about, `count` edges after the start of the run. */
  onEffect: (index: number, count: number) => void = () => {};
  readonly #memory: ModelMemory;
  /** What the module places in its memory. */
  readonly #constants: readonly { readonly address: number; readonly bytes: Uint8Array }[];

  constructor(module: WebAssembly.Module, { constants }: Layout) {
    const env = { effect: (index: number, count: number) => this.onEffect(index, count) };
    const { memory, run, settle, start } = new WebAssembly.Instance(module, { env })
      .exports as unknown as Exports;
    this.#memory = new ModelMemory(memory);
    [this.run, this.settle, this.start] = [run, settle, start];
    const { bytes } = this;
    this.#constants = constants.map(({ address, length }) => ({
      address,
      bytes: bytes.slice(address, address + length),
    }));
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#memory.bytes;
  }

  /** As when it was made, see `ModelMemory.renew`. */
  async renew(): Promise<boolean> {
    if (!(await this.#memory.renew())) return false;
    const { bytes } = this;
    for (const constant of this.#constants) bytes.set(constant.bytes, constant.address);
    this.onEffect = () => {};
    return true;
  }
}
