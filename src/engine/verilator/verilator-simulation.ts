import { chosenElements } from "../chosen-elements.ts";
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
import { ToolError, UnsettledError } from "../errors.ts";
import type { ModelMemory } from "../model-memory.ts";
import { matchesAny } from "../signal-pattern.ts";
import { designMessages } from "./design-messages.ts";
import type { Description, Handle, ModelLibrary, PortPlace, VariablePlace } from "./library.ts";
import { recordedScopes, recordedSignals } from "./recorded-scopes.ts";

/** The most edges of one call: a number that the library takes and that Ctrl-C can wait for. */
const MOST_EDGES = 2 ** 40;
/** 32-bit words of the status block: the cycle, the count of messages, whether the design has ended. */
const MESSAGES = 2;

const STATUS_WORDS = 4;

/** Ends a model whose simulation nobody has any more. */
const models = new FinalizationRegistry<() => void>((end) => end());

/** A Verilated model in this process. Its memory is one block that both sides see. */
export class VerilatorSimulation implements Simulation {
  /** For functions of C++ files that were built into the model. */
  get handle(): Handle {
    if (this.#handle === undefined)
      throw new TypeError("this simulation is over: its memory is that of another one");
    return this.#handle;
  }
  /** Undefined once it has been given back. */
  #handle: Handle | undefined;
  readonly #library: ModelLibrary;
  readonly #memory: ModelMemory;
  readonly #source: ModelSource;
  readonly #view: DataView;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #status: Uint32Array<ArrayBuffer>;
  readonly #ports: ReadonlyMap<string, Port>;
  readonly #variables: readonly VariablePlace[];
  readonly #arrays: ReadonlyMap<string, VariablePlace>;
  readonly #onMessage: (message: SimulationMessage) => void;
  #isRecording = false;
  #isSettled = true;
  #cycle = 0;
  #end: SimulationMessage | undefined;

  /** `memory` is zeroed. */
  constructor(
    library: ModelLibrary,
    memory: ModelMemory,
    source: ModelSource,
    { seed, onMessage, lastWords }: OpenOptions,
  ) {
    this.#library = library;
    this.#source = source;
    this.#onMessage = onMessage ?? (() => {});
    if (lastWords !== undefined) library.watch(lastWords.file, lastWords.stallMs);
    this.#memory = memory;
    this.#bytes = memory.bytes;
    const handle = library.open(seed, this.#bytes);
    this.#handle = handle;
    // It has the memory, which stays as long as the model.
    models.register(this, endOf(library, handle, memory), this);
    const { ports, variables }: Description = library.describe(handle);
    const { buffer } = this.#bytes;
    this.#view = new DataView(buffer);
    this.#status = new Uint32Array(buffer, 0, STATUS_WORDS);
    this.#ports = new Map(
      ports.map((place) => [
        place.name,
        place.direction === "input" ? this.#input(place) : this.#output(place),
      ]),
    );
    this.#arrays = new Map(variables.filter(({ depth }) => depth > 0).map((place) => [place.name, place]));
    for (const name of lastWords?.places ?? []) {
      const port = ports.find((one) => one.name === name);
      const { bytes: block } =
        port === undefined
          ? this.array(name)
          : { bytes: this.#bytes.subarray(port.address, port.address + bytesOf(port.width)) };
      library.keep(block);
    }
    this.#variables = variables;
    this.#hear();
  }

  get libraryPath(): string {
    return this.#library.path;
  }

  get cycle(): number {
    return this.#cycle;
  }

  get end(): SimulationMessage | undefined {
    return this.#end;
  }

  get signals(): readonly TraceSignal[] {
    const { trace = [] } = this.#source;
    return this.#variables.flatMap(({ name, width, depth, first, address }): TraceSignal[] => {
      const signal = (own: string, at: number): TraceSignal => ({
        ...{ name: own, width },
        read: () => {
          this.#settle();
          return this.#readBits(at, width);
        },
      });
      if (depth === 0) return matchesAny(trace, name) ? [signal(name, address)] : [];
      return chosenElements({ name, depth, first }, trace).map(({ index, number }) =>
        signal(`${name}${number}`, address + index * bytesOf(width)),
      );
    });
  }

  run(maxCycles: number): number {
    const taken = this.#library.run(this.handle, Math.min(maxCycles, MOST_EDGES));
    this.#isSettled = true;
    this.#cycle += Math.max(0, taken);
    if (this.#status[MESSAGES] !== 0) this.#hear();
    if (taken < 0) throw this.#fault();
    return taken;
  }

  port(name: string): Port {
    const port = this.#ports.get(name);
    if (port !== undefined) return port;
    throw new RangeError(`the top module has no port ${name}; it has ${[...this.#ports.keys()].join(", ")}`);
  }

  array(name: string): MemoryArray {
    const place = this.#arrays.get(name);
    if (place === undefined) {
      throw new RangeError(
        `the design has no memory ${name} that is public; there is ${[...this.#arrays.keys()].join(", ")}`,
      );
    }
    const { width, depth, address } = place;
    const elementBytes = bytesOf(width);
    return {
      name,
      width,
      depth,
      elementBytes,
      bytes: this.#bytes.subarray(address, address + depth * elementBytes),
    };
  }

  recordWaves(file: string): () => Promise<readonly RecordedSignal[]> {
    const { top, clock, waves = [] } = this.#source;
    this.#library.openWaves(this.handle, file, recordedScopes(top, [clock, ...waves]));
    this.#isRecording = true;
    return async () => {
      this.#closeWaves();
      return recordedSignals(file, top, waves);
    };
  }

  writeCoverage(file: string): void {
    this.#library.writeCoverage(this.handle, file);
  }

  clearCoverage(): void {
    this.#library.clearCoverage(this.handle);
  }

  close(): void {
    this.#closeWaves();
  }

  /** Ends the model, and gives its memory to another simulation; this one can do nothing from now on. */
  takeMemory(): ModelMemory {
    const { handle } = this;
    this.close();
    models.unregister(this);
    this.#handle = undefined;
    this.#library.close(handle);
    return this.#memory;
  }

  #closeWaves(): void {
    if (!this.#isRecording) return;
    this.#isRecording = false;
    this.#library.closeWaves(this.handle);
  }

  #input({ name, width, address }: PortPlace): Port {
    const mask = width < 32 ? 2 ** width - 1 : -1;
    return {
      ...{ name, width, direction: "input" },
      read: () => this.#readNumber(address, width),
      readBig: () => this.#readBits(address, width),
      write: (value) => {
        this.#isSettled = false;
        if (width <= 32) this.#writeNumber(address, width, Number(value) & mask);
        else this.#writeBits(address, width, BigInt(value));
      },
    };
  }

  #output({ name, width, address }: PortPlace): Port {
    return {
      ...{ name, width, direction: "output" },
      read: () => {
        if (!this.#isSettled) this.#settle();
        return this.#readNumber(address, width);
      },
      readBig: () => {
        if (!this.#isSettled) this.#settle();
        return this.#readBits(address, width);
      },
      write: () => {
        throw new TypeError(`${name} is an output of the top module`);
      },
    };
  }

  #settle(): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    if (this.#library.settle(this.handle) !== 0) throw this.#fault();
  }

  /** Takes what the design has said. */
  #hear(): void {
    for (const message of designMessages(this.#library.messages(this.handle), this.#source.top)) {
      if (ENDING.has(message.kind)) this.#end ??= message;
      this.#onMessage(message);
    }
  }

  #fault(): Error {
    const text = this.#library.error();
    if (/did not converge/i.test(text)) return new UnsettledError(this.#cycle);
    return new ToolError(`the model failed after its cycle ${this.#cycle}: ${text}`);
  }

  #readNumber(address: number, width: number): number {
    if (width <= 8) return this.#view.getUint8(address);
    if (width <= 16) return this.#view.getUint16(address, true);
    if (width <= 32) return this.#view.getUint32(address, true);
    return Number(this.#readBits(address, width));
  }

  #readBits(address: number, width: number): bigint {
    if (width <= 32) return BigInt(this.#readNumber(address, width));
    if (width <= 64) return this.#view.getBigUint64(address, true);
    let value = 0n;
    for (let low = 0; low < width; low += 32)
      value |= BigInt(this.#view.getUint32(address + low / 8, true)) << BigInt(low);
    return value;
  }

  /** Verilator wants the bits above the width to be 0. */
  #writeNumber(address: number, width: number, bits: number): void {
    if (width <= 8) this.#view.setUint8(address, bits);
    else if (width <= 16) this.#view.setUint16(address, bits, true);
    else this.#view.setUint32(address, bits, true);
  }

  #writeBits(address: number, width: number, value: bigint): void {
    const bits = BigInt.asUintN(width, value);
    if (width <= 64) {
      this.#view.setBigUint64(address, bits, true);
      return;
    }
    for (let low = 0; low < width; low += 32)
      this.#view.setUint32(address + low / 8, Number((bits >> BigInt(low)) & 0xffff_ffffn), true);
  }
}

/** Knows the memory, which must be there as long as the model, and not the simulation, whose end it waits for. */
function endOf(library: ModelLibrary, handle: Handle, memory: ModelMemory): () => ModelMemory {
  return () => {
    library.close(handle);
    return memory;
  };
}

/** Verilator's own sizes: 1, 2, 4 or 8 bytes, above that words of 4. */
function bytesOf(width: number): number {
  return [1, 2, 4, 8].find((bytes) => width <= 8 * bytes) ?? 4 * Math.ceil(width / 32);
}
