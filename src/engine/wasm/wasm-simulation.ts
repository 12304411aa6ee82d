/// <reference path="./webassembly.d.ts" />
import { Random } from "../../core/random.ts";
import type { MemoryArray, Port, Simulation, TraceSignal } from "../engine.ts";
import type { Layout, MemorySlot, Slot } from "./layout.ts";

interface Exports {
  readonly memory: WebAssembly.Memory;
  run(limit: number): number;
  settle(): void;
}

/** The most edges of one call into the module; its counter has 32 bits. */
const MOST_EDGES = 2 ** 31 - 1;

export class WasmSimulation implements Simulation {
  readonly signals: readonly TraceSignal[];
  readonly #exports: Exports;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #ports = new Map<string, Port>();
  readonly #arrays: ReadonlyMap<string, MemorySlot>;
  #cycle = 0;
  #isSettled = false;

  constructor(module: WebAssembly.Module, layout: Layout, seed: bigint | undefined) {
    this.#exports = new WebAssembly.Instance(module).exports as unknown as Exports;
    const { buffer } = this.#exports.memory;
    this.#bytes = new Uint8Array(buffer);
    this.#view = new DataView(buffer);
    for (const slot of layout.inputs) this.#ports.set(slot.name, this.#inputPort(slot));
    for (const slot of layout.outputs) this.#ports.set(slot.name, this.#outputPort(slot));
    this.#arrays = new Map(layout.memories.map((slot) => [slot.name, slot]));
    this.signals = layout.traces.map((slot) => ({
      name: slot.name,
      width: slot.width,
      read: () => this.#readSettled(slot),
    }));
    this.#initialise(layout, seed);
  }

  get cycle(): number {
    return this.#cycle;
  }

  run(maxCycles: number): number {
    let taken = 0;
    while (taken < maxCycles) {
      const limit = Math.min(maxCycles - taken, MOST_EDGES);
      const count = this.#exports.run(limit);
      taken += count;
      if (count < limit) break;
    }
    this.#cycle += taken;
    this.#isSettled = false;
    return taken;
  }

  port(name: string): Port {
    const port = this.#ports.get(name);
    if (port === undefined) {
      throw new RangeError(
        `the top module has no port ${name}; it has ${[...this.#ports.keys()].join(", ")}`,
      );
    }
    return port;
  }

  array(name: string): MemoryArray {
    const slot = this.#arrays.get(name);
    if (slot === undefined) {
      throw new RangeError(`the design has no memory ${name}; it has ${[...this.#arrays.keys()].join(", ")}`);
    }
    const { width, depth, elementBytes, address } = slot;
    return {
      name,
      width,
      depth,
      elementBytes,
      bytes: this.#bytes.subarray(address, address + depth * elementBytes),
    };
  }

  close(): void {
    this.#ports.clear();
  }

  #inputPort(slot: Slot): Port {
    return {
      name: slot.name,
      direction: "input",
      width: slot.width,
      read: () => Number(this.#read(slot)),
      readBig: () => this.#read(slot),
      write: (value) => {
        this.#write(slot, BigInt(value));
        this.#isSettled = false;
      },
    };
  }

  #outputPort(slot: Slot): Port {
    return {
      name: slot.name,
      direction: "output",
      width: slot.width,
      read: () => {
        this.#settle();
        return slot.width <= 32 ? this.#view.getUint32(slot.address, true) : Number(this.#read(slot));
      },
      readBig: () => this.#readSettled(slot),
      write: () => {
        throw new TypeError(`${slot.name} is an output of the top module`);
      },
    };
  }

  #settle(): void {
    if (this.#isSettled) return;
    this.#exports.settle();
    this.#isSettled = true;
  }

  #readSettled(slot: Slot): bigint {
    this.#settle();
    return this.#read(slot);
  }

  #read({ address, width }: Slot): bigint {
    if (width <= 32) return BigInt(this.#view.getUint32(address, true));
    let value = 0n;
    for (let low = 0; low < width; low += 64) {
      value |= this.#limb(address + low / 8, Math.min(64, width - low)) << BigInt(low);
    }
    return value;
  }

  /** The last of several limbs may be a 32-bit store; what lies above it is not part of the value. */
  #limb(address: number, width: number): bigint {
    return width <= 32 ? BigInt(this.#view.getUint32(address, true)) : this.#view.getBigUint64(address, true);
  }

  #write({ address, width }: Slot, value: bigint): void {
    const bits = BigInt.asUintN(width, value);
    if (width <= 32) this.#view.setUint32(address, Number(bits), true);
    else this.#view.setBigUint64(address, bits, true);
  }

  /** Registers start as the source says, and where it says nothing from the seed, so that a missing reset shows. */
  #initialise(layout: Layout, seed: bigint | undefined): void {
    const random = seed === undefined ? undefined : new Random(seed).fork("registers");
    for (const { address, width, initValue, initMask } of layout.registers) {
      const mask = BigInt(`0x${initMask}`);
      const chance = random?.uint64() ?? 0n;
      this.#write({ name: "", address, width }, (BigInt(`0x${initValue}`) & mask) | (chance & ~mask));
    }
    for (const memory of layout.memories) {
      for (const { index, elements } of memory.init) {
        for (const [offset, element] of elements.entries())
          this.#poke(memory, index + offset, BigInt(`0x${element}`));
      }
    }
  }

  #poke({ address, elementBytes, depth }: MemorySlot, index: number, value: bigint): void {
    if (index < 0 || index >= depth) return;
    for (let byte = 0; byte < elementBytes; byte++) {
      this.#bytes[address + index * elementBytes + byte] = Number((value >> BigInt(8 * byte)) & 0xffn);
    }
  }
}
