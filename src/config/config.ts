import { type Blame, HiltError } from "../core/errors.ts";
import type { TargetConfig } from "../links/registry.ts";
import type { PlatformProfile } from "../memory/platform-profile.ts";

export type { TargetConfig } from "../links/registry.ts";

/** What a project says about its benches and targets, in `hilt.config.ts`. */
export interface Config {
  /** Folders and files with benches; the whole project by default. */
  readonly benches?: readonly string[] | undefined;
  /** The seed of a run that is given none; 64 bits. By default 1. */
  readonly seed?: bigint | number | undefined;
  /** The platform profile of a run that is given none; by default `standard`. */
  readonly profile?: string | undefined;
  /** Profiles of the project's own, by name; what one leaves out is as in `standard`. */
  readonly profiles?: Readonly<Record<string, Readonly<PartialProfile>>> | undefined;
  /** Targets by name; by default one, `wasm`: the built-in engine. The first one runs when none is named. */
  readonly targets?: Readonly<Record<string, TargetConfig>> | undefined;
}

type PartialProfile = { readonly [K in keyof PlatformProfile]?: PlatformProfile[K] | undefined };

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
