import type { LineCounts } from "../../bus/line-counts.ts";
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
