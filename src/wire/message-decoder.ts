import { ControlFlag, type ControlMessage } from "./control-message.ts";
import { WireMessageError } from "./errors.ts";

/** How many bytes the message that begins these bytes has; undefined when that cannot be known yet. Throws for what is none. */
export type SizeOf = (bytes: Buffer) => number | undefined;

/**
 * Cuts a stream into messages, however it comes in pieces. After an error nothing more is taken: in a stream that cannot be
 * understood nobody knows where the next message begins.
 */
export class MessageDecoder<Message> {
  readonly #sizeOf: SizeOf;
  readonly #parse: (bytes: Buffer) => Message;
  readonly #onMessage: (message: Message) => void;
  #rest: Buffer = Buffer.alloc(0);
  #error: unknown;

  /** `parse` gets the bytes of one message, which are its own; `sizeOf` and `parse` throw `WireMessageError`. */
  constructor(sizeOf: SizeOf, parse: (bytes: Buffer) => Message, onMessage: (message: Message) => void) {
    this.#sizeOf = sizeOf;
    this.#parse = parse;
    this.#onMessage = onMessage;
  }

  /** Throws `WireMessageError`, then and ever after. */
  receive(chunk: Uint8Array): void {
    if (this.#error !== undefined) throw this.#error;
    // A copy: messages keep views of it.
    const bytes = Buffer.concat([this.#rest, chunk]);
    let at = 0;
    try {
      while (at < bytes.length) {
        const size = this.#sizeOf(bytes.subarray(at));
        if (size === undefined || at + size > bytes.length) break;
        const message = this.#parse(bytes.subarray(at, at + size));
        at += size;
        this.#onMessage(message);
      }
    } catch (error) {
      this.#error = error;
      throw error;
    }
    this.#rest = bytes.subarray(at);
  }
}

export function opOf(bytes: Uint8Array): number {
  return (bytes[0] as number) >> 4;
}

export function flagsOf(bytes: Uint8Array): number {
  return (bytes[0] as number) & 15;
}

/** Throws for a flag that the message does not have. */
export function checkFlags(bytes: Uint8Array, allowed: number): number {
  const flags = flagsOf(bytes);
  if ((flags & ~allowed) !== 0)
    throw new WireMessageError("a message with an unknown flag", bytes[0] as number);
  return flags;
}

export function unknownMessage(bytes: Uint8Array): WireMessageError {
  return new WireMessageError("an unknown message", bytes[0] as number);
}

/** Of the control channel, both ways. */
export function controlSize(bytes: Buffer): number | undefined {
  checkFlags(bytes, ControlFlag.answer | ControlFlag.failed);
  return bytes.length < 4 ? undefined : 4 + bytes.readUInt16LE(2);
}

export function parseControl(bytes: Buffer): ControlMessage {
  const flags = flagsOf(bytes);
  return {
    kind: "control",
    code: bytes.readUInt8(1),
    isAnswer: (flags & ControlFlag.answer) !== 0,
    isFailed: (flags & ControlFlag.failed) !== 0,
    payload: bytes.subarray(4),
  };
}
