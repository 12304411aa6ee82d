import fc from "fast-check";
import { expect, test } from "vitest";
import { narrowNumber, wideNumber } from "../../../src/core/address.ts";

test("a wide number is the BigInt of the number, from 0 to 2^53 - 1", () => {
  for (const value of [0, 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 52, Number.MAX_SAFE_INTEGER])
    expect(wideNumber(value)).toBe(BigInt(value));
  fc.assert(fc.property(fc.maxSafeNat(), (value) => wideNumber(value) === BigInt(value)));
});

test("a narrow number is the number of a BigInt, rounded as it is, from 0 to 2^64 - 1", () => {
  for (const value of [0n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 53n + 1n, 2n ** 53n + 3n, 2n ** 64n - 1n])
    expect(narrowNumber(value)).toBe(Number(value));
  fc.assert(fc.property(fc.bigInt(0n, 2n ** 64n - 1n), (value) => narrowNumber(value) === Number(value)));
});
