import fc from "fast-check";
import { expect, test } from "vitest";
import { wideNumber } from "../../../src/core/address.ts";

test("a wide number is the BigInt of the number, from 0 to 2^53 - 1", () => {
  for (const value of [0, 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 52, Number.MAX_SAFE_INTEGER])
    expect(wideNumber(value)).toBe(BigInt(value));
  fc.assert(fc.property(fc.maxSafeNat(), (value) => wideNumber(value) === BigInt(value)));
});
