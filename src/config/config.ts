import { type Blame, HiltError } from "../core/errors.ts";

/** What a project says about its benches and targets, in `hilt.config.ts`. */
export interface Config {
  /** Folders and files with benches; the whole project by default. */
  readonly benches?: readonly string[];
  /** The seed of a run that is given none; 64 bits. By default 1. */
  readonly seed?: bigint | number;
  /** Targets by name; by default one, `wasm`: the built-in engine. */
  readonly targets?: Readonly<Record<string, TargetConfig>>;
}

/** What reaches a device; `link` says how, the rest belongs to that link. */
export interface TargetConfig {
  readonly link: "simulator";
  readonly engine: "wasm";
  readonly harness?: {
    readonly readLatency?: number | readonly [min: number, max: number];
    readonly writeLatency?: number | readonly [min: number, max: number];
    readonly stalls?: number | Readonly<Partial<Record<"ar" | "aw" | "w" | "r" | "b" | "register", number>>>;
    readonly readOutstanding?: number;
    readonly writeOutstanding?: number;
  };
}

/** For the editor: the configuration as it is, with its type. */
export function defineConfig(config: Config): Config {
  return config;
}

/** The configuration is not what it must be. */
export class ConfigError extends HiltError {
  readonly code = "E_CONFIG";
  readonly blame: Blame = "usage";

  constructor(place: string, problem: string, options?: ErrorOptions) {
    super(`${place}: ${problem}`, options);
  }
}
