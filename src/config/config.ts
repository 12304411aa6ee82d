/**
 * The configuration of a project: which benches there are and the targets they run on.
 *
 * A target is a name for one way to reach a device. Benches never name a target: the command line picks one or more,
 * and the first of the configuration when nobody picks.
 */
export interface Config {
  /** Glob patterns of bench files, relative to the folder of the configuration. */
  readonly benches: readonly string[];
  /** The seed of a run that is not given another; without it each run draws its own. */
  readonly seed?: bigint;
  readonly targets: Readonly<Record<string, TargetConfig>>;
}

/** The built-in simulator: the Verilog of the installation, compiled to WebAssembly. */
export interface TargetConfig {
  readonly link: "simulator";
  readonly engine: "wasm";
  readonly harness?: HarnessConfig;
}

/** How simulated host memory and the bus behave. By default ideal: latency 1, no stalls. */
export interface HarnessConfig {
  /** Cycles from the acceptance of a read address to its first beat. */
  readonly readLatency?: LatencyConfig;
  /** Cycles from the last beat of a write to its response. */
  readonly writeLatency?: LatencyConfig;
  /** Share of cycles, 0 to 0.99, in which a channel is held back: one for all, or by channel. */
  readonly stalls?: number | Readonly<Partial<Record<StallChannel, number>>>;
}

/** Always the same, or drawn between two for each burst; 1 to 65535. */
export type LatencyConfig = number | readonly [min: number, max: number];

export const stallChannels = ["ar", "aw", "w", "r", "b"] as const;
export type StallChannel = (typeof stallChannels)[number];

/** What `hilt.config.ts` may leave out. */
export type UserConfig = Partial<Config>;

/** Gives a configuration file its types. */
export function defineConfig(config: UserConfig): UserConfig {
  return config;
}

export const defaultConfig: Config = {
  benches: ["**/*.hil.ts"],
  targets: { wasm: { link: "simulator", engine: "wasm" } },
};
