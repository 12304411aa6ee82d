/** Time of a session, given from outside, so that a test decides it. */
export interface WireClock {
  /** Milliseconds since any moment; never goes back. */
  now(): number;
  /** Calls `callback` once, `milliseconds` from now at the earliest; the result cancels it. */
  after(milliseconds: number, callback: () => void): () => void;
  /** Calls `callback` when what is being done now is done, and what has already come has been looked at. */
  soon(callback: () => void): void;
}
