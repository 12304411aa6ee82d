import { Op, RegisterFlag, STATUS_MASK, Status, type StatusCode, type UpMessage } from "./message.ts";
import {
  checkFlags,
  controlSize,
  flagsOf,
  MessageDecoder,
  opOf,
  parseControl,
  unknownMessage,
} from "./message-decoder.ts";

/** Messages of a host, out of its stream: what a board in TypeScript takes. */
export function upDecoder(onMessage: (message: UpMessage) => void): MessageDecoder<UpMessage> {
  return new MessageDecoder(sizeOf, parse, onMessage);
}

function sizeOf(bytes: Buffer): number | undefined {
  switch (opOf(bytes)) {
    case Op.registerRead:
      return 1 + addressBytes(checkFlags(bytes, RegisterFlag.long | RegisterFlag.wide));
    case Op.registerWrite: {
      const flags = checkFlags(bytes, RegisterFlag.long | RegisterFlag.wide);
      return 1 + addressBytes(flags) + (flags & RegisterFlag.wide ? 8 : 4);
    }
    case Op.memoryData:
      if (checkFlags(bytes, STATUS_MASK) !== Status.okay) return 2;
      return bytes.length < 2 ? undefined : 3 + bytes.readUInt8(1);
    case Op.memoryWritten:
      checkFlags(bytes, STATUS_MASK);
      return 2;
    case Op.fence:
      checkFlags(bytes, 0);
      return 2;
    case Op.control:
      return controlSize(bytes);
    default:
      throw unknownMessage(bytes);
  }
}

function addressBytes(flags: number): number {
  return flags & RegisterFlag.long ? 4 : 2;
}

function parse(bytes: Buffer): UpMessage {
  const status = (flagsOf(bytes) & STATUS_MASK) as StatusCode;
  switch (opOf(bytes)) {
    case Op.registerRead:
      return { kind: "register-read", address: addressOf(bytes), width: widthOf(bytes) };
    case Op.registerWrite: {
      const at = 1 + addressBytes(flagsOf(bytes));
      return widthOf(bytes) === 64
        ? { kind: "register-write", address: addressOf(bytes), width: 64, value: bytes.readBigUInt64LE(at) }
        : { kind: "register-write", address: addressOf(bytes), width: 32, value: bytes.readUInt32LE(at) };
    }
    case Op.memoryData:
      return { kind: "memory-data", status, lengthBytes: bytes.readUInt8(1) + 1, data: bytes.subarray(2) };
    case Op.memoryWritten:
      return { kind: "memory-written", status, bursts: bytes.readUInt8(1) + 1 };
    case Op.fence:
      return { kind: "fence", mark: bytes.readUInt8(1) };
    default:
      return parseControl(bytes);
  }
}

function addressOf(bytes: Buffer): number {
  return flagsOf(bytes) & RegisterFlag.long ? bytes.readUInt32LE(1) : bytes.readUInt16LE(1);
}

function widthOf(bytes: Buffer): 32 | 64 {
  return flagsOf(bytes) & RegisterFlag.wide ? 64 : 32;
}
