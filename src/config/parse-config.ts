import {
  type Config,
  defaultConfig,
  type HarnessConfig,
  type LatencyConfig,
  stallChannels,
  type TargetConfig,
} from "./config.ts";
import { Reader } from "./reader.ts";

const LAST_SEED = 2n ** 64n - 1n;
/** Range of the harness's latency inputs (16 bits). */
const LONGEST_LATENCY = 0xffff;
const MOST_STALLS = 0.99;

/** Checks what a configuration file exported; throws `ConfigError` with the key for the first thing that is wrong. */
export function parseConfig(value: unknown, file: string): Config {
  const { benches, seed, targets } = new Reader(file, value).members(["benches", "seed", "targets"]);
  return {
    benches: benches.value === undefined ? defaultConfig.benches : parseBenches(benches),
    ...(seed.value === undefined ? {} : { seed: parseSeedValue(seed) }),
    targets: targets.value === undefined ? defaultConfig.targets : parseTargets(targets),
  };
}

function parseBenches(reader: Reader): readonly string[] {
  const patterns = reader.list().map((pattern) => pattern.string());
  return patterns.length > 0 ? patterns : reader.fail("an empty list");
}

function parseSeedValue(reader: Reader): bigint {
  const { value } = reader;
  if (typeof value === "bigint" && value >= 0n && value <= LAST_SEED) return value;
  return reader.fail("expected a bigint from 0n to 2n ** 64n - 1n");
}

function parseTargets(reader: Reader): Readonly<Record<string, TargetConfig>> {
  const targets = reader.entries().map(([name, target]) => {
    if (!/^[a-z0-9][a-z0-9._-]*$/i.test(name))
      target.fail("a target's name is letters, digits, dots, dashes and underscores");
    return [name, parseTarget(target)] as const;
  });
  return targets.length > 0 ? Object.fromEntries(targets) : reader.fail("no target");
}

function parseTarget(reader: Reader): TargetConfig {
  const { link, engine, harness } = reader.members(["link", "engine", "harness"]);
  return {
    link: link.oneOf(["simulator"]),
    engine: engine.oneOf(["wasm"]),
    ...(harness.value === undefined ? {} : { harness: parseHarness(harness) }),
  };
}

function parseHarness(reader: Reader): HarnessConfig {
  const { readLatency, writeLatency, stalls } = reader.members(["readLatency", "writeLatency", "stalls"]);
  return {
    ...(readLatency.value === undefined ? {} : { readLatency: parseLatency(readLatency) }),
    ...(writeLatency.value === undefined ? {} : { writeLatency: parseLatency(writeLatency) }),
    ...(stalls.value === undefined ? {} : { stalls: parseStalls(stalls) }),
  };
}

function parseLatency(reader: Reader): LatencyConfig {
  if (typeof reader.value === "number") return reader.integer(1, LONGEST_LATENCY);
  const [min, max, ...rest] = reader.list();
  if (min === undefined || max === undefined || rest.length > 0)
    return reader.fail("expected a number or [min, max]");
  const least = min.integer(1, LONGEST_LATENCY);
  return [least, max.integer(least, LONGEST_LATENCY)];
}

function parseStalls(reader: Reader): NonNullable<HarnessConfig["stalls"]> {
  if (typeof reader.value === "number") return reader.number(0, MOST_STALLS);
  const members = Object.entries(reader.members(stallChannels));
  const given = members.filter(([, share]) => share.value !== undefined);
  return Object.fromEntries(given.map(([channel, share]) => [channel, share.number(0, MOST_STALLS)]));
}
