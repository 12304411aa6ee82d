import { type Config, ConfigError, type TargetConfig } from "./config.ts";

/** A configuration that has been checked, with everything filled in. */
export interface CheckedConfig {
  readonly benches: readonly string[];
  readonly seed: bigint;
  readonly targets: Readonly<Record<string, TargetConfig>>;
}

const DEFAULT_TARGETS: CheckedConfig["targets"] = { wasm: { link: "simulator", engine: "wasm" } };

/** Checks a configuration; an error names the file and the key. */
export function parseConfig(value: unknown, file: string): CheckedConfig {
  const config = object(value, file, ["benches", "seed", "targets"]) as Config;
  const benches = config.benches ?? ["."];
  if (!Array.isArray(benches) || !benches.every((each) => typeof each === "string")) {
    throw new ConfigError(`${file}: benches`, "must be a list of paths");
  }
  const targets = object(config.targets ?? DEFAULT_TARGETS, `${file}: targets`) as CheckedConfig["targets"];
  for (const [name, target] of Object.entries(targets)) checkTarget(target, `${file}: targets.${name}`);
  return { benches, seed: parseSeed(config.seed ?? 1, `${file}: seed`), targets };
}

export function parseSeed(value: unknown, place: string): bigint {
  const isNumber = typeof value === "bigint" || (typeof value === "number" && Number.isSafeInteger(value));
  const isText = typeof value === "string" && /^(0x[0-9a-f]+|\d+)$/i.test(value);
  const seed = isNumber || isText ? BigInt(value as string | number | bigint) : -1n;
  if (seed >= 0n && seed < 1n << 64n) return seed;
  throw new ConfigError(place, `${String(value)} is no whole number from 0 to 2^64 - 1`);
}

function checkTarget(value: unknown, place: string): void {
  const target = object(value, place, ["link", "engine", "harness"]);
  if (target["link"] !== "simulator") {
    throw new ConfigError(`${place}.link`, `${String(target["link"])} is no link; there is "simulator"`);
  }
  if (target["engine"] !== "wasm") {
    throw new ConfigError(`${place}.engine`, `${String(target["engine"])} is no engine; there is "wasm"`);
  }
  object(target["harness"] ?? {}, `${place}.harness`, [
    "readLatency",
    "writeLatency",
    "readOutstanding",
    "writeOutstanding",
    "stalls",
  ]);
}

function object(value: unknown, place: string, keys?: readonly string[]): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ConfigError(place, "must be an object");
  }
  const unknown = Object.keys(value).find((key) => keys !== undefined && !keys.includes(key));
  if (unknown !== undefined)
    throw new ConfigError(`${place}.${unknown}`, `unknown; there is ${keys?.join(", ")}`);
  return value as Record<string, unknown>;
}
