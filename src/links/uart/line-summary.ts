import type { LineStatistics } from "../../wire/line-statistics.ts";

/** What a line has carried, in one line of text; `isClean` when it has lost and damaged nothing. */
export function lineSummary(statistics: LineStatistics): {
  readonly text: string;
  readonly isClean: boolean;
} {
  const { framesSent, framesReceived, badFrames, gaps, naksReceived, timeouts, bytesSentAgain } = statistics;
  const { count, sumMs, mostMs } = statistics.roundTrip;
  const trips =
    count === 0 ? "" : `, round trip ${(sumMs / count).toFixed(1)} ms, at most ${mostMs.toFixed(1)} ms`;
  return {
    text:
      `the line carried ${framesSent} frames to the board and ${framesReceived} from it: ${badFrames} damaged, ${gaps} gaps here, ` +
      `${naksReceived} there, ${timeouts} timeouts, ${bytesSentAgain} bytes sent again${trips}`,
    isClean: badFrames + gaps + naksReceived === 0,
  };
}
