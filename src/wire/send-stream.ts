import { ByteRing } from "./byte-ring.ts";
import { addRoundTrip, type LineStatistics } from "./line-statistics.ts";

/** Offsets on the line count modulo this. */
export const OFFSETS = 0x1_0000;
export const WINDOW_UNIT = 64;
/** However bad the line, frames are not made shorter than this. */
const LEAST_FRAME = 64;
/** So many bytes acknowledged since the last loss let frames grow to twice their length again. */
const BYTES_TO_GROW = 16_384;
/** Weight of a new round trip in the mean. */
const NEW_TRIP = 1 / 8;

export interface SendStreamOptions {
  /** Most bytes of payload in a frame. */
  readonly mtu: number;
  readonly statistics: LineStatistics;
}

/** The next frame's part of the stream. */
export interface Segment {
  /** Modulo 65,536. */
  readonly seq: number;
  readonly payload: Uint8Array;
}

/** What one side sends: everything that is not acknowledged is kept, and is sent again from there after a loss. */
export class SendStream {
  readonly #ring = new ByteRing();
  readonly #mtu: number;
  readonly #statistics: LineStatistics;
  #next = 0;
  /** The furthest that was ever sent. */
  #sent = 0;
  #limit = 0;
  #frameLimit: number;
  #acknowledgedSinceLoss = 0;
  /** While at least this many bytes are out no frame follows. */
  #flightLimit = Number.POSITIVE_INFINITY;
  /** A frame whose acknowledgement is timed: its end, and when it left. */
  #timed: { readonly end: number; readonly at: number } | undefined;
  #meanTripMs: number | undefined;

  constructor({ mtu, statistics }: SendStreamOptions) {
    this.#mtu = mtu;
    this.#frameLimit = mtu;
    this.#statistics = statistics;
  }

  /** Offset of the next byte to be sent. */
  get next(): number {
    return this.#next;
  }

  get acknowledged(): number {
    return this.#ring.start;
  }

  get end(): number {
    return this.#ring.end;
  }

  /** Bytes that are sent and not acknowledged. */
  get out(): number {
    return this.#next - this.#ring.start;
  }

  /** Nothing is out, and something waits for credit. */
  get isBlocked(): boolean {
    return this.out === 0 && this.#ring.end > this.#next && this.#limit <= this.#next;
  }

  /** Of the round trips so far; undefined before the first. */
  get meanTripMs(): number | undefined {
    return this.#meanTripMs;
  }

  push(bytes: Uint8Array): void {
    this.#ring.push(bytes);
    this.#statistics.payloadSent += bytes.length;
  }

  /** Bytes that there is credit for, and that are not sent. */
  get sendable(): number {
    if (this.out >= this.#flightLimit) return 0;
    return Math.max(0, Math.min(this.#limit, this.#ring.end) - this.#next);
  }

  /**
   * What to send now. While more than one MTU is out and the line is busy, a frame that is not full waits for more. The
   * other side's acknowledgements alone would not do: they are as late as its own frames are long.
   */
  take(now: number, isBusy: boolean): Segment | undefined {
    const there = this.sendable;
    if (there === 0 || (isBusy && there < this.#frameLimit && this.out > this.#mtu)) return undefined;
    const length = Math.min(there, this.#frameLimit);
    const segment = { seq: this.#next % OFFSETS, payload: this.#ring.slice(this.#next, length) };
    const again = Math.min(this.#sent - this.#next, length);
    if (again > 0) this.#statistics.bytesSentAgain += again;
    this.#next += length;
    if (this.#next > this.#sent) {
      this.#sent = this.#next;
      this.#timed ??= { end: this.#next, at: now };
    }
    return segment;
  }

  /**
   * Of a good frame of the session. True when it acknowledged something new. What acknowledges bytes that were never sent is
   * ignored.
   */
  acknowledge(ack: number, window: number, now: number): boolean {
    const start = this.#ring.start;
    const moved = (((ack - start) % OFFSETS) + OFFSETS) % OFFSETS;
    if (moved > this.#sent - start) return false;
    const offset = start + moved;
    this.#limit = offset + window * WINDOW_UNIT;
    if (moved === 0) return false;
    this.#ring.dropTo(offset);
    this.#next = Math.max(this.#next, offset);
    if (this.#timed !== undefined && offset >= this.#timed.end) this.#measure(now - this.#timed.at);
    this.#flightLimit = 2 * this.#flightLimit + moved;
    this.#acknowledgedSinceLoss += moved;
    if (this.#acknowledgedSinceLoss >= BYTES_TO_GROW) {
      this.#frameLimit = Math.min(this.#mtu, this.#frameLimit * 2);
      this.#acknowledgedSinceLoss = 0;
    }
    return true;
  }

  /**
   * As `rewind`, where nothing was heard of it in time. The line may be slower than its rate, and have all of it
   * still before it: one frame goes, and twice as much each time that something new is acknowledged.
   */
  rewindCarefully(): void {
    this.rewind();
    this.#flightLimit = 1;
  }

  /** Begins again after the last byte that was acknowledged: something was lost. */
  rewind(): void {
    if (this.out === 0) return;
    this.#next = this.#ring.start;
    this.#timed = undefined;
    this.#frameLimit = Math.max(Math.min(LEAST_FRAME, this.#mtu), this.#frameLimit >> 1);
    this.#acknowledgedSinceLoss = 0;
  }

  #measure(milliseconds: number): void {
    this.#timed = undefined;
    const mean = this.#meanTripMs ?? milliseconds;
    this.#meanTripMs = mean + (milliseconds - mean) * NEW_TRIP;
    addRoundTrip(this.#statistics.roundTrip, milliseconds);
  }
}
