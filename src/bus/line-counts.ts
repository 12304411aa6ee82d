/** What the serial line of a link has carried, lost and damaged since the test's link was opened. */
export interface LineCounts {
  readonly framesSent: number;
  readonly framesReceived: number;
  /** Frames from the board with a wrong CRC or without an end, and frames that were missing before one that came. */
  readonly damaged: number;
  readonly gaps: number;
  /** The board has asked again, and has acknowledged nothing in time. */
  readonly askedAgain: number;
  readonly timeouts: number;
  readonly bytesSentAgain: number;
  /** From a frame to its acknowledgement: how many were measured, and their sum in milliseconds. */
  readonly roundTrips: number;
  readonly roundTripMs: number;
}

/** Whether nothing was damaged or lost; a slow board's timeouts do not count. */
export function isCleanLine({ damaged, gaps, askedAgain }: LineCounts): boolean {
  return damaged + gaps + askedAgain === 0;
}

/** What to make of a line that is not clean: a finding about the lab, also when all passed. */
export const UNCLEAN_LINE = "ATTENTION: the line loses or damages what it carries; it was sent again";

const zero: LineCounts = {
  ...{ framesSent: 0, framesReceived: 0, damaged: 0, gaps: 0, askedAgain: 0 },
  ...{ timeouts: 0, bytesSentAgain: 0, roundTrips: 0, roundTripMs: 0 },
};

export function sumOfLines(lines: readonly LineCounts[]): LineCounts {
  return lines.reduce((sum, line) => combine(sum, line, (a, b) => a + b), zero);
}

/** What has come since `before`. */
export function lineSince(now: LineCounts, before: LineCounts): LineCounts {
  return combine(now, before, (a, b) => a - b);
}

function combine(one: LineCounts, other: LineCounts, by: (a: number, b: number) => number): LineCounts {
  const keys = Object.keys(zero) as (keyof LineCounts)[];
  return Object.fromEntries(keys.map((key) => [key, by(one[key], other[key])])) as unknown as LineCounts;
}

/** In one line of text. */
export function lineWords(line: LineCounts): string {
  const { framesSent, framesReceived, damaged, gaps, askedAgain, timeouts, bytesSentAgain } = line;
  const trip =
    line.roundTrips === 0 ? "" : `, mean round trip ${(line.roundTripMs / line.roundTrips).toFixed(1)} ms`;
  return (
    `${framesSent} frames to the board, ${framesReceived} from it: ${damaged} damaged, ${gaps} missing, ` +
    `${askedAgain} asked for again by the board, ${timeouts} unanswered in time, ${bytesSentAgain} bytes sent again${trip}`
  );
}
