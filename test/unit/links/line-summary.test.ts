import { expect, test } from "vitest";
import { lineSummary } from "../../../src/links/uart/line-summary.ts";
import { addRoundTrip, noStatistics } from "../../../src/wire/line-statistics.ts";

test("a line that lost nothing is clean, also when its board was slow", () => {
  const statistics = { ...noStatistics(), framesSent: 3, framesReceived: 4, timeouts: 1, bytesSentAgain: 20 };
  addRoundTrip(statistics.roundTrip, 2);
  addRoundTrip(statistics.roundTrip, 4);
  expect(lineSummary(statistics)).toEqual({
    isClean: true,
    text: "the line carried 3 frames to the board, 4 from it: 0 damaged, 0 missing, 0 asked for again by the board, 1 unanswered in time, 20 bytes sent again, mean round trip 3.0 ms",
  });
});

test.each(["badFrames", "gaps", "naksReceived"] as const)("%s make a line that is not clean", (what) => {
  expect(lineSummary({ ...noStatistics(), [what]: 1 }).isClean).toBe(false);
});
