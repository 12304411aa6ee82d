import { Random } from "../../core/random.ts";
import { ENDING } from "../ending.ts";
import type {
  MemoryArray,
  ModelSource,
  OpenOptions,
  Port,
  RecordedSignal,
  Simulation,
  SimulationMessage,
  TraceSignal,
} from "../engine.ts";
import { UnsettledError } from "../errors.ts";
import { matchesAny, requireMatches } from "../signal-pattern.ts";
import { elementSlots } from "./element-slots.ts";
import { formatText } from "./format-text.ts";
import { type EffectSlot, type Layout, type MemorySlot, type Slot, UNSETTLED } from "./layout.ts";
import type { ModelInstance } from "./model-instance.ts";
import { WaveFile } from "./wave-file.ts";

/** The most edges of one call into the module; its counter has 32 bits. */
const MOST_EDGES = 2 ** 31 - 1;

export class WasmSimulation implements Simulation {
  /** Undefined once another simulation has it. */
  #instance: ModelInstance | undefined;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;
  readonly #ports = new Map<string, Port>();
  readonly #arrays: ReadonlyMap<string, MemorySlot>;
  readonly #layout: Layout;
  readonly #onMessage: (message: SimulationMessage) => void;
  readonly #source: Pick<ModelSource, "trace" | "waves" | "clock" | "top">;
  #waves: WaveFile | undefined;
  #cycle = 0;
  #isSettled = false;
  #end: SimulationMessage | undefined;

  /** `instance` is new, or renewed. */
  constructor(
    instance: ModelInstance,
    layout: Layout,
    source: Pick<ModelSource, "trace" | "waves" | "clock" | "top">,
    { seed, onMessage }: OpenOptions,
  ) {
    this.#source = source;
    this.#layout = layout;
    this.#onMessage = onMessage ?? (() => {});
    this.#instance = instance;
    instance.onEffect = (effect, count) => this.#effect(effect, this.#cycle + count);
    this.#bytes = instance.bytes;
    this.#view = new DataView(this.#bytes.buffer);
    for (const slot of layout.inputs) this.#ports.set(slot.name, this.#inputPort(slot));
    for (const slot of layout.outputs) this.#ports.set(slot.name, this.#outputPort(slot));
    this.#arrays = new Map(layout.memories.map((slot) => [slot.name, slot]));
    this.#initialise(layout, seed);
    instance.start();
  }

  get end(): SimulationMessage | undefined {
    return this.#end;
  }

  get cycle(): number {
    return this.#cycle;
  }

  get signals(): readonly TraceSignal[] {
    const { traces, memories } = this.#layout;
    const { trace = [] } = this.#source;
    const wires = traces.map((slot) => ({
      ...{ name: slot.name, width: slot.width },
      read: () => this.#readSettled(slot),
    }));
    const elements = memories.flatMap((memory) =>
      elementSlots(memory, trace).map(({ name, width, address }) => ({
        ...{ name, width },
        read: () => this.#peek(address, memory),
      })),
    );
    return [...wires, ...elements];
  }

  run(maxCycles: number): number {
    return this.#waves === undefined ? this.#step(maxCycles) : this.#record(this.#waves, maxCycles);
  }

  recordWaves(file: string): () => Promise<readonly RecordedSignal[]> {
    const { waves: patterns = [], clock, top } = this.#source;
    const slots = [
      ...this.#layout.traces.filter(({ name }) => name !== clock && matchesAny(patterns, name)),
      ...this.#layout.memories.flatMap((memory) => elementSlots(memory, patterns)),
    ];
    requireMatches(patterns, [clock, ...slots.map(({ name }) => name)]);
    const waves = new WaveFile(file, top, clock, slots, this.#bytes.buffer);
    this.#waves = waves;
    return async () => {
      if (this.#waves === waves) this.#waves = undefined;
      waves.close();
      return waves.signals;
    };
  }

  /** One by one: signals are looked at from outside. */
  #record(waves: WaveFile, maxCycles: number): number {
    let taken = 0;
    while (taken < maxCycles && this.#step(1) === 1) {
      taken++;
      this.#settle();
      waves.sample(this.#cycle);
    }
    return taken;
  }

  #step(maxCycles: number): number {
    const instance = this.#running;
    let taken = 0;
    // A run of no edges still lets new inputs reach resets, latches and other clocks.
    do {
      const limit = Math.min(maxCycles - taken, MOST_EDGES);
      const count = instance.run(limit);
      if (count === UNSETTLED) throw new UnsettledError(this.#cycle + taken);
      taken += count;
      if (count < limit) break;
    } while (taken < maxCycles);
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

  /** For another simulation; this one can do nothing from now on. */
  takeInstance(): ModelInstance {
    const instance = this.#running;
    this.#instance = undefined;
    return instance;
  }

  get #running(): ModelInstance {
    if (this.#instance === undefined)
      throw new TypeError("this simulation is over: its memory is that of another one");
    return this.#instance;
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
    this.#running.settle();
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
    if (width <= 32) {
      this.#view.setUint32(address, Number(bits), true);
      return;
    }
    for (let low = 0; low < width; low += 64) {
      this.#view.setBigUint64(address + low / 8, BigInt.asUintN(64, bits >> BigInt(low)), true);
    }
  }

  #effect(index: number, cycle: number): void {
    const { address, widths } = this.#layout.effects[index] as EffectSlot;
    const width = widths.reduce((sum, each) => sum + each, 0);
    this.#tell(index, width === 0 ? 0n : this.#read({ name: "", address, width }), cycle);
  }

  /** `args` holds the values of the fields end to end, the first one lowest. */
  #tell(index: number, args: bigint, cycle: number): void {
    const { kind, format, widths, place } = this.#layout.effects[index] as EffectSlot;
    let rest = args;
    const values = widths.map((width) => {
      const value = BigInt.asUintN(width, rest);
      rest >>= BigInt(width);
      return value;
    });
    const text = formatText(format, values, cycle);
    const message: SimulationMessage = { kind, text, place, cycle };
    if (ENDING.has(kind) && this.#end === undefined) {
      this.#end = message;
      this.#view.setUint32(this.#layout.end, 1, true);
    }
    this.#onMessage(message);
  }

  /** Registers start as the source says, and where it says nothing from the seed, so that a missing reset shows. */
  #initialise(layout: Layout, seed: bigint | undefined): void {
    const random = seed === undefined ? undefined : new Random(seed).fork("registers");
    for (const { address, width, initValue, initMask } of layout.registers) {
      const mask = BigInt(`0x${initMask}`);
      let chance = 0n;
      for (let low = 0; low < width; low += 64) chance |= (random?.uint64() ?? 0n) << BigInt(low);
      this.#write({ name: "", address, width }, (BigInt(`0x${initValue}`) & mask) | (chance & ~mask));
    }
    for (const memory of layout.memories) {
      for (const { index, elements, times } of memory.init) {
        for (const [offset, element] of elements.entries())
          this.#poke(memory, index + offset, BigInt(`0x${element}`));
        if (times > 1) this.#repeat(memory, index, elements.length, times);
      }
    }
  }

  /** What lies there once, `times` times in a row. */
  #repeat({ address, elementBytes }: MemorySlot, index: number, count: number, times: number): void {
    const from = address + index * elementBytes;
    const total = count * times * elementBytes;
    for (let done = count * elementBytes; done < total; done *= 2)
      this.#bytes.copyWithin(from + done, from, from + Math.min(done, total - done));
  }

  #peek(address: number, { elementBytes }: MemorySlot): bigint {
    let value = 0n;
    for (let byte = elementBytes - 1; byte >= 0; byte--)
      value = (value << 8n) | BigInt(this.#bytes[address + byte] as number);
    return value;
  }

  #poke({ address, elementBytes, depth }: MemorySlot, index: number, value: bigint): void {
    if (index < 0 || index >= depth) return;
    for (let byte = 0; byte < elementBytes; byte++) {
      this.#bytes[address + index * elementBytes + byte] = Number((value >> BigInt(8 * byte)) & 0xffn);
    }
  }
}
