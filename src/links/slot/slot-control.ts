import { LinkLostError } from "../../bus/errors.ts";
import type { LinkEvent } from "../../bus/event.ts";
import type { NativeMessage } from "../../engine/verilator/library.ts";
import { SystemCallError } from "../../native/errors.ts";
import { UnixSocket } from "../../native/unix-socket.ts";
import { ControlCode, type ControlMessage } from "../../wire/control-message.ts";
import { downDecoder } from "../../wire/down-decoder.ts";
import { encodeUp } from "../../wire/encode-message.ts";
import { ControlError } from "../../wire/errors.ts";
import type { DownMessage } from "../../wire/message.ts";
import type { MessageDecoder } from "../../wire/message-decoder.ts";
import { parseEvent } from "../../wire/parse-event.ts";

const ROOM_BYTES = 64 * 1024;
/** Of a state, before the rises. */
const HEAD_BYTES = 12;

export interface SlotListener {
  /** Of the device, as of then. */
  state(state: SlotState): void;
  event(event: LinkEvent): void;
  /** What the design has said since the last time. */
  said(messages: readonly NativeMessage[]): void;
}

/** Of the device, as of then. */
export interface SlotState {
  readonly cycle: number;
  /** How often each interrupt line has risen. */
  readonly rises: readonly number[];
  /** Register accesses that were not answered. */
  readonly pending: number;
}

/** What a client has done to the slot's BAR. */
export interface AccessCounts {
  readonly reads: number;
  readonly writes: number;
  /** Those that were not one access of 32 bits at a multiple of 4. */
  readonly odd: number;
}

/** The control channel of a slot, whose answers are waited for: they come in microseconds, and time stands still meanwhile. */
export class SlotControl implements Disposable {
  readonly #name: string;
  readonly #socket: UnixSocket;
  readonly #decoder: MessageDecoder<DownMessage>;
  readonly #room = Buffer.alloc(ROOM_BYTES);
  #answer: ControlMessage | undefined;
  #isStateDue = false;
  #said: NativeMessage[] = [];
  #kinds = 0;
  #listener: SlotListener | undefined;
  #lost: Error | undefined;

  /** Throws `LinkLostError` where nobody listens. */
  constructor(name: string, path: string, limitMs: number) {
    this.#name = name;
    try {
      this.#socket = new UnixSocket(path);
      this.#socket.limitMs = limitMs;
    } catch (cause) {
      throw new LinkLostError(name, `no slot has its control channel at ${path}`, { cause });
    }
    this.#decoder = downDecoder((message) => this.#take(message));
  }

  set listener(listener: SlotListener | undefined) {
    this.#listener = listener;
  }

  /** Throws `ControlError` with the slot's message when it is refused, and `LinkLostError`. */
  request(code: number, payload: Uint8Array = new Uint8Array()): Buffer {
    if (this.#lost !== undefined) throw this.#lost;
    const request = encodeUp({ kind: "control", code, isAnswer: false, isFailed: false, payload });
    this.#answer = undefined;
    this.#guard(() => this.#socket.send(request));
    while (this.#answer === undefined) this.#receive();
    const answer = this.#answer as ControlMessage;
    this.#hear();
    if (answer.isFailed) throw new ControlError(Buffer.from(answer.payload).toString("utf8"));
    return Buffer.from(answer.payload);
  }

  /** As `request`, for those whose answer is the state. */
  move(code: number, payload?: Uint8Array): void {
    this.#note(this.request(code, payload));
  }

  /** Events of these kinds come from now on, by bit as docs/wire.md has them. */
  watch(kinds: number): void {
    if (kinds !== this.#kinds) this.request(ControlCode.events, Uint8Array.of(kinds));
    this.#kinds = kinds;
  }

  /** After a read of a register, which lets time pass: takes all that has happened. */
  settle(): void {
    this.#isStateDue = true;
    while (this.#isStateDue) this.#receive();
    this.#hear();
  }

  counts(): AccessCounts {
    const answer = this.request(ControlCode.counts);
    const [reads = 0, writes = 0, odd = 0] = [0, 8, 16].map((at) => Number(answer.readBigUInt64LE(at)));
    return { reads, writes, odd };
  }

  /** When the last message of an interrupt went, in nanoseconds of the monotonic clock, as `process.hrtime` has them. */
  lastMessageNs(): bigint {
    return this.request(ControlCode.message).readBigUInt64LE(0);
  }

  /** Takes the card out of its slot while it is in use: from now on it reads as ones, and does nothing more. */
  pull(): void {
    this.request(ControlCode.pull);
  }

  [Symbol.dispose](): void {
    this.#socket[Symbol.dispose]();
    this.#lost ??= new LinkLostError(this.#name, "the slot was left");
  }

  #receive(): void {
    const count = this.#guard(() => this.#socket.next(this.#room));
    if (count === 0) throw this.#lose("the slot has ended");
    this.#decoder.receive(this.#room.subarray(0, count));
  }

  #take(message: DownMessage): void {
    if (message.kind !== "control")
      throw new ControlError(`a message of kind ${message.kind} on the control channel`);
    const { code, payload, isAnswer } = message;
    if (isAnswer) {
      this.#answer = message;
    } else if (code === ControlCode.event) {
      const event = parseEvent(payload);
      if (event !== undefined) this.#listener?.event(event);
    } else if (code === ControlCode.state) {
      this.#isStateDue = false;
      this.#note(Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength));
    } else if (code === ControlCode.log) {
      this.#said.push(JSON.parse(Buffer.from(payload).toString("utf8")) as NativeMessage);
    }
  }

  #note(state: Buffer): void {
    const cycle = state.readUInt32LE(0) + state.readUInt32LE(4) * 2 ** 32;
    const lines = (state.length - HEAD_BYTES) / 4 - 1;
    const rises = Array.from({ length: lines }, (_, line) => state.readUInt32LE(HEAD_BYTES + 4 * line));
    this.#listener?.state({ cycle, rises, pending: state.readUInt32LE(state.length - 4) });
  }

  #hear(): void {
    if (this.#said.length > 0) this.#listener?.said(this.#said.splice(0));
  }

  #guard<T>(work: () => T): T {
    if (this.#lost !== undefined) throw this.#lost;
    try {
      return work();
    } catch (cause) {
      if (!(cause instanceof SystemCallError)) throw cause;
      const what =
        cause.errno === "EAGAIN" ? "the slot does not answer on its control channel" : "the slot is gone";
      throw this.#lose(`${what}: ${cause.message}`, cause);
    }
  }

  #lose(what: string, cause?: unknown): Error {
    this.#lost ??= new LinkLostError(this.#name, what, { cause });
    return this.#lost;
  }
}
