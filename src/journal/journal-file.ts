import { closeSync, ftruncateSync, mkdirSync, openSync, writeFileSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import type { LineCounts } from "../bus/line-counts.ts";
import { AT, ENTRY_BYTES, FLAG, KIND, LOST } from "./entry-layout.ts";
import { bytesOfFile } from "./journal-bytes.ts";
import { countEntry, encodeHeader, putRecord, recordBytes } from "./journal-format.ts";
import type { JournalHeader } from "./journal-header.ts";
import { type JournalRing, numbersOf } from "./journal-ring.ts";
import { lineRecord } from "./line-record.ts";
import { scanRecords } from "./read-journal.ts";

/** The memory of a file that grows: where its records go in the file, how many bytes of them there are, the records. */
const PLACE = 0;
const USED = 8;
const RECORDS = 16;
export const FILE_MEMORY_BYTES = RECORDS + (1 << 16);

/**
 * A journal on disk that grows with what crosses the link. Its header says that it is complete only once it has been
 * closed.
 */
export class JournalFile {
  readonly path: string;
  #descriptor: number | undefined;
  #header: JournalHeader | undefined;
  readonly #memory: Uint8Array;
  readonly #view: DataView;
  /** Records from before the device is known. */
  #early: Uint8Array[] = [];
  #place = 0;
  #used = 0;
  #entries = 0;
  readonly #answer = new Uint8Array(ENTRY_BYTES);

  /** `memory` holds what is not in the file yet: who has it can complete the file when this process is gone. */
  constructor(path: string, memory: Uint8Array = new Uint8Array(FILE_MEMORY_BYTES)) {
    this.path = path;
    this.#memory = memory;
    this.#view = new DataView(memory.buffer, memory.byteOffset, FILE_MEMORY_BYTES);
    this.#view.setFloat64(USED, 0, true);
  }

  /**
   * A file that grew, whose process is gone, with what `memory` and then `ring` hold and it lacks. More can be appended; its end
   * says what became of the process. Undefined where there is no such file: the device was not known yet.
   */
  static resume(path: string, memory: Uint8Array, ring: JournalRing): JournalFile | undefined {
    let descriptor: number;
    try {
      descriptor = openSync(path, "r+");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
    try {
      const view = new DataView(memory.buffer, memory.byteOffset, FILE_MEMORY_BYTES);
      const used = view.getFloat64(USED, true);
      writeAll(descriptor, memory.subarray(RECORDS, RECORDS + used), view.getFloat64(PLACE, true));
      const { entries, end } = scanRecords(path, bytesOfFile(descriptor));
      ftruncateSync(descriptor, end);
      const file = new JournalFile(path);
      file.#descriptor = descriptor;
      file.#place = end;
      file.#entries = entries;
      for (let number = Math.max(entries, ring.oldest); number < ring.written; number++)
        if (number !== ring.torn) file.append(ring.slot(number));
      return file;
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
  }

  /** Until the device is known, entries wait in memory. */
  begin(header: JournalHeader): void {
    mkdirSync(dirname(this.path), { recursive: true });
    this.#descriptor = openSync(this.path, "w");
    this.#header = header;
    this.#write(encodeHeader(header, false));
    for (const record of this.#early) this.#write(record);
    this.#early = [];
  }

  get hasBegun(): boolean {
    return this.#header !== undefined;
  }

  /** Entries are numbered in the order in which they are appended. */
  append(entry: Uint8Array, payload?: Uint8Array): void {
    this.#entries++;
    this.#put(entry, payload);
  }

  /** The answer of entry `number`. */
  answer(number: number, crossed: number, failure: number, value = 0): void {
    const view = new DataView(this.#answer.buffer);
    view.setUint8(AT.kind, KIND.answer);
    view.setUint8(AT.flags, failure === 0 ? FLAG.answered : 0);
    view.setUint8(AT.failure, failure);
    view.setFloat64(AT.crossed, crossed, true);
    view.setBigUint64(AT.address, BigInt(number), true);
    view.setUint32(AT.value, value, true);
    this.#put(this.#answer);
  }

  /** `isComplete`: it has the bytes of every write of the device. `isLost`: the process that had it is gone. */
  close(isComplete: boolean, { line, isLost = false }: FileEnd = {}): void {
    if (this.#descriptor === undefined) return;
    if (line !== undefined) {
      const { entry, payload } = lineRecord(line);
      this.#put(entry, payload);
    }
    this.#put(countEntry(KIND.end, this.#entries, isLost ? LOST : 0));
    this.#flush();
    if (isComplete && this.#header !== undefined)
      writeSync(this.#descriptor, encodeHeader(this.#header, true), 0, undefined, 0);
    closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #put(entry: Uint8Array, payload?: Uint8Array): void {
    const length = recordBytes(payload);
    const isLarge = length > FILE_MEMORY_BYTES - RECORDS;
    if (this.#descriptor === undefined || isLarge) {
      const record = new Uint8Array(length);
      putRecord(record, 0, entry, payload);
      if (this.#descriptor === undefined) this.#early.push(record);
      else {
        this.#flush();
        this.#write(record);
      }
      return;
    }
    if (RECORDS + this.#used + length > FILE_MEMORY_BYTES) this.#flush();
    this.#used += putRecord(this.#memory, RECORDS + this.#used, entry, payload);
    this.#view.setFloat64(USED, this.#used, true);
  }

  /** Whoever finds the memory at any moment finds in it what the file lacks, or what it has already, and where. */
  #flush(): void {
    this.#write(this.#memory.subarray(RECORDS, RECORDS + this.#used), () => {
      this.#used = 0;
      this.#view.setFloat64(USED, 0, true);
    });
  }

  #write(bytes: Uint8Array, done = (): void => {}): void {
    if (this.#descriptor === undefined) return;
    writeAll(this.#descriptor, bytes, this.#place);
    done();
    this.#place += bytes.length;
    this.#view.setFloat64(PLACE, this.#place, true);
  }
}

/** All of it, also where the system takes a part at a time, as a disk does that is nearly full. */
export function writeAll(descriptor: number, bytes: Uint8Array, place: number): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at, bytes.length - at, place + at);
}

export interface FileEnd {
  /** What a serial line has carried. */
  readonly line?: LineCounts | undefined;
  readonly isLost?: boolean;
}

export interface RingEnd extends FileEnd {
  /** An older state of the same ring: what it has dropped since comes first. */
  readonly before?: JournalRing | undefined;
}

/** Writes what a ring has left. */
export function writeRing(
  path: string,
  header: JournalHeader,
  ring: JournalRing,
  { before, isLost = false, line }: RingEnd = {},
): void {
  const records: Uint8Array[] = [];
  const put = (entry: Uint8Array, payload?: Uint8Array): void => {
    const record = new Uint8Array(recordBytes(payload));
    putRecord(record, 0, entry, payload);
    records.push(record);
  };
  let next = 0;
  for (const { ring: part, number } of numbersOf(ring, before)) {
    if (number > next) put(countEntry(KIND.gap, number - next));
    put(number === part.torn ? countEntry(KIND.torn, 1) : part.slot(number));
    next = number + 1;
  }
  const isTornLast = ring.torn === ring.written;
  if (isTornLast) put(countEntry(KIND.torn, 1));
  if (line !== undefined) {
    const { entry, payload } = lineRecord(line);
    put(entry, payload);
  }
  put(countEntry(KIND.end, ring.written + (isTornLast ? 1 : 0), isLost ? LOST : 0));
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, Buffer.concat([encodeHeader(header, false), ...records]));
}
