import type { Log } from "../core/log.ts";
import type { SimulationMessage } from "../engine/engine.ts";
import type { BankLayout } from "../memory/platform-profile.ts";

export interface OpenOptions {
  /** Decides everything that is left to chance: stalls, latencies, values before reset. */
  readonly seed: bigint;
  /** Where built models are kept. */
  readonly cacheDirectory: string;
  readonly log: Log;
  /** RAM by physical address; by default that of the standard profile. */
  readonly banks?: readonly BankLayout[];
  readonly waves?: WavesOptions;
  readonly lastWords?: LastWords;
  /** Lines, toggles and `cover` statements are counted; the counts are written to this file when the link closes. */
  readonly coverageFile?: string;
  /** Hears what the device says. */
  readonly onMessage?: (message: DeviceMessage) => void;
}

/** `$display` and its kin, an assertion that failed. The cycle counts from the end of the reset, before it is negative. */
export type DeviceMessage = SimulationMessage;

/** What is left of a process when an engine takes it with it. */
export interface LastWords {
  /** A line of JSON: what happened, in which cycle, how long each block is; then the blocks. */
  readonly file: string;
  /** The first block, as it is at the end; what follows is the link's. */
  readonly keep: Uint8Array;
  /** The longest that an engine may compute one cycle. */
  readonly stallMs: number;
}

/** Which signals to record, and from when. */
export interface WavesChoice {
  /**
   * Hierarchical signal names; `*` stands for anything but a dot, `**` for anything. By default what the link thinks
   * useful.
   */
  readonly patterns?: readonly string[] | undefined;
  /** From this cycle, or from the first cycle in which the signal of this name is not 0; by default from the start. */
  readonly from?: number | string;
  /** The last cycle to record; by default the end. */
  readonly to?: number;
}

export interface WavesOptions extends WavesChoice {
  /** The file to write, without the ending that the engine's format has. */
  readonly path: string;
}

/** How long a build took, whether its result was there already, what it was made of and what it warned of. */
export interface BuildSummary {
  readonly fromCache: boolean;
  readonly buildMs: number;
  /** What the model is made of: files and folders, absolute. */
  readonly sources: readonly string[];
  /** Each with file and line. */
  readonly warnings: readonly string[];
}

export type BuildOptions = Omit<
  OpenOptions,
  "seed" | "waves" | "banks" | "lastWords" | "coverageFile" | "onMessage"
> & {
  readonly waves?: WavesChoice;
  readonly coverage?: boolean;
};
