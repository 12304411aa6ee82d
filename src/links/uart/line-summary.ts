import { isCleanLine, type LineCounts, lineWords } from "../../bus/line-counts.ts";
import type { LineStatistics } from "../../wire/line-statistics.ts";

/** What reports say of a line. */
export function lineCounts(statistics: LineStatistics): LineCounts {
  const { framesSent, framesReceived, badFrames, gaps, naksReceived, timeouts, bytesSentAgain } = statistics;
  const { count, sumMs } = statistics.roundTrip;
  return {
    ...{ framesSent, framesReceived, damaged: badFrames, gaps, askedAgain: naksReceived },
    ...{ timeouts, bytesSentAgain, roundTrips: count, roundTripMs: sumMs },
  };
}

/** What a line has carried, in one line of text; `isClean` when it has lost and damaged nothing. */
export function lineSummary(statistics: LineStatistics): {
  readonly text: string;
  readonly isClean: boolean;
} {
  const counts = lineCounts(statistics);
  return { text: `the line carried ${lineWords(counts)}`, isClean: isCleanLine(counts) };
}
