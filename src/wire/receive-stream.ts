import type { LineStatistics } from "./line-statistics.ts";
import { OFFSETS, WINDOW_UNIT } from "./send-stream.ts";

const MOST_WINDOW = 255;

export interface ReceiveStreamOptions {
  /** Bytes that this side has room for. */
  readonly roomBytes: number;
  readonly statistics: LineStatistics;
  readonly onBytes: (bytes: Uint8Array) => void;
}

/** What came of a payload: taken; seen before; something is missing before it; or missing, and it has been asked for already. */
export type Received = "taken" | "duplicate" | "gap" | "known-gap";

/** What one side receives: only what comes next is taken. */
export class ReceiveStream {
  readonly #options: ReceiveStreamOptions;
  #expected = 0;
  /** Taken, and not yet used by whoever reads. */
  #unread = 0;
  /** `seq` of the frame discarded last, while something is missing. */
  #discarded: number | undefined;

  constructor(options: ReceiveStreamOptions) {
    this.#options = options;
  }

  get expected(): number {
    return this.#expected;
  }

  /** To be granted to the other side, in its units. */
  get window(): number {
    const room = Math.max(0, this.#options.roomBytes - this.#unread);
    return Math.min(MOST_WINDOW, Math.floor(room / WINDOW_UNIT));
  }

  receive(seq: number, payload: Uint8Array): Received {
    const { statistics, roomBytes, onBytes } = this.#options;
    const ahead = (((seq - this.#expected) % OFFSETS) + OFFSETS) % OFFSETS;
    if (ahead >= OFFSETS / 2) {
      statistics.duplicates++;
      return "duplicate";
    }
    if (ahead > 0 || payload.length > roomBytes - this.#unread) return this.#gap(ahead);
    this.#discarded = undefined;
    this.#expected += payload.length;
    this.#unread += payload.length;
    statistics.payloadReceived += payload.length;
    onBytes(payload);
    return "taken";
  }

  /** Bytes that were taken have been used, and their room is free. */
  release(lengthBytes: number): void {
    this.#unread -= lengthBytes;
  }

  /** A frame that is not after the one discarded last is of a repetition that was damaged, too. */
  #gap(ahead: number): Received {
    const seq = this.#expected + ahead;
    const isKnown = this.#discarded !== undefined && seq > this.#discarded;
    this.#discarded = seq;
    if (isKnown) return "known-gap";
    this.#options.statistics.gaps++;
    return "gap";
  }
}
