import { crc32 } from "node:zlib";
import type { LineCounts } from "../bus/line-counts.ts";
import { AT, ENTRY_BYTES, entryAt, FLAG, KIND } from "./entry-layout.ts";
import { type JournalDamageError, JournalFormatError } from "./errors.ts";
import type { JournalBytes } from "./journal-bytes.ts";
import { failures, type JournalEntry } from "./journal-entry.ts";
import { COMPLETE, MAGIC, PREFIX, VERSION } from "./journal-format.ts";
import { type JournalHeader, parseHeader } from "./journal-header.ts";
import { BLOCK_BYTES, RecordScan } from "./record-scan.ts";
import { type JournalRecord, walkRecords } from "./record-walk.ts";

export interface ReadJournal {
  readonly header: JournalHeader;
  /** It has the bytes of every write of the device. */
  readonly isComplete: boolean;
  /** Sorted by the cycle in which they crossed; each walk through them reads the file. */
  readonly entries: Iterable<JournalEntry>;
  /** Addresses of the register accesses. */
  readonly registers: ReadonlySet<number>;
  /** Entries that were dropped to make room for later ones. */
  readonly missing: number;
  /** The process that wrote it ended before the test did. */
  readonly isLost: boolean;
  /** Entries that were being written then: what they say is not known. */
  readonly torn: number;
  /** What a serial line has carried and damaged in the test. */
  readonly line?: LineCounts;
  /** From where on it cannot be read, and why. */
  readonly damage?: JournalDamageError;
}

/**
 * Reads a journal; `file` is its name in errors. Throws `JournalFormatError` for what is not a journal, or is one of a
 * newer version. Entries before a damage are all there. Takes the memory of a small part of the file, as long as requests
 * are answered not too long after they were made.
 */
export function readJournal(file: string, bytes: JournalBytes): ReadJournal {
  const { header, flags, end } = readHeader(file, bytes);
  const scan = new RecordScan(file, bytes, end);
  const { damage, missing, isLost, torn, registers, line } = scan;
  return {
    header,
    isComplete: (flags & COMPLETE) !== 0 && damage === undefined,
    entries: { [Symbol.iterator]: () => new EntryOrder(scan, end).sorted(bytes) },
    ...{ missing, isLost, torn, registers },
    ...(line === undefined ? {} : { line }),
    ...(damage === undefined ? {} : { damage }),
  };
}

/** How far the records of a journal are good. */
export function scanRecords(file: string, bytes: JournalBytes): RecordScan {
  return new RecordScan(file, bytes, readHeader(file, bytes).end);
}

function readHeader(
  file: string,
  bytes: JournalBytes,
): { header: JournalHeader; flags: number; end: number } {
  const prefix = bytes.slice(0, PREFIX.bytes);
  const view = new DataView(prefix.buffer, prefix.byteOffset, prefix.length);
  const length = Math.min(prefix.length, MAGIC.length);
  if (length === 0 || Buffer.compare(prefix.subarray(0, length), MAGIC.subarray(0, length)) !== 0)
    throw new JournalFormatError(file, "not a journal: it does not begin with 89 48 4a 4c 0d 0a 1a 0a");
  if (bytes.length < PREFIX.bytes)
    throw new JournalFormatError(file, `cut off in its header, after ${bytes.length} bytes`);
  const version = view.getUint16(PREFIX.version, true);
  if (version > VERSION)
    throw new JournalFormatError(
      file,
      `a journal of version ${version}; this hilt reads up to version ${VERSION}`,
    );
  const headerLength = view.getUint32(PREFIX.headerLength, true);
  const end = PREFIX.bytes + headerLength;
  if (view.getUint32(PREFIX.crc, true) !== crc32(prefix.subarray(PREFIX.version, PREFIX.crc)))
    throw new JournalFormatError(file, "its header is damaged: the checksum in bytes 20 to 23 is wrong");
  if (end > bytes.length)
    throw new JournalFormatError(file, `cut off in its header, after ${bytes.length} bytes`);
  const text = bytes.slice(PREFIX.bytes, headerLength);
  if (view.getUint32(PREFIX.headerCrc, true) !== crc32(text))
    throw new JournalFormatError(file, "its header is damaged: the checksum in bytes 16 to 19 is wrong");
  try {
    const header = parseHeader(Buffer.from(text).toString("utf8"));
    return { header, flags: view.getUint16(PREFIX.flags, true), end };
  } catch (error) {
    throw new JournalFormatError(file, `its header ${(error as Error).message}`);
  }
}

interface Numbered {
  readonly number: number;
  readonly entry: JournalEntry;
}

/** Brings the entries of a file into the order in which they crossed, holding only those that others may still precede. */
class EntryOrder {
  readonly #scan: RecordScan;
  readonly #start: number;
  /** They will be answered, and stand where they are then. */
  readonly #pending = new Map<number, JournalEntry>();
  #ready: Numbered[] = [];
  #number = 0;
  #released = Number.NEGATIVE_INFINITY;

  constructor(scan: RecordScan, start: number) {
    this.#scan = scan;
    this.#start = start;
  }

  *sorted(bytes: JournalBytes): Generator<JournalEntry> {
    let block = 0;
    for (const record of walkRecords(bytes, this.#start)) {
      if (!("view" in record) || record.at >= this.#scan.end) break;
      const next = Math.floor((record.at - this.#start) / BLOCK_BYTES);
      if (next !== block) yield* this.#release(this.#limit(next));
      block = next;
      this.#take(record);
    }
    for (const [number, entry] of this.#pending) this.#ready.push({ number, entry });
    yield* this.#release(Number.POSITIVE_INFINITY);
  }

  /** Nothing that comes in this block or later is of an earlier cycle. */
  #limit(block: number): number {
    let limit = this.#scan.lowest[block] ?? Number.POSITIVE_INFINITY;
    for (const { asked } of this.#pending.values()) limit = Math.min(limit, asked);
    return limit;
  }

  *#release(limit: number): Generator<JournalEntry> {
    if (!(limit > this.#released)) return;
    this.#released = limit;
    this.#ready.sort((a, b) => a.entry.cycle - b.entry.cycle || a.number - b.number);
    const isLast = limit === Number.POSITIVE_INFINITY;
    const count = isLast ? -1 : this.#ready.findIndex(({ entry }) => !(entry.cycle < limit));
    const ready = this.#ready;
    this.#ready = count === -1 ? [] : ready.slice(count);
    for (const { entry } of count === -1 ? ready : ready.slice(0, count)) yield entry;
  }

  #take({ view }: JournalRecord): void {
    const kind = view.getUint8(0);
    const wide = Number(view.getBigUint64(AT.address, true));
    if (kind === KIND.answer) {
      const asked = this.#pending.get(wide) as JournalEntry;
      this.#pending.delete(wide);
      this.#ready.push({ number: wide, entry: answered(asked, view) });
      return;
    }
    if (kind === KIND.gap) this.#number += wide;
    if (kind === KIND.torn) this.#number++;
    const entry = entryAt(view, 0);
    if (entry === undefined) return;
    const number = this.#number++;
    if (this.#scan.answered.has(number)) this.#pending.set(number, entry);
    else this.#ready.push({ number, entry: withPayload(entry, view) });
  }
}

function withPayload(entry: JournalEntry, { buffer, byteOffset, byteLength }: DataView): JournalEntry {
  if (entry.kind !== "written" || byteLength === ENTRY_BYTES) return entry;
  // The memory round it is that of many records.
  return {
    ...entry,
    bytes: new Uint8Array(buffer, byteOffset + ENTRY_BYTES, byteLength - ENTRY_BYTES).slice(),
  };
}

function answered(entry: JournalEntry, answer: DataView): JournalEntry {
  const crossed = answer.getFloat64(AT.crossed, true);
  const moments = Number.isNaN(crossed) ? {} : { crossed, cycle: crossed };
  if (entry.kind !== "register") return { ...entry, ...moments };
  const failure = failures[answer.getUint8(AT.failure) - 1];
  return {
    ...{ ...entry, ...moments },
    ...(entry.access === "read" ? { value: answer.getUint32(AT.value, true) } : {}),
    isAnswered: (answer.getUint8(AT.flags) & FLAG.answered) !== 0,
    ...(failure === undefined ? {} : { failure }),
  };
}
