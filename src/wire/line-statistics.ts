/** What a line has carried and what it has spoilt, since the session was made. A count of errors that rises is a finding about the lab. */
export interface LineStatistics {
  framesSent: number;
  framesReceived: number;
  bytesSent: number;
  bytesReceived: number;
  /** Bytes of the two streams, each counted once. */
  payloadSent: number;
  payloadReceived: number;
  /** Pieces between delimiters that were no frames: damaged, cut, or of somebody else. */
  badFrames: number;
  /** Frames before which something was missing, for which this side asked again. */
  gaps: number;
  /** Frames that had come before. */
  duplicates: number;
  /** The other side asked again. */
  naksReceived: number;
  /** The other side acknowledged nothing new in time. */
  timeouts: number;
  /** Bytes of the stream that were sent again. */
  bytesSentAgain: number;
  probes: number;
  resumes: number;
  /** From a frame to its acknowledgement, milliseconds; `count` 0: none was measured. */
  readonly roundTrip: RoundTrip;
}

export interface RoundTrip {
  count: number;
  sumMs: number;
  leastMs: number;
  mostMs: number;
}

export function noStatistics(): LineStatistics {
  return {
    ...{ framesSent: 0, framesReceived: 0, bytesSent: 0, bytesReceived: 0 },
    ...{ payloadSent: 0, payloadReceived: 0 },
    ...{ badFrames: 0, gaps: 0, duplicates: 0, naksReceived: 0 },
    ...{ timeouts: 0, bytesSentAgain: 0, probes: 0, resumes: 0 },
    roundTrip: { count: 0, sumMs: 0, leastMs: Number.POSITIVE_INFINITY, mostMs: 0 },
  };
}

export function addRoundTrip(trip: RoundTrip, milliseconds: number): void {
  trip.count++;
  trip.sumMs += milliseconds;
  trip.leastMs = Math.min(trip.leastMs, milliseconds);
  trip.mostMs = Math.max(trip.mostMs, milliseconds);
}
