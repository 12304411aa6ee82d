import type { DesignMessage } from "../core/design-message.ts";

/**
 * What turns Verilog into something that steps. Knows neither DMA nor benches.
 *
 * An `Engine` builds a `Model` from sources (slow, cached by content); a `Model` opens any number of independent
 * `Simulation`s (fast). A simulation has one clock, input and output ports, and memories whose bytes the caller sees
 * directly. Time moves only inside `run`.
 */

/**
 * In a file of waves edge n of the clock lies at so many times n, and its other edge half of that later; the unit of the
 * file's times is 1 ns. From an edge on one sees what has become of it; what the host has set since then, in time for
 * the next edge, shows in the second half of the cycle, or from the next edge on.
 */
export const WAVES_TIME_PER_CYCLE = 10;

export interface ModelSource {
  readonly top: string;
  /** Absolute paths, in order. */
  readonly files: readonly string[];
  /** Directories for `include`, absolute. */
  readonly includeDirectories?: readonly string[];
  /** Parameters of the top module. */
  readonly parameters?: Readonly<Record<string, number | bigint>>;
  readonly defines?: Readonly<Record<string, string>>;
  /**
   * An instance in the top, written in `file`, whose ports have the width of what is connected to them, except `loose`;
   * otherwise `build` rejects with `PortWidthError`.
   */
  readonly instance?: { readonly name: string; readonly file: string; readonly loose: readonly string[] };
  /** Name of the clock input. */
  readonly clock: string;
  /** Name of an output: `run` returns before the cycle in which it is not zero. */
  readonly stop?: string;
  /**
   * Patterns of hierarchical signal names to keep readable (`*` any characters except `.`, `**` any). Signals that are
   * not asked for may be optimised away.
   */
  readonly trace?: readonly string[];
  /** Patterns of signals that `recordWaves` writes; the clock is always among them. Whole scopes may be. */
  readonly waves?: readonly string[];
  /** Lines, toggles and assertions are counted. Not every engine can. */
  readonly coverage?: boolean;
}

export interface Engine {
  readonly name: string;
  /** Rejects with `BuildError` (file and line where known). */
  build(source: ModelSource): Promise<Model>;
  /** The model of an earlier `build` by its key, whatever has become of the sources; undefined when it is not kept any more. */
  load(source: ModelSource, key: string): Model | undefined;
  /** The ports of the top, with the parameters as the source has them. Rejects with `BuildError`. */
  ports(source: ModelSource): Promise<readonly PortShape[]>;
}

export interface PortShape {
  readonly name: string;
  readonly direction: "input" | "output";
}

export interface Model {
  readonly source: ModelSource;
  /** Content hash of sources, options and tools: the key in the cache. */
  readonly key: string;
  readonly fromCache: boolean;
  /** Wall milliseconds that `build` took. */
  readonly buildMs: number;
  /** What the build found that is legal and seldom meant, each with file and line; a model from the cache has them too. */
  readonly warnings: readonly string[];
  /** Of the files that `recordWaves` writes. */
  readonly wavesFormat: "vcd" | "fst";
  open(options?: OpenOptions): Simulation;
  /**
   * Zeroes the memory of a simulation of this model that is closed and not needed any more. The result is as `open`, once, in
   * that memory; views of what it was have no bytes from now on, and the used simulation can do nothing. Undefined where the
   * system cannot.
   */
  renew(used: Simulation): Promise<Model["open"] | undefined>;
}

export interface OpenOptions {
  /** Decides what registers hold that have no initial value; without it they hold 0. */
  readonly seed?: bigint;
  /**
   * Where a model that crashes, or never ends a cycle, leaves word before it takes the process with it: what the ports
   * and memories `places` of the design hold then.
   */
  readonly lastWords?: {
    readonly file: string;
    readonly places?: readonly string[];
    readonly stallMs: number;
  };
  /** Hears what the design says. */
  readonly onMessage?: (message: SimulationMessage) => void;
}

/** The cycle counts from the opening of the simulation. */
export type SimulationMessage = DesignMessage;

export interface Simulation {
  /** Rising clock edges since the simulation was opened. */
  readonly cycle: number;
  /**
   * Runs up to `maxCycles` rising edges. Before each edge the combinational logic settles, and the run ends if `stop`
   * is not zero; the edge is then not taken. Afterwards every output port is settled. Returns the edges taken.
   */
  run(maxCycles: number): number;
  /** What ended the simulation: `$finish`, `$stop`, `$fatal`, `$error` or a failed assertion. No further edge is taken. */
  readonly end: SimulationMessage | undefined;
  /** Throws `RangeError` for a name that the top module does not have. */
  port(name: string): Port;
  /** A memory of the design by hierarchical name below the top, such as `memory.ram`. */
  array(name: string): MemoryArray;
  readonly signals: readonly TraceSignal[];
  /**
   * From now on `run` writes the signals of `ModelSource.waves` to `file`, until the result is called or the simulation
   * closed, which tells what is in the file; one file at a time. Throws `NoSignalError` for a pattern that nothing matches, or the result rejects with it.
   */
  recordWaves(file: string): () => Promise<readonly RecordedSignal[]>;
  /** Only of a model with `coverage`: what was counted so far, in Verilator's format. */
  writeCoverage?(file: string): void;
  /** Only of a model with `coverage`: counts from here on. */
  clearCoverage?(): void;
  close(): void;
}

export interface Port {
  readonly name: string;
  readonly direction: "input" | "output";
  readonly width: number;
  /** For ports up to 32 bits: unsigned. */
  read(): number;
  readBig(): bigint;
  /** An input takes effect at the next `run`. */
  write(value: number | bigint): void;
}

/** A memory of the design; `bytes` is the storage itself, little-endian, one element after the other. */
export interface MemoryArray {
  readonly name: string;
  readonly depth: number;
  readonly width: number;
  /** 1, 2, 4 or 8, the smallest that holds `width` bits; above 64 bits a multiple of 8. */
  readonly elementBytes: number;
  readonly bytes: Uint8Array;
}

/** A signal in a file of waves. */
export interface RecordedSignal {
  /** Scopes from the top on and name, with dots between them. */
  readonly path: string;
  readonly width: number;
  /** Of its bits as the file has it, such as `[7:0]`; empty for a single bit. */
  readonly range: string;
}

/** A signal kept by `trace`; its value is that of the last settled cycle. */
export interface TraceSignal {
  /** Hierarchical name below the top. */
  readonly name: string;
  readonly width: number;
  read(): bigint;
}
