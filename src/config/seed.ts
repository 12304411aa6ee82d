import { ConfigError } from "./config.ts";

/** A seed as a configuration or an option gives it. Throws `ConfigError` with `place`. */
export function parseSeed(value: unknown, place: string): bigint {
  const isNumber = typeof value === "bigint" || (typeof value === "number" && Number.isSafeInteger(value));
  const isText = typeof value === "string" && /^(0x[0-9a-f]+|\d+)$/i.test(value);
  const seed = isNumber || isText ? BigInt(value as string | number | bigint) : -1n;
  if (seed >= 0n && seed < 1n << 64n) return seed;
  throw new ConfigError(place, `${String(value)} is no whole number from 0 to 2^64 - 1`);
}
