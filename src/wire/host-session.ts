import { hex } from "../core/hex.ts";
import { NoBoardError, SessionLost, WireMessageError } from "./errors.ts";
import { encodeFrame, type Frame, FrameKind, GREATEST_MTU } from "./frame.ts";
import { FrameDecoder } from "./frame-decoder.ts";
import { bootReasons, type Identity, parseIdentity, WIRE_VERSION } from "./identity.ts";
import { type LineStatistics, noStatistics } from "./line-statistics.ts";
import { ReliableStream, type StreamManners } from "./reliable-stream.ts";
import type { WireClock } from "./wire-clock.ts";

/** A SYNC without a reply is sent again after so long, with a new token, and then each time after twice as long as before. */
const SYNC_AGAIN_MS = 100;
const MOST_SYNC_AGAIN_MS = 1600;
/** When nothing has come for so long, a board is asked for a sign of life; after so many without an answer it is lost. */
const SILENCE_MS = 1000;
const PROBES = 5;
const HOST_WINDOW_BYTES = 255 * 64;
const ACKNOWLEDGE_AFTER_MS = 4;
/** What is written so long before the line has sent all it has comes in time: a timer may be as late. */
const NEARLY_IDLE_MS = 1;
const LEAST_REPEAT_MS = 100;
/** What an adapter holds back, and the other side's process; the line time of two frames is added. */
const LEAST_ASK_AGAIN_MS = 10;
/** Of what has been heard that is no frame, for messages. */
const HEARD_BYTES = 48;

export interface HostSessionOptions {
  readonly clock: WireClock;
  /** A number of 16 bits that nobody has used lately. */
  readonly token: () => number;
  /** Bytes a second that the line moves. */
  readonly bytesPerSecond: number;
  /** Puts bytes on the line. */
  readonly write: (bytes: Uint8Array) => void;
  /** Bytes of the board's stream, in order; its own only until it returns. A `WireMessageError` thrown ends the session. */
  readonly onBytes: (bytes: Uint8Array) => void;
  /** All that has come at once was given to `onBytes`: what is sent now shares frames with the answers to it. */
  readonly onReceived?: () => void;
  /** Called once for each session that ends otherwise than by `end`. */
  readonly onLost: (error: SessionLost) => void;
}

interface Handshake {
  readonly kind: "new" | "resume";
  token: number;
  againMs: number;
  leftMs: number;
  cancelAgain: () => void;
  readonly resolve: (identity: Identity) => void;
  readonly reject: (error: Error) => void;
}

/** The host's end of a line: begins sessions with a board, and takes one up again after the line was away. */
export class HostSession {
  readonly statistics: LineStatistics = noStatistics();
  readonly #options: HostSessionOptions;
  readonly #decoder: FrameDecoder;
  #stream: ReliableStream | undefined;
  #epoch = 0;
  #identity: Identity | undefined;
  #handshake: Handshake | undefined;
  /** When the line will have sent what it was given. */
  #freeAt = 0;
  #cancelSilence: (() => void) | undefined;
  #isHeard = false;
  #unansweredProbes = 0;
  #heard: Uint8Array = new Uint8Array();
  /** What only a host says has come back. */
  #isEcho = false;

  constructor(options: HostSessionOptions) {
    this.#options = options;
    this.#decoder = new FrameDecoder(GREATEST_MTU, (frame) => this.#heed(frame));
  }

  /** Of the board that answered last; also one that said BOOT. */
  get identity(): Identity | undefined {
    return this.#identity;
  }

  get isUp(): boolean {
    return this.#stream !== undefined && this.#handshake === undefined;
  }

  /**
   * A session from the beginning: the board drops what it had, and its device is reset. Rejects with `NoBoardError` when no
   * board has answered for about `limitMs`.
   */
  begin(limitMs: number): Promise<Identity> {
    this.end();
    return this.#sync("new", limitMs);
  }

  /**
   * Goes on with the session after the line was away. Rejects with `SessionLost` when the board has no such session any
   * more, and with `NoBoardError` when nothing has answered for about `limitMs`; it may be tried again then.
   */
  resume(limitMs: number): Promise<Identity> {
    if (this.#stream === undefined) throw new Error("there is no session to resume");
    this.suspend();
    this.statistics.resumes++;
    return this.#sync("resume", limitMs);
  }

  /** The line is away: nothing is sent until `resume`. */
  suspend(): void {
    this.#decoder.clear();
    this.#cancelSilence?.();
    this.#stream?.suspend();
  }

  /** Ends the session on this side; a board is not told. */
  end(): void {
    this.suspend();
    this.#stream = undefined;
    const handshake = this.#handshake;
    this.#handshake = undefined;
    handshake?.cancelAgain();
    handshake?.reject(new NoBoardError("the session was ended before a board had answered"));
  }

  /** Bytes of whole messages for the board. Nothing happens when no session is up. */
  send(bytes: Uint8Array): void {
    this.#stream?.push(bytes);
  }

  /** What has come over the line. */
  receive(bytes: Uint8Array): void {
    this.statistics.bytesReceived += bytes.length;
    if (this.#handshake !== undefined && this.#heard.length < HEARD_BYTES)
      this.#heard = Buffer.concat([this.#heard, bytes]).subarray(0, HEARD_BYTES);
    const before = this.#decoder.badFrames;
    this.#decoder.receive(bytes);
    this.#options.onReceived?.();
    if (!this.isUp) return;
    // What a reset has cut off, and what others say before a session, is nothing that the line has damaged.
    const damaged = this.#decoder.badFrames - before;
    this.statistics.badFrames += damaged;
    if (damaged > 0) this.#stream?.noteDamage();
    this.#stream?.flush();
  }

  #sync(kind: Handshake["kind"], limitMs: number): Promise<Identity> {
    this.#heard = new Uint8Array();
    this.#isEcho = false;
    this.#isHeard = false;
    return new Promise((resolve, reject) => {
      const wait = { againMs: SYNC_AGAIN_MS, leftMs: limitMs };
      this.#handshake = { kind, token: 0, ...wait, cancelAgain: () => {}, resolve, reject };
      this.#sendSync(this.#handshake);
    });
  }

  #sendSync(handshake: Handshake): void {
    const { clock, token } = this.#options;
    if (handshake.leftMs <= 0) {
      this.#handshake = undefined;
      handshake.reject(new NoBoardError(this.#noAnswer()));
      return;
    }
    handshake.token = token() & 0xffff;
    const isNew = handshake.kind === "new";
    this.#write({
      kind: isNew ? FrameKind.syncNew : FrameKind.syncResume,
      epoch: isNew ? 0 : this.#epoch,
      seq: handshake.token,
      ack: isNew ? 0 : (this.#stream?.ack ?? 0),
      window: HOST_WINDOW_BYTES / 64,
    });
    const waitMs = Math.min(handshake.againMs, handshake.leftMs);
    handshake.leftMs -= waitMs;
    handshake.againMs = Math.min(MOST_SYNC_AGAIN_MS, 2 * handshake.againMs);
    handshake.cancelAgain = clock.after(waitMs, () => clock.soon(() => this.#sendAgain(handshake)));
  }

  #sendAgain(handshake: Handshake): void {
    if (this.#handshake === handshake) this.#sendSync(handshake);
  }

  #heed(frame: Frame): void {
    this.statistics.framesReceived++;
    this.#isHeard = true;
    this.#isEcho ||= frame.kind === FrameKind.syncNew || frame.kind === FrameKind.syncResume;
    if (frame.kind === FrameKind.syncReply) this.#answered(frame);
    else if (frame.kind === FrameKind.boot) this.#booted(frame);
    else if (this.isUp && frame.epoch === this.#epoch && frame.kind <= FrameKind.probe) this.#data(frame);
  }

  #data(frame: Frame): void {
    try {
      this.#stream?.heed(frame);
    } catch (error) {
      if (!(error instanceof WireMessageError)) throw error;
      this.lose(error.message, error);
    }
  }

  #answered({ seq, epoch, ack, window, payload }: Frame): void {
    const handshake = this.#handshake;
    const identity = parseIdentity(payload);
    if (handshake === undefined || seq !== handshake.token || identity === undefined) return;
    if (handshake.kind === "resume" && epoch !== this.#epoch) return;
    this.#handshake = undefined;
    handshake.cancelAgain();
    this.#identity = identity;
    if (identity.version !== WIRE_VERSION) {
      const found = `version ${identity.version} of the protocol, and hilt speaks version ${WIRE_VERSION}`;
      handshake.reject(new NoBoardError(`the board has ${found}`));
      return;
    }
    this.#epoch = epoch;
    if (handshake.kind === "new") this.#stream = this.#newStream(identity);
    this.#stream?.resume(ack, window);
    this.#unansweredProbes = 0;
    this.#watchSilence();
    handshake.resolve(identity);
  }

  #booted({ epoch, payload }: Frame): void {
    const before = this.#identity;
    this.#identity = parseIdentity(payload) ?? before;
    const handshake = this.#handshake;
    if (this.#stream === undefined || handshake?.kind === "new" || epoch === this.#epoch) return;
    const reason = bootReasons[this.#identity?.reason ?? 0] ?? "for a reason that hilt does not know";
    this.lose(`the board has begun anew: ${reason}${otherBuild(before, this.#identity)}`);
  }

  /** Gives the session up: `onLost` gets what was acknowledged. Nothing happens when there is none. */
  lose(why: string, cause?: Error): void {
    const stream = this.#stream;
    if (stream === undefined) return;
    const { acknowledgedBytes, pushedBytes: sentBytes } = stream;
    const error = new SessionLost(
      why,
      { acknowledgedBytes, sentBytes },
      cause === undefined ? {} : { cause },
    );
    const handshake = this.#handshake;
    this.#handshake = undefined;
    handshake?.cancelAgain();
    this.suspend();
    this.#stream = undefined;
    handshake?.reject(error);
    this.#options.onLost(error);
  }

  #newStream(identity: Identity): ReliableStream {
    const { clock, bytesPerSecond, onBytes } = this.#options;
    const manners: StreamManners = {
      mtu: Math.max(1, identity.mtu),
      roomBytes: HOST_WINDOW_BYTES,
      acknowledgeAfterBytes: Math.min(2 * identity.mtu, identity.transmitRing / 4),
      acknowledgeAfterMs: ACKNOWLEDGE_AFTER_MS,
      busyMs: () => Math.max(0, this.#freeAt - clock.now() - NEARLY_IDLE_MS),
      repeatAfterMs: ({ meanTripMs = 0, out }) =>
        Math.max(LEAST_REPEAT_MS, 4 * meanTripMs + (out * 1000) / bytesPerSecond),
      askAgainAfterMs: ({ meanTripMs = 0 }) =>
        Math.max(LEAST_ASK_AGAIN_MS, 2 * meanTripMs) + (2 * identity.mtu * 1000) / bytesPerSecond,
    };
    const stream = new ReliableStream({
      ...{ clock, manners, statistics: this.statistics },
      emit: (frame) => this.#write({ ...frame, epoch: this.#epoch }),
      onBytes: (bytes) => {
        onBytes(bytes);
        // The host never makes a board wait.
        stream.release(bytes.length);
      },
    });
    return stream;
  }

  #write(frame: Parameters<typeof encodeFrame>[0]): void {
    const bytes = encodeFrame(frame);
    this.statistics.framesSent++;
    this.statistics.bytesSent += bytes.length;
    const { clock, bytesPerSecond } = this.#options;
    this.#freeAt = Math.max(this.#freeAt, clock.now()) + (bytes.length * 1000) / bytesPerSecond;
    this.#options.write(bytes);
  }

  /** Counts probes, not time: a process that was stopped has sent none. */
  #watchSilence(): void {
    this.#isHeard = false;
    this.#cancelSilence = this.#options.clock.after(SILENCE_MS, () => {
      this.#options.clock.soon(() => this.#checkSilence());
    });
  }

  #checkSilence(): void {
    if (!this.isUp) return;
    this.#unansweredProbes = this.#isHeard ? 0 : this.#unansweredProbes + 1;
    if (this.#unansweredProbes > PROBES) {
      this.lose(
        `no answer to ${PROBES} signs of life that were asked for in ${(PROBES * SILENCE_MS) / 1000} s`,
      );
      return;
    }
    if (this.#unansweredProbes > 0) this.#stream?.probe();
    this.#watchSilence();
  }

  /** What has been heard instead of an answer tells a wrong port from a wrong rate from a board without its bitstream. */
  #noAnswer(): string {
    const { bytesReceived } = this.statistics;
    if (this.#isEcho)
      return "no board has answered: what is sent comes back, as from a plug that joins both wires, or a port that echoes";
    if (this.#identity !== undefined && this.#isHeard)
      return `a board is there (build ${this.#identity.buildHash.toString(16).padStart(8, "0")}), but it answers no SYNC`;
    if (this.#heard.length === 0)
      return `nothing has answered, and nothing was heard (${bytesReceived} bytes so far)`;
    return `nothing has answered as a board does; what was heard begins with ${preview(this.#heard)}`;
  }
}

/** A board that was reprogrammed meanwhile. */
function otherBuild(before: Identity | undefined, now: Identity | undefined): string {
  if (before === undefined || now === undefined || before.buildHash === now.buildHash) return "";
  return `, with another design: build ${hex(now.buildHash, 8)}, and it was ${hex(before.buildHash, 8)}`;
}

/** Text as text, anything else in hexadecimal. */
function preview(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString("latin1");
  if (/^[\t\r\n\x20-\x7e]+$/.test(text)) return JSON.stringify(text);
  return Buffer.from(bytes.subarray(0, 16))
    .toString("hex")
    .replace(/(..)(?=.)/g, "$1 ");
}
