import { crc32 } from "node:zlib";
import { AT, ENTRY_BYTES, entryAt, FLAG, KIND, LOST } from "./entry-layout.ts";
import { JournalDamageError, JournalFormatError } from "./errors.ts";
import { failures, type JournalEntry } from "./journal-entry.ts";
import { COMPLETE, FRAME_BYTES, MAGIC, PREFIX, VERSION } from "./journal-format.ts";
import { type JournalHeader, parseHeader } from "./journal-header.ts";
import { sorted } from "./journal-ring.ts";

export interface ReadJournal {
  readonly header: JournalHeader;
  /** It has the bytes of every write of the device. */
  readonly isComplete: boolean;
  /** Sorted by the cycle in which they crossed. */
  readonly entries: readonly JournalEntry[];
  /** Entries that were dropped to make room for later ones. */
  readonly missing: number;
  /** The process that wrote it ended before the test did. */
  readonly isLost: boolean;
  /** Entries that were being written then: what they say is not known. */
  readonly torn: number;
  /** From where on it cannot be read, and why. */
  readonly damage?: JournalDamageError;
}

/**
 * Reads a journal; `file` is its name in errors. Throws `JournalFormatError` for what is not a journal, or is one of a
 * newer version. Entries before a damage are all there.
 */
export function readJournal(file: string, bytes: Uint8Array): ReadJournal {
  const { header, flags, end } = readHeader(file, bytes);
  const reader = new RecordReader(file, bytes, end);
  const damage = reader.readAll();
  return {
    header,
    isComplete: (flags & COMPLETE) !== 0 && damage === undefined,
    entries: sorted(reader.entries),
    ...{ missing: reader.missing, isLost: reader.isLost, torn: reader.torn },
    ...(damage === undefined ? {} : { damage }),
  };
}

function readHeader(file: string, bytes: Uint8Array): { header: JournalHeader; flags: number; end: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const length = Math.min(bytes.length, MAGIC.length);
  if (length === 0 || Buffer.compare(bytes.subarray(0, length), MAGIC.subarray(0, length)) !== 0)
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
  if (view.getUint32(PREFIX.crc, true) !== crc32(bytes.subarray(PREFIX.version, PREFIX.crc)))
    throw new JournalFormatError(file, "its header is damaged: the checksum in bytes 20 to 23 is wrong");
  if (end > bytes.length)
    throw new JournalFormatError(file, `cut off in its header, after ${bytes.length} bytes`);
  const text = bytes.subarray(PREFIX.bytes, end);
  if (view.getUint32(PREFIX.headerCrc, true) !== crc32(text))
    throw new JournalFormatError(file, "its header is damaged: the checksum in bytes 16 to 19 is wrong");
  try {
    const header = parseHeader(Buffer.from(text).toString("utf8"));
    return { header, flags: view.getUint16(PREFIX.flags, true), end };
  } catch (error) {
    throw new JournalFormatError(file, `its header ${(error as Error).message}`);
  }
}

class RecordReader {
  readonly entries: JournalEntry[] = [];
  missing = 0;
  torn = 0;
  isLost = false;
  readonly #file: string;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at: number;
  #records = 0;
  /** Where an entry stands in `entries`. */
  readonly #places = new Map<number, number>();
  #number = 0;
  #hasEnded = false;

  constructor(file: string, bytes: Uint8Array, at: number) {
    this.#file = file;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#at = at;
  }

  readAll(): JournalDamageError | undefined {
    while (this.#at < this.#bytes.length) {
      const problem = this.#hasEnded ? "bytes after its end" : this.#readOne();
      if (problem !== undefined) return this.#damage(problem);
    }
    return this.#hasEnded ? undefined : this.#damage("it is cut off: its last record is missing");
  }

  #damage(what: string): JournalDamageError {
    return new JournalDamageError(this.#file, this.#at, this.#records, what);
  }

  #readOne(): string | undefined {
    const left = this.#bytes.length - this.#at;
    const length = left < FRAME_BYTES ? FRAME_BYTES : this.#view.getUint32(this.#at, true);
    if (length < FRAME_BYTES + ENTRY_BYTES && left >= FRAME_BYTES)
      return `a record of ${length} bytes, fewer than a record has`;
    if (length > left) return `a record of ${length} bytes, of which ${left} are there`;
    const body = this.#at + FRAME_BYTES;
    if (this.#view.getUint32(this.#at + 4, true) !== crc32(this.#bytes.subarray(body, this.#at + length)))
      return "the checksum of a record is wrong";
    const problem = this.#take(body, this.#at + length);
    if (problem !== undefined) return problem;
    this.#at += length;
    this.#records++;
    return undefined;
  }

  #take(at: number, end: number): string | undefined {
    const kind = this.#view.getUint8(at);
    const wide = Number(this.#view.getBigUint64(at + AT.address, true));
    if (kind === KIND.answer) return this.#answer(at, wide);
    if (kind === KIND.gap) {
      this.missing += wide;
      this.#number += wide;
      return undefined;
    }
    if (kind === KIND.torn) {
      this.torn++;
      this.#number++;
      return undefined;
    }
    if (kind === KIND.end) {
      if (wide !== this.#number) return `its end counts ${wide} entries, and ${this.#number} are there`;
      this.#hasEnded = true;
      this.isLost = this.#view.getUint8(at + AT.source) === LOST;
      return undefined;
    }
    const entry = entryAt(this.#view, at);
    if (entry === undefined) return `a record of kind ${kind}, which there is not`;
    const payload = this.#bytes.subarray(at + ENTRY_BYTES, end);
    const isWhole = entry.kind === "written" && payload.length > 0;
    if (isWhole && payload.length !== entry.lengthBytes)
      return `${payload.length} bytes where ${entry.lengthBytes} were written`;
    this.#places.set(this.#number++, this.entries.length);
    this.entries.push(isWhole ? { ...entry, bytes: payload } : entry);
    return undefined;
  }

  #answer(at: number, number: number): string | undefined {
    const place = this.#places.get(number);
    const entry = place === undefined ? undefined : this.entries[place];
    if (place === undefined || (entry?.kind !== "register" && entry?.kind !== "access"))
      return `an answer to entry ${number}, which asks for none`;
    const crossed = this.#view.getFloat64(at + AT.crossed, true);
    const moments = Number.isNaN(crossed) ? {} : { crossed, cycle: crossed };
    if (entry.kind === "access") {
      this.entries[place] = { ...entry, ...moments };
      return undefined;
    }
    const failure = failures[this.#view.getUint8(at + AT.failure) - 1];
    this.entries[place] = {
      ...{ ...entry, ...moments },
      ...(entry.access === "read" ? { value: this.#view.getUint32(at + AT.value, true) } : {}),
      isAnswered: (this.#view.getUint8(at + AT.flags) & FLAG.answered) !== 0,
      ...(failure === undefined ? {} : { failure }),
    };
    return undefined;
  }
}
