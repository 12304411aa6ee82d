/**
 * A message of the control channel, in either direction: a request, its answer, or what comes unasked. Codes and payloads
 * are in docs/wire.md.
 */
export interface ControlMessage {
  readonly kind: "control";
  readonly code: number;
  /** An answer to the oldest request that has none. */
  readonly isAnswer: boolean;
  /** Of an answer: the payload is text that says why not. */
  readonly isFailed: boolean;
  readonly payload: Uint8Array;
}

export const ControlFlag = { answer: 1, failed: 2 } as const;

export const ControlCode = {
  hello: 1,
  cycle: 2,
  runUntil: 3,
  reset: 4,
  wavesOn: 5,
  wavesOff: 6,
  disturb: 7,
  unplug: 8,
  events: 9,
  inject: 10,
  line: 11,
  end: 12,
  finish: 13,
  wait: 14,
  list: 15,
  event: 16,
  log: 17,
  memory: 18,
  failure: 19,
  state: 20,
  counts: 21,
  pull: 22,
  message: 23,
} as const;
