import fc from "fast-check";
import { chainOf, type Driver } from "./driver.ts";

/** Lengths and offsets of the buffers of a chain. */
export const members = fc.array(fc.tuple(fc.integer({ min: 1, max: 9000 }), fc.nat(4095)), {
  minLength: 1,
  maxLength: 4,
});

export function chained(driver: Driver, parts: readonly (readonly [number, number])[]) {
  return chainOf(parts.map(([lengthBytes, offset]) => driver.host.host.allocate({ lengthBytes, offset })));
}

export const FOUR_GIB = 2 ** 32;

export function store(
  { host: { memory } }: Driver,
  addresses: readonly number[],
  value: (at: number) => number,
): void {
  for (const [at, address] of addresses.entries()) {
    memory.bytes[memory.offsetOf(BigInt(address) as never)] = value(at);
  }
}

export function load({ host: { memory } }: Driver, addresses: readonly number[]): (number | undefined)[] {
  return addresses.map((address) => memory.bytes[memory.offsetOf(BigInt(address) as never)]);
}
