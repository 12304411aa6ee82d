import { crc32 } from "node:zlib";
import { AT, ENTRY_BYTES, type KIND } from "./entry-layout.ts";
import type { JournalHeader } from "./journal-header.ts";

/** The parts of a file, as docs/journal.md describes them. */

/** A byte that no text has, and the ends of lines that tools convert. */
export const MAGIC: Uint8Array = Uint8Array.of(0x89, 0x48, 0x4a, 0x4c, 0x0d, 0x0a, 0x1a, 0x0a);
/** 2 has records of kind `line`, and the device's own cycle of broken rules. */
export const VERSION = 2;
/** The journal has the bytes of every write of the device. */
export const COMPLETE = 1;
export const PREFIX = { version: 8, flags: 10, headerLength: 12, headerCrc: 16, crc: 20, bytes: 24 } as const;
/** Length and checksum. */
export const FRAME_BYTES = 8;

/** What precedes the records. */
export function encodeHeader(header: JournalHeader, isComplete: boolean): Uint8Array {
  const text = Buffer.from(JSON.stringify(header));
  const bytes = new Uint8Array(PREFIX.bytes + text.length);
  const view = new DataView(bytes.buffer);
  bytes.set(MAGIC);
  view.setUint16(PREFIX.version, VERSION, true);
  view.setUint16(PREFIX.flags, isComplete ? COMPLETE : 0, true);
  view.setUint32(PREFIX.headerLength, text.length, true);
  view.setUint32(PREFIX.headerCrc, crc32(text), true);
  view.setUint32(PREFIX.crc, crc32(bytes.subarray(PREFIX.version, PREFIX.crc)), true);
  bytes.set(text, PREFIX.bytes);
  return bytes;
}

/** Writes a record to `target` at `at`; the result is its length. */
export function putRecord(target: Uint8Array, at: number, entry: Uint8Array, payload?: Uint8Array): number {
  const length = recordBytes(payload);
  target.set(entry, at + FRAME_BYTES);
  if (payload !== undefined) target.set(payload, at + FRAME_BYTES + ENTRY_BYTES);
  const view = new DataView(target.buffer, target.byteOffset + at, length);
  view.setUint32(0, length, true);
  view.setUint32(4, crc32(target.subarray(at + FRAME_BYTES, at + length)), true);
  return length;
}

export function recordBytes(payload: Uint8Array | undefined): number {
  return FRAME_BYTES + ENTRY_BYTES + (payload?.length ?? 0);
}

/**
 * The entry of a record that is none of the link: a gap of a number of entries, one that is torn, or the end after a number
 * of them.
 */
export function countEntry(kind: CountKind, count: number, source = 0): Uint8Array {
  const entry = new Uint8Array(ENTRY_BYTES);
  const view = new DataView(entry.buffer);
  view.setUint8(AT.kind, kind);
  view.setUint8(AT.source, source);
  view.setBigUint64(AT.address, BigInt(count), true);
  return entry;
}

type CountKind = typeof KIND.gap | typeof KIND.torn | typeof KIND.end;
