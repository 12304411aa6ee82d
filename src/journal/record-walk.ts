import { crc32 } from "node:zlib";
import { ENTRY_BYTES } from "./entry-layout.ts";
import type { JournalBytes } from "./journal-bytes.ts";
import { FRAME_BYTES } from "./journal-format.ts";

/** Bytes that are read at once; a record that is longer is checked in such pieces. */
const PIECE_BYTES = 1 << 18;

/** A record of a journal: `view` has the entry, and after it the payload. */
export interface JournalRecord {
  readonly at: number;
  readonly view: DataView;
}

/** What is wrong with the bytes at a place, where the walk ends. */
export class RecordProblem {
  readonly what: string;

  constructor(what: string) {
    this.what = what;
  }
}

/** The records from `start` on, one after the other: a file of any length takes the memory of a piece of it. */
export function* walkRecords(bytes: JournalBytes, start: number): Generator<JournalRecord | RecordProblem> {
  let piece = bytes.slice(start, PIECE_BYTES);
  let base = start;
  const take = (at: number, length: number): Uint8Array => {
    if (at + length > base + piece.length) {
      piece = bytes.slice(at, Math.max(length, PIECE_BYTES));
      base = at;
    }
    return piece.subarray(at - base, at - base + length);
  };
  for (let at = start; at < bytes.length; ) {
    const left = bytes.length - at;
    const frame = viewOf(take(at, Math.min(left, FRAME_BYTES)));
    const length = left < FRAME_BYTES ? FRAME_BYTES : frame.getUint32(0, true);
    const problem = lengthProblem(length, left);
    if (problem !== undefined) return yield new RecordProblem(problem);
    const sum = frame.getUint32(4, true);
    if (sumOf(take, at + FRAME_BYTES, at + length) !== sum)
      return yield new RecordProblem("the checksum of a record is wrong");
    yield { at, view: viewOf(take(at + FRAME_BYTES, length - FRAME_BYTES)) };
    at += length;
  }
}

function lengthProblem(length: number, left: number): string | undefined {
  if (length < FRAME_BYTES + ENTRY_BYTES && left >= FRAME_BYTES)
    return `a record of ${length} bytes, fewer than a record has`;
  return length > left ? `a record of ${length} bytes, of which ${left} are there` : undefined;
}

/** The length may be wrong: so much is not read at once. */
function sumOf(take: (at: number, length: number) => Uint8Array, from: number, to: number): number {
  let sum = 0;
  for (let at = from; at < to; at += PIECE_BYTES) sum = crc32(take(at, Math.min(PIECE_BYTES, to - at)), sum);
  return sum;
}

function viewOf({ buffer, byteOffset, length }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, length);
}
