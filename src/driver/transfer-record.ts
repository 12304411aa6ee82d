import { hex } from "../core/hex.ts";
import type { Mdl } from "../memory/mdl.ts";

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

/** What can be transferred: a buffer of a program, or several as one. */
export interface TransferBuffer {
  readonly mdl: Mdl;
  readonly lengthBytes: number;
}

const last = new WeakMap<TransferBuffer, TransferRecord>();

export function recordTransfer(buffer: TransferBuffer, record: TransferRecord): void {
  last.set(buffer, record);
}

/** The last transfer of a buffer in words, if there was one. */
export function describeLastTransfer(buffer: TransferBuffer): string | undefined {
  const record = last.get(buffer);
  if (record === undefined) return undefined;
  const { channel, cardAddress, offset, lengthBytes, start, end } = record;
  return `${channel}, ${lengthBytes} bytes at byte ${offset} of the buffer and card address ${hex(cardAddress, 6)}, cycles ${start} to ${end}`;
}
