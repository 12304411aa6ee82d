import { type Frame, FrameKind } from "./frame.ts";
import type { LineStatistics } from "./line-statistics.ts";
import { type Received, ReceiveStream } from "./receive-stream.ts";
import { OFFSETS, SendStream } from "./send-stream.ts";
import type { WireClock } from "./wire-clock.ts";

/** Times as long as after progress. */
const MOST_PATIENCE = 8;
/** Times that something is asked for which may not be missing at all. */
const MOST_ASKED = 4;
/** A wait that ends too early by a rounding error begins again: it must take time. */
const LEAST_WAIT_MS = 0.1;

/** How the two ends of a session differ. */
export interface StreamManners {
  /** Most bytes of payload in a frame. */
  readonly mtu: number;
  /** Bytes that this side has room for. */
  readonly roomBytes: number;
  /** An acknowledgement without data is sent when so many bytes have none, or after so long. */
  readonly acknowledgeAfterBytes: number;
  readonly acknowledgeAfterMs: number;
  /** Milliseconds until the line has nearly sent what it was given; so long a frame that is not full may wait for more. */
  busyMs(): number;
  /** Bytes that were sent are sent again after so long without an acknowledgement of anything new. */
  repeatAfterMs(send: SendStream): number;
  /** After damage this side asks again when nothing has come for so long; by default it never does. */
  askAgainAfterMs?(send: SendStream): number;
}

export interface ReliableStreamOptions {
  readonly clock: WireClock;
  readonly manners: StreamManners;
  readonly statistics: LineStatistics;
  /** What the other side sent, in order, each byte once; the bytes are the receiver's own only until it returns. */
  readonly onBytes: (bytes: Uint8Array) => void;
  /** Puts a frame of the session on the line. */
  readonly emit: (frame: Omit<Frame, "epoch">) => void;
}

/** One session's two streams: what is pushed reaches the other side once, in order, whatever the line loses. */
export class ReliableStream {
  readonly #options: ReliableStreamOptions;
  readonly #send: SendStream;
  readonly #receive: ReceiveStream;
  /** No frames go out while the line is away. */
  #isOpen = true;
  #isFlushing = false;
  #unacknowledged = 0;
  #mustAcknowledge = false;
  #mustNak = false;
  #cancelAcknowledge: (() => void) | undefined;
  #cancelRepeat: (() => void) | undefined;
  #cancelShort: (() => void) | undefined;
  #cancelAskAgain: (() => void) | undefined;
  /** When the last frame has come, whole or damaged. */
  #heardAt = 0;
  /** Of the last acknowledgement of something new, or since when anything has been waiting. */
  #progressAt = 0;
  /** Each time that nothing comes of a repetition, the next waits for twice as long. */
  #patience = 1;

  constructor(options: ReliableStreamOptions) {
    this.#options = options;
    const { manners, statistics, onBytes } = options;

    this.#send = new SendStream({ mtu: manners.mtu, statistics });
    this.#receive = new ReceiveStream({ roomBytes: manners.roomBytes, statistics, onBytes });
  }

  /** Bytes of this side's stream: that the other side has acknowledged, and in all. */
  get acknowledgedBytes(): number {
    return this.#send.acknowledged;
  }

  get pushedBytes(): number {
    return this.#send.end;
  }

  /** Offset that this side expects, and what it grants: for SYNC. */
  get ack(): number {
    return this.#receive.expected % OFFSETS;
  }

  get window(): number {
    return this.#receive.window;
  }

  /** What is pushed together, before anything else is done, shares frames. */
  push(bytes: Uint8Array): void {
    if (this.#send.end === this.#send.acknowledged) this.#progressAt = this.#options.clock.now();
    this.#send.push(bytes);
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    this.#options.clock.soon(() => {
      this.#isFlushing = false;
      this.flush();
    });
  }

  /** A good frame of the session: DATA, NAK or PROBE. Answers wait for `flush`. */
  heed({ kind, seq, ack, window, payload }: Frame): void {
    this.#heardAt = this.#options.clock.now();
    this.#acknowledge(ack, window);
    if (kind === FrameKind.nak) {
      this.#options.statistics.naksReceived++;
      this.#rewind();
    }
    if (kind === FrameKind.probe) this.#mustAcknowledge = true;
    if (payload.length > 0) this.#received(this.#receive.receive(seq, payload), payload.length);
  }

  /**
   * Something has come that was damaged. When it was the last that the other side has sent, nothing after it shows that
   * it is missing, and the other side would find out by its own time, which is long.
   */
  noteDamage(): void {
    this.#heardAt = this.#options.clock.now();
    this.#watchMissing(0);
  }

  /** Bytes given to `onBytes` have been used up: their room can be granted again. */
  release(lengthBytes: number): void {
    const { mtu } = this.#options.manners;
    const wasShort = this.#receive.window * 64 < mtu;
    this.#receive.release(lengthBytes);
    if (!wasShort || this.#receive.window * 64 < mtu) return;
    this.#mustAcknowledge = true;
    this.flush();
  }

  /** Puts on the line what may go there now. */
  flush(): void {
    if (!this.#isOpen) return;
    const { clock, manners } = this.#options;
    const now = clock.now();
    const take = () => this.#send.take(now, manners.busyMs() > 0);
    for (let segment = take(); segment !== undefined; segment = take())
      this.#emit(this.#mustNak ? FrameKind.nak : FrameKind.data, segment.seq, segment.payload);
    if (this.#mustNak) this.#emit(FrameKind.nak);
    else if (this.#mustAcknowledge) this.#emit(FrameKind.data);
    this.#watchShort();
    this.#watchRepeats();
  }

  /** Asks for a sign of life. */
  probe(): void {
    this.#options.statistics.probes++;
    this.#emit(FrameKind.probe);
  }

  /** The line is away, or the session is over: nothing goes out any more. */
  suspend(): void {
    this.#isOpen = false;
    this.#cancelRepeat?.();
    this.#cancelRepeat = undefined;
    this.#cancelShort?.();
    this.#cancelShort = undefined;
    this.#isWhole();
    this.#acknowledged();
  }

  /** The line is back, and the other side expects `ack`: whatever was on its way before is sent again. */
  resume(ack: number, window: number): void {
    this.#isOpen = true;
    this.#progressAt = this.#options.clock.now();
    this.#acknowledge(ack, window);
    this.#send.rewind();
  }

  /** Whether `ack` is an offset that this side can go back to. */
  canResume(ack: number): boolean {
    const moved = (((ack - this.#send.acknowledged) % OFFSETS) + OFFSETS) % OFFSETS;
    return moved <= this.#send.end - this.#send.acknowledged;
  }

  #acknowledge(ack: number, window: number): void {
    const now = this.#options.clock.now();
    if (!this.#send.acknowledge(ack, window, now)) return;
    this.#progressAt = now;
    this.#patience = 1;
  }

  #received(received: Received, lengthBytes: number): void {
    const { manners, clock } = this.#options;
    if (received === "gap") this.#mustNak = true;
    if (received === "duplicate") this.#mustAcknowledge = true;
    // What is asked for may be lost, too, or the asking.
    if (received === "gap") this.#watchMissing(0);
    if (received !== "taken") return;
    this.#isWhole();
    this.#unacknowledged += lengthBytes;
    if (this.#unacknowledged >= manners.acknowledgeAfterBytes) this.#mustAcknowledge = true;
    this.#cancelAcknowledge ??= clock.after(manners.acknowledgeAfterMs, () => {
      this.#cancelAcknowledge = undefined;
      this.#mustAcknowledge = true;
      this.flush();
    });
  }

  /**
   * Asks again when the line falls silent and what is missing has not come; after `asked` times the other side finds out
   * by itself, if anything is missing. While anything comes, it will show.
   */
  #watchMissing(asked: number): void {
    const { manners, clock } = this.#options;
    this.#isWhole();
    if (!this.#isOpen || manners.askAgainAfterMs === undefined || asked === MOST_ASKED) return;
    const silenceMs = manners.askAgainAfterMs(this.#send) * 2 ** asked;
    const watch = (waitMs: number): void => {
      const cancel = clock.after(waitMs, () => clock.soon(() => look(cancel)));
      this.#cancelAskAgain = cancel;
    };
    const look = (cancel: () => void): void => {
      if (this.#cancelAskAgain !== cancel) return;
      const leftMs = this.#heardAt + silenceMs - clock.now();
      if (leftMs > LEAST_WAIT_MS) {
        watch(leftMs);
        return;
      }
      this.#heardAt = clock.now();
      this.#mustNak = true;
      this.flush();
      this.#watchMissing(asked + 1);
    };
    watch(silenceMs);
  }

  #isWhole(): void {
    this.#cancelAskAgain?.();
    this.#cancelAskAgain = undefined;
  }

  #emit(kind: number, seq = this.#send.next % OFFSETS, payload: Uint8Array = new Uint8Array()): void {
    this.#options.emit({ kind, seq, ack: this.ack, window: this.window, payload });
    this.#acknowledged();
  }

  /** Every frame acknowledges. */
  #acknowledged(): void {
    this.#unacknowledged = 0;
    this.#mustAcknowledge = false;
    this.#mustNak = false;
    this.#cancelAcknowledge?.();
    this.#cancelAcknowledge = undefined;
  }

  /** What was held back because the line was busy goes when it no longer is. */
  #watchShort(): void {
    if (this.#cancelShort !== undefined || this.#send.sendable === 0) return;
    const { clock, manners } = this.#options;
    this.#cancelShort = clock.after(Math.max(LEAST_WAIT_MS, manners.busyMs()), () => {
      this.#cancelShort = undefined;
      this.flush();
    });
  }

  #watchRepeats(): void {
    if (this.#cancelRepeat !== undefined || (this.#send.out === 0 && !this.#send.isBlocked)) return;
    const { clock } = this.#options;
    const dueIn = this.#progressAt + this.#repeatAfterMs - clock.now();
    this.#cancelRepeat = clock.after(Math.max(1, dueIn), () => clock.soon(() => this.#repeat()));
  }

  /** After a pause of this process, what has come meanwhile has been looked at before. */
  #repeat(): void {
    if (!this.#isOpen) return;
    this.#cancelRepeat = undefined;
    const { clock, statistics } = this.#options;
    const isDue = clock.now() - this.#progressAt >= this.#repeatAfterMs;
    if (isDue && this.#send.out > 0) {
      statistics.timeouts++;
      this.#patience = Math.min(MOST_PATIENCE, 2 * this.#patience);
      this.#progressAt = clock.now();
      this.#send.rewindCarefully();
    } else if (isDue && this.#send.isBlocked) {
      this.#progressAt = clock.now();
      this.probe();
    }
    this.flush();
  }

  get #repeatAfterMs(): number {
    return this.#options.manners.repeatAfterMs(this.#send) * this.#patience;
  }

  #rewind(): void {
    this.#progressAt = this.#options.clock.now();
    this.#send.rewind();
  }
}
