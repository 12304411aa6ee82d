import { type Blame, HiltError } from "../core/errors.ts";
import type { PlatformProfile } from "../memory/platform-profile.ts";
import type { ParameterConfig } from "./parameter.ts";

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

/** What reaches a device; `link` says how, the rest belongs to that link. */
export interface TargetConfig {
  readonly link: "simulator";
  readonly engine: "wasm" | "verilator";
  readonly verilator?: string | undefined;
  readonly buildLimitSeconds?: number | undefined;
  readonly harness?: HarnessConfig | undefined;
  readonly interrupts?: "level" | "message" | undefined;
  readonly device?: DeviceConfig | undefined;
}

/** Cycles: always the same number, or drawn between two for each burst. */
export type LatencyConfig = number | readonly [min: number, max: number];

export type StallChannel = "ar" | "aw" | "w" | "r" | "b" | "register";

export interface HarnessConfig {
  readonly readLatency?: LatencyConfig | undefined;
  readonly writeLatency?: LatencyConfig | undefined;
  readonly stalls?: number | Readonly<{ [K in StallChannel]?: number | undefined }> | undefined;
  readonly readOutstanding?: number | undefined;
  readonly writeOutstanding?: number | undefined;
}

/** A device that is not ours: its sources, and which of its ports is which signal. */
export interface DeviceConfig {
  readonly files: readonly string[];
  readonly includeDirectories?: readonly string[] | undefined;
  readonly top: string;
  readonly parameters?: Readonly<Record<string, ParameterConfig>> | undefined;
  readonly defines?: Readonly<Record<string, string | true>> | undefined;
  readonly dataWidth: 32 | 64;
  readonly addressWidth: number;
  readonly idWidth: number;
  readonly clock: string;
  readonly reset: { readonly port: string; readonly activeLow?: boolean | undefined };
  readonly registers: PortTableConfig;
  readonly memory: PortTableConfig;
  readonly interrupt: string;
}

export interface PortTableConfig {
  readonly prefix: string;
  readonly upperCase?: boolean | undefined;
  readonly ports?: Readonly<Record<string, string | null>> | undefined;
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
