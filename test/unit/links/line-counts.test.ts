import { expect, test } from "vitest";
import { isCleanLine, sumOfLines } from "../../../src/bus/line-counts.ts";

const clean = sumOfLines([]);

test("a line that lost nothing is clean, also when its board was slow", () => {
  expect(isCleanLine({ ...clean, framesSent: 3, framesReceived: 4, timeouts: 1, bytesSentAgain: 20 })).toBe(
    true,
  );
});

test.each(["damaged", "gaps", "askedAgain"] as const)("%s make a line that is not clean", (what) => {
  expect(isCleanLine({ ...clean, [what]: 1 })).toBe(false);
});
