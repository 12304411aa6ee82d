import { encodeFrame, type Frame, FrameKind } from "../../src/wire/frame.ts";
import { FrameDecoder } from "../../src/wire/frame-decoder.ts";
import { encodeIdentity, type Identity } from "../../src/wire/identity.ts";
import { type LineStatistics, noStatistics } from "../../src/wire/line-statistics.ts";
import { ReliableStream, type StreamManners } from "../../src/wire/reliable-stream.ts";
import type { WireClock } from "../../src/wire/wire-clock.ts";

const BOOT_MS = 1000;
const LEAST_BOOT_MS = 100;
const REPEAT_MS = 100;
/** 32 byte times at 3 Mbaud. */
const NEARLY_IDLE_MS = 0.107;
/** Two byte times at 3 Mbaud. */
const ACKNOWLEDGE_MS = 0.007;

export interface BoardSessionOptions {
  readonly clock: WireClock;
  readonly identity: Identity;
  readonly write: (bytes: Uint8Array) => void;
  /** Milliseconds until the transmitter has sent what it has. */
  readonly busyMs: () => number;
  /** A session has begun: the device is reset, and what was under way is dropped. The reply waits for it. */
  readonly onNew: () => void | Promise<void>;
  readonly onBytes: (bytes: Uint8Array) => void;
}

/** The board's end of a line, on the same streams as the host's: what a bridge in Verilog does, in TypeScript. */
export class BoardSession {
  readonly statistics: LineStatistics = noStatistics();
  readonly #options: BoardSessionOptions;
  readonly #decoder: FrameDecoder;
  readonly #manners: StreamManners;
  #stream: ReliableStream | undefined;
  #epoch = 0;
  #bootAt = Number.NEGATIVE_INFINITY;
  #reason = 0;
  #isOn = false;

  constructor(options: BoardSessionOptions) {
    const { mtu, receiveRing } = options.identity;
    this.#options = options;
    this.#decoder = new FrameDecoder(mtu, (frame) => this.#heed(frame));
    this.#manners = {
      ...{ mtu, roomBytes: receiveRing, acknowledgeAfterBytes: Number.POSITIVE_INFINITY },
      // On a busy line the next frame takes it along.
      get acknowledgeAfterMs() {
        return options.busyMs() + ACKNOWLEDGE_MS;
      },
      busyMs: () => Math.max(0, options.busyMs() - NEARLY_IDLE_MS),
      repeatAfterMs: () => REPEAT_MS,
    };
  }

  /** Bytes of the board's stream that the host has acknowledged. */
  get acknowledgedBytes(): number {
    return this.#stream?.acknowledgedBytes ?? 0;
  }

  /** As after power-up. */
  reset(): void {
    this.#drop(0);
    this.#epoch = 0;
    this.#isOn = true;
    this.#bootAt = Number.NEGATIVE_INFINITY;
    this.#boot();
  }

  off(): void {
    this.#isOn = false;
    this.#stream?.suspend();
  }

  receive(bytes: Uint8Array): void {
    if (!this.#isOn) return;
    this.statistics.bytesReceived += bytes.length;
    this.#decoder.receive(bytes);
    this.statistics.badFrames = this.#decoder.badFrames;
    this.#stream?.flush();
  }

  send(bytes: Uint8Array): void {
    this.#stream?.push(bytes);
  }

  release(lengthBytes: number): void {
    this.#stream?.release(lengthBytes);
  }

  #heed(frame: Frame): void {
    this.statistics.framesReceived++;
    if (frame.kind === FrameKind.syncNew) this.#begin(frame);
    else if (this.#stream === undefined || frame.epoch !== this.#epoch) this.#bootAtMost(1);
    else if (frame.kind === FrameKind.syncResume) this.#resume(frame);
    else if (frame.kind <= FrameKind.probe) this.#stream.heed(frame);
  }

  #begin({ seq, ack, window }: Frame): void {
    this.#drop(0);
    this.#epoch = (this.#epoch % 15) + 1;
    const epoch = this.#epoch;
    const { clock, onBytes, onNew } = this.#options;
    const stream = new ReliableStream({
      ...{ clock, manners: this.#manners, statistics: this.statistics, onBytes },
      emit: (frame) => this.#write({ ...frame, epoch }),
    });
    const answer = (): void => {
      if (this.#epoch !== epoch || !this.#isOn) return;
      this.#stream = stream;
      stream.resume(ack, window);
      this.#reply(seq);
    };
    const resetting = onNew();
    if (resetting === undefined) answer();
    else void resetting.then(answer);
  }

  #resume({ seq, ack, window }: Frame): void {
    if (this.#stream?.canResume(ack) !== true) {
      this.#bootAtMost(1);
      return;
    }
    this.#stream.resume(ack, window);
    this.#reply(seq);
  }

  #reply(token: number): void {
    const { ack = 0, window = 0 } = this.#stream ?? {};
    const payload = encodeIdentity({ ...this.#options.identity, reason: 0 });
    this.#write({ kind: FrameKind.syncReply, epoch: this.#epoch, seq: token, ack, window, payload });
    this.#stream?.flush();
  }

  #drop(reason: number): void {
    this.#reason = reason;
    this.#stream?.suspend();
    this.#stream = undefined;
  }

  #boot(): void {
    if (!this.#isOn || this.#stream !== undefined) return;
    this.#bootAtMost(this.#reason);
    this.#options.clock.after(BOOT_MS, () => this.#boot());
  }

  #bootAtMost(reason: number): void {
    const now = this.#options.clock.now();
    if (now - this.#bootAt < LEAST_BOOT_MS) return;
    this.#bootAt = now;
    const payload = encodeIdentity({ ...this.#options.identity, reason });
    const epoch = this.#stream === undefined ? 0 : this.#epoch;
    this.#write({ kind: FrameKind.boot, epoch, seq: 0, ack: 0, window: 0, payload });
  }

  #write(frame: Parameters<typeof encodeFrame>[0]): void {
    const bytes = encodeFrame(frame);
    this.statistics.framesSent++;
    this.statistics.bytesSent += bytes.length;
    this.#options.write(bytes);
  }
}
