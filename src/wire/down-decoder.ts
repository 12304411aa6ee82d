import { WireMessageError } from "./errors.ts";
import {
  type DownMessage,
  INTERRUPTS_WIDE,
  MemoryFlag,
  Op,
  RegisterFlag,
  STATUS_MASK,
  type StatusCode,
} from "./message.ts";
import {
  checkFlags,
  controlSize,
  flagsOf,
  MessageDecoder,
  opOf,
  parseControl,
  unknownMessage,
} from "./message-decoder.ts";

/** Messages of a board, out of its stream. */
export function downDecoder(onMessage: (message: DownMessage) => void): MessageDecoder<DownMessage> {
  const parser = new DownParser();
  return new MessageDecoder(sizeOf, (bytes) => parser.parse(bytes), onMessage);
}

function sizeOf(bytes: Buffer): number | undefined {
  switch (opOf(bytes)) {
    case Op.memoryWrite:
      return memoryWriteSize(bytes);
    case Op.memoryRead:
      return 2 + addressBytes(checkFlags(bytes, MemoryFlag.seq | MemoryFlag.long));
    case Op.registerValue:
      return checkFlags(bytes, STATUS_MASK | RegisterFlag.wide) & RegisterFlag.wide ? 9 : 5;
    case Op.registerWritten:
      checkFlags(bytes, STATUS_MASK);
      return 1;
    case Op.interrupts:
      return checkFlags(bytes, INTERRUPTS_WIDE) ? 5 : 2;
    case Op.trace:
      checkFlags(bytes, 0);
      return bytes.length < 2 ? undefined : 2 + bytes.readUInt8(1);
    case Op.fencePassed:
      checkFlags(bytes, 0);
      return 2;
    case Op.control:
      return controlSize(bytes);
    default:
      throw unknownMessage(bytes);
  }
}

function memoryWriteSize(bytes: Buffer): number | undefined {
  const flags = checkFlags(bytes, 15);
  if (flags & MemoryFlag.empty) {
    if (flags === (MemoryFlag.empty | MemoryFlag.end)) return 1;
    throw new WireMessageError("a memory write without data that ends nothing", bytes[0] as number);
  }
  const lengthAt = 1 + addressBytes(flags);
  return bytes.length <= lengthAt ? undefined : lengthAt + 2 + bytes.readUInt8(lengthAt);
}

function addressBytes(flags: number): number {
  if (flags & MemoryFlag.seq) return 0;
  return flags & MemoryFlag.long ? 8 : 4;
}

class DownParser {
  /** The address after the last byte written, and after the last byte asked for. */
  #written: bigint | undefined;
  #read: bigint | undefined;

  parse(bytes: Buffer): DownMessage {
    const status = (flagsOf(bytes) & STATUS_MASK) as StatusCode;
    switch (opOf(bytes)) {
      case Op.memoryWrite:
        return this.#memoryWrite(bytes);
      case Op.memoryRead: {
        const { address, lengthBytes } = memoryHead(bytes, this.#read);
        this.#read = address + BigInt(lengthBytes);
        return { kind: "memory-read", address, lengthBytes };
      }
      case Op.registerValue:
        return bytes.length === 9
          ? { kind: "register-value", status, width: 64, value: bytes.readBigUInt64LE(1) }
          : { kind: "register-value", status, width: 32, value: bytes.readUInt32LE(1) };
      case Op.registerWritten:
        return { kind: "register-written", status };
      case Op.interrupts:
        return {
          kind: "interrupts",
          levels: bytes.length === 2 ? bytes.readUInt8(1) : bytes.readUInt32LE(1),
        };
      case Op.trace:
        return { kind: "trace", bytes: bytes.subarray(2) };
      case Op.fencePassed:
        return { kind: "fence-passed", mark: bytes.readUInt8(1) };
      default:
        return parseControl(bytes);
    }
  }

  #memoryWrite(bytes: Buffer): DownMessage {
    const flags = flagsOf(bytes);
    if (flags & MemoryFlag.empty)
      return { kind: "memory-write", address: this.#written ?? 0n, data: bytes.subarray(1), isEnd: true };
    const { address, lengthBytes } = memoryHead(bytes, this.#written);
    this.#written = address + BigInt(lengthBytes);
    const data = bytes.subarray(bytes.length - lengthBytes);
    return { kind: "memory-write", address, data, isEnd: (flags & MemoryFlag.end) !== 0 };
  }
}

function memoryHead(bytes: Buffer, next: bigint | undefined): { address: bigint; lengthBytes: number } {
  const flags = flagsOf(bytes);
  const lengthBytes = bytes.readUInt8(1 + addressBytes(flags)) + 1;
  if (flags & MemoryFlag.seq) {
    if (next === undefined)
      throw new WireMessageError("an access of memory that follows none", bytes[0] as number);
    return { address: next, lengthBytes };
  }
  const address = flags & MemoryFlag.long ? bytes.readBigUInt64LE(1) : BigInt(bytes.readUInt32LE(1));
  return { address, lengthBytes };
}
