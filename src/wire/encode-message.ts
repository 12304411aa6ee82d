import { ControlFlag, type ControlMessage } from "./control-message.ts";
import {
  type DownMessage,
  INTERRUPTS_WIDE,
  MEMORY_BYTES,
  MemoryFlag,
  Op,
  RegisterFlag,
  type UpMessage,
} from "./message.ts";

/** The bytes of what the host sends. */
export function encodeUp(message: UpMessage): Uint8Array {
  switch (message.kind) {
    case "register-read":
      return registerAccess(Op.registerRead, message.address, message.width);
    case "register-write":
      return registerAccess(Op.registerWrite, message.address, message.width, message.value);
    case "memory-data": {
      const { status, lengthBytes, data } = message;
      checkLength(lengthBytes);
      const bytes = start(Op.memoryData, status, 2 + data.length);
      bytes[1] = lengthBytes - 1;
      bytes.set(data, 2);
      return bytes;
    }
    case "memory-written":
      checkLength(message.bursts);
      return two(Op.memoryWritten, message.status, message.bursts - 1);
    case "fence":
      return two(Op.fence, 0, message.mark);
    case "control":
      return control(message);
  }
}

/** What a board sends; it remembers where its last access of memory ended. */
export class DownEncoder {
  /** The address after the last byte written, and after the last byte asked for. */
  #written: bigint | undefined;
  #read: bigint | undefined;

  encode(message: DownMessage): Uint8Array {
    switch (message.kind) {
      case "memory-write":
        return this.#memoryWrite(message.address, message.data, message.isEnd);
      case "memory-read":
        return this.#memoryRead(message.address, message.lengthBytes);
      case "register-value":
        return registerValue(message);
      case "register-written":
        return start(Op.registerWritten, message.status, 1);
      case "interrupts":
        return interrupts(message.levels);
      case "trace": {
        const bytes = start(Op.trace, 0, 2 + message.bytes.length);
        bytes[1] = message.bytes.length;
        bytes.set(message.bytes, 2);
        return bytes;
      }
      case "fence-passed":
        return two(Op.fencePassed, 0, message.mark);
      case "control":
        return control(message);
    }
  }

  #memoryWrite(address: bigint, data: Uint8Array, isEnd: boolean): Uint8Array {
    if (data.length === 0) return start(Op.memoryWrite, MemoryFlag.end | MemoryFlag.empty, 1);
    checkLength(data.length);
    const head = memoryHead(Op.memoryWrite, address, data.length, {
      isNext: address === this.#written,
      isEnd,
    });
    this.#written = address + BigInt(data.length);
    return Buffer.concat([head, data]);
  }

  #memoryRead(address: bigint, lengthBytes: number): Uint8Array {
    checkLength(lengthBytes);
    const isNext = address === this.#read;
    this.#read = address + BigInt(lengthBytes);
    return memoryHead(Op.memoryRead, address, lengthBytes, { isNext, isEnd: false });
  }
}

function memoryHead(
  op: number,
  address: bigint,
  lengthBytes: number,
  { isNext, isEnd }: { isNext: boolean; isEnd: boolean },
): Buffer {
  const isLong = !isNext && address > 0xffff_ffffn;
  const addressBytes = isNext ? 0 : isLong ? 8 : 4;
  const flags = (isNext ? MemoryFlag.seq : 0) | (isEnd ? MemoryFlag.end : 0) | (isLong ? MemoryFlag.long : 0);
  const bytes = start(op, flags, 2 + addressBytes);
  if (isLong) bytes.writeBigUInt64LE(address, 1);
  else if (!isNext) bytes.writeUInt32LE(Number(address), 1);
  bytes[1 + addressBytes] = lengthBytes - 1;
  return bytes;
}

function registerAccess(op: number, address: number, width: 32 | 64, value?: number | bigint): Buffer {
  const isLong = address > 0xffff;
  const valueAt = isLong ? 5 : 3;
  const valueBytes = value === undefined ? 0 : width / 8;
  const flags = (isLong ? RegisterFlag.long : 0) | (width === 64 ? RegisterFlag.wide : 0);
  const bytes = start(op, flags, valueAt + valueBytes);
  if (isLong) bytes.writeUInt32LE(address, 1);
  else bytes.writeUInt16LE(address, 1);
  if (value !== undefined) writeValue(bytes, valueAt, width, value);
  return bytes;
}

function registerValue(message: Extract<DownMessage, { kind: "register-value" }>): Buffer {
  const { status, width, value } = message;
  const bytes = start(Op.registerValue, status | (width === 64 ? RegisterFlag.wide : 0), 1 + width / 8);
  writeValue(bytes, 1, width, value);
  return bytes;
}

function writeValue(bytes: Buffer, at: number, width: 32 | 64, value: number | bigint): void {
  if (width === 64) bytes.writeBigUInt64LE(BigInt(value), at);
  else bytes.writeUInt32LE(Number(value), at);
}

function interrupts(levels: number): Buffer {
  if (levels <= 0xff) return two(Op.interrupts, 0, levels);
  const bytes = start(Op.interrupts, INTERRUPTS_WIDE, 5);
  bytes.writeUInt32LE(levels, 1);
  return bytes;
}

function control({ code, isAnswer, isFailed, payload }: ControlMessage): Buffer {
  const flags = (isAnswer ? ControlFlag.answer : 0) | (isFailed ? ControlFlag.failed : 0);
  const bytes = start(Op.control, flags, 4 + payload.length);
  bytes[1] = code;
  bytes.writeUInt16LE(payload.length, 2);
  bytes.set(payload, 4);
  return bytes;
}

function two(op: number, flags: number, second: number): Buffer {
  const bytes = start(op, flags, 2);
  bytes[1] = second;
  return bytes;
}

function start(op: number, flags: number, lengthBytes: number): Buffer {
  const bytes = Buffer.allocUnsafe(lengthBytes);
  bytes[0] = (op << 4) | flags;
  return bytes;
}

function checkLength(count: number): void {
  if (!Number.isInteger(count) || count < 1 || count > MEMORY_BYTES)
    throw new RangeError(`${count} in one message: not 1 to ${MEMORY_BYTES}`);
}
