import { expect, test } from "vitest";
import { countedWithCommas, withCommas } from "../../../src/core/counted.ts";

test.each([
  0,
  1,
  12,
  999,
  1000,
  12_345,
  999_999,
  1_000_000,
  123_456_789,
  Number.MAX_SAFE_INTEGER,
  -1234,
  -999,
])("%i has commas as in English", (count) => expect(withCommas(count)).toBe(count.toLocaleString("en-US")));

test("one of a thing is not several", () => {
  expect([0, 1, 1000].map((count) => countedWithCommas(count, "test"))).toEqual([
    "0 tests",
    "1 test",
    "1,000 tests",
  ]);
});
