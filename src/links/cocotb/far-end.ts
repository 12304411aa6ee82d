import type { LinkEvent } from "../../bus/event.ts";
import { ControlCode, type ControlMessage } from "../../wire/control-message.ts";
import { downDecoder } from "../../wire/down-decoder.ts";
import { encodeUp } from "../../wire/encode-message.ts";
import type { DownMessage, StatusCode } from "../../wire/message.ts";
import { asBuffer, parseEvent } from "../../wire/parse-event.ts";
import type { Channel } from "./channel.ts";

/** What an answer says of the device: as of then. */
export interface FarState {
  readonly cycle: number;
  /** Of the interrupt lines, a bit each. */
  readonly levels: number;
  /** By line, since the reset. */
  readonly rises: readonly number[];
}

export interface Answer extends FarState {
  /** Why it was not done. */
  readonly failed: string | undefined;
  /** What stands after the state. */
  readonly rest: Uint8Array;
}

export interface FarListener {
  registerAnswered(access: "read" | "write", status: StatusCode, value: number): void;
  event(event: LinkEvent): void;
  /** Code of the user's in the simulator has failed. */
  failed(what: string): void;
}

interface Request {
  readonly code: number;
  /** Of all that went in one piece. */
  readonly piece: number;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

/** Before the rises. */
const STATE_BYTES = 12;
/** Of a message: its payload has 65,535 bytes, and whole words. */
const MOST_BYTES = 65_520;
const HEAD_BYTES = 12;

/** Arrays of the host in the simulator, by their number in a message of code `memory`. */
export const FarArray = { settings: 0, ram: 1, pageTable: 2, readPermission: 3, writePermission: 4 } as const;

/**
 * The far end of the control channel of a simulator in another process: what is to be sent is collected, and goes in one
 * piece with a request. A simulator from which nothing has come for `stallMs` while a request was out
 * does not answer any more.
 */
export class FarEnd {
  readonly #channel: Channel;
  readonly #stallMs: number;
  readonly #lines: number;
  readonly #onFailure: (what: string, cause?: unknown) => void;
  readonly #requests: Request[] = [];
  /** Of the arrays of the host: they go before all else, since no time passes in between. */
  #patches: Uint8Array[] = [];
  #out: Uint8Array[] = [];
  #pieces = 0;
  #listener: FarListener | undefined;
  #watch: NodeJS.Timeout | undefined;
  #end: Error | undefined;

  /** `lines`: interrupts of the device. `onFailure`: nothing more comes of it, and why. */
  constructor(
    channel: Channel,
    { stallMs, lines }: { readonly stallMs: number; readonly lines: number },
    onFailure: (what: string, cause?: unknown) => void,
  ) {
    this.#channel = channel;
    this.#stallMs = stallMs;
    this.#lines = lines;
    this.#onFailure = onFailure;
    const decoder = downDecoder((message) => this.#take(message));
    channel.listen((bytes) => {
      this.#watch?.refresh();
      try {
        decoder.receive(bytes);
      } catch (error) {
        this.#onFailure(`cannot be understood: ${(error as Error).message}`, error);
      }
    });
  }

  set listener(listener: FarListener | undefined) {
    this.#listener = listener;
  }

  /** Rejects what is out, and all that is asked later. */
  fail(error: Error): void {
    this.#end ??= error;
    clearTimeout(this.#watch);
    for (const { reject } of this.#requests.splice(0)) reject(this.#end);
  }

  readRegister(address: number): void {
    this.#out.push(encodeUp({ kind: "register-read", address, width: 32 }));
  }

  writeRegister(address: number, value: number): void {
    this.#out.push(encodeUp({ kind: "register-write", address, width: 32, value }));
  }

  /** Bytes of an array of the host, from byte `offset` on: whole elements, which go with the highest byte first. */
  write(array: number, offset: number, bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += MOST_BYTES) {
      const part = bytes.subarray(at, at + MOST_BYTES);
      const message = Buffer.allocUnsafe(HEAD_BYTES + part.length);
      message[0] = 0xf0;
      message[1] = ControlCode.memory;
      message.writeUInt16LE(8 + part.length, 2);
      message.writeUInt32LE(array, 4);
      message.writeUInt32LE(offset + at, 8);
      message.set(part, HEAD_BYTES);
      swapElements(message.subarray(HEAD_BYTES), array);
      this.#patches.push(message);
    }
  }

  /** Collected, too: it is sent by `send`. */
  ask(code: number, payload: Uint8Array = new Uint8Array()): Promise<Answer> {
    return new Promise((resolve, reject) => this.#request(code, payload, resolve, reject));
  }

  /** The same for one of several, of which the last is awaited. `onAnswer` is called before anything that comes after is looked at. */
  askAlong(code: number, payload: Uint8Array, onAnswer: (answer: Answer) => void = ignore): void {
    this.#request(code, payload, onAnswer, ignore);
  }

  #request(code: number, payload: Uint8Array, resolve: Request["resolve"], reject: Request["reject"]): void {
    this.#out.push(encodeUp({ kind: "control", code, isAnswer: false, isFailed: false, payload }));
    if (this.#end === undefined) this.#requests.push({ code, piece: this.#pieces, resolve, reject });
    else reject(this.#end);
  }

  send(): void {
    const out = [...this.#patches, ...this.#out];
    this.#patches = [];
    this.#out = [];
    if (this.#end !== undefined) return;
    this.#watch ??= setTimeout(() => setImmediate(() => this.#stalled()), this.#stallMs).unref();
    this.#watch.refresh();
    this.#pieces++;
    this.#channel.send(Buffer.concat(out));
  }

  #stalled(): void {
    if (this.#requests.length > 0 && this.#end === undefined)
      this.#onFailure(`has shown no sign of life for ${this.#stallMs / 1000} s: it was ended`);
  }

  #take(message: DownMessage): void {
    switch (message.kind) {
      case "register-value":
        this.#listener?.registerAnswered("read", message.status, Number(message.value));
        break;
      case "register-written":
        this.#listener?.registerAnswered("write", message.status, 0);
        break;
      case "control":
        this.#takeControl(message);
        break;
      default:
        throw new Error(`the simulator sent a message of kind ${message.kind}`);
    }
  }

  /** A sign of life: what is under way goes on, unless something else has been sent meanwhile. */
  #goOn(): void {
    const [oldest] = this.#requests;
    if (oldest === undefined || oldest.piece === this.#pieces - 1) this.#channel.send(signOfLife);
  }

  #takeControl({ code, isAnswer, isFailed, payload }: ControlMessage): void {
    if (!isAnswer) {
      const event = code === ControlCode.event ? parseEvent(payload) : undefined;
      if (event !== undefined) this.#listener?.event(event);
      if (code === ControlCode.log) this.#goOn();
      if (code === ControlCode.failure) this.#listener?.failed(Buffer.from(payload).toString("utf8"));
      return;
    }
    const request = this.#requests.shift();
    if (request?.code !== code) throw new Error(`an answer of code ${code} that nobody has asked for`);
    request.resolve(isFailed ? failure(payload) : success(payload, this.#lines));
  }
}

/** Of what a simulator says of itself while time passes, and of the answer. */
const signOfLife = encodeUp({
  ...{ kind: "control", code: ControlCode.log, isAnswer: false, isFailed: false },
  payload: new Uint8Array(),
});

function swapElements(bytes: Buffer, array: number): void {
  if (array === FarArray.ram) bytes.swap64();
  else if (array === FarArray.pageTable) bytes.swap16();
  else bytes.swap32();
}

function ignore(): void {}

const noState: FarState = { cycle: 0, levels: 0, rises: [] };

function failure(payload: Uint8Array): Answer {
  return { ...noState, failed: Buffer.from(payload).toString("utf8"), rest: new Uint8Array() };
}

function success(payload: Uint8Array, lines: number): Answer {
  const bytes = asBuffer(payload);
  const end = STATE_BYTES + 4 * lines;
  if (bytes.length < end) return { ...noState, failed: undefined, rest: payload };
  return {
    cycle: bytes.readUInt32LE(0) + bytes.readUInt32LE(4) * 2 ** 32,
    levels: bytes.readUInt32LE(8),
    rises: Array.from({ length: lines }, (_, line) => bytes.readUInt32LE(STATE_BYTES + 4 * line)),
    failed: undefined,
    rest: payload.subarray(end),
  };
}
