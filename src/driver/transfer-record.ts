import { hex } from "../core/hex.ts";
import type { HostBuffer } from "../memory/host-buffer.ts";

/** A transfer that ended, for messages about the bytes that it moved. */
export interface TransferRecord {
  readonly channel: "h2c" | "c2h";
  readonly cardAddress: number;
  /** Of the first byte in the buffer. */
  readonly offset: number;
  readonly lengthBytes: number;
  /** Cycles of the link's clock. */
  readonly start: number;
  readonly end: number;
}

const last = new WeakMap<HostBuffer, TransferRecord>();

export function recordTransfer(buffer: HostBuffer, record: TransferRecord): void {
  last.set(buffer, record);
}

/** The last transfer of a buffer in words, if there was one. */
export function describeLastTransfer(buffer: HostBuffer): string | undefined {
  const record = last.get(buffer);
  if (record === undefined) return undefined;
  const { channel, cardAddress, offset, lengthBytes, start, end } = record;
  return `${channel}, ${lengthBytes} bytes at byte ${offset} of the buffer and card address ${hex(cardAddress, 6)}, cycles ${start} to ${end}`;
}
