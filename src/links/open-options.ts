import type { Log } from "../core/log.ts";

export interface OpenOptions {
  /** Decides everything that is left to chance: stalls, latencies, values before reset. */
  readonly seed: bigint;
  /** Where built models are kept. */
  readonly cacheDirectory: string;
  readonly log: Log;
  readonly waves?: WavesOptions;
}

export interface WavesOptions {
  /** The VCD file to write. */
  readonly file: string;
  /** Hierarchical signal names; `*` stands for anything but a dot, `**` for anything. */
  readonly patterns: readonly string[];
}

/** How long a build took and whether it was there already. */
export interface BuildSummary {
  readonly fromCache: boolean;
  readonly buildMs: number;
}

export type BuildOptions = Omit<OpenOptions, "seed">;
