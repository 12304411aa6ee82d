import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { AT, ENTRY_BYTES, FLAG, KIND, LOST } from "./entry-layout.ts";
import { countEntry, encodeHeader, putRecord, recordBytes } from "./journal-format.ts";
import type { JournalHeader } from "./journal-header.ts";
import { type JournalRing, numbersOf } from "./journal-ring.ts";

const BUFFER_BYTES = 1 << 16;

/**
 * A journal on disk that grows with what crosses the link. Its header says that it is complete only once it has been
 * closed.
 */
export class JournalFile {
  readonly path: string;
  #descriptor: number | undefined;
  #header: JournalHeader | undefined;
  #buffer = new Uint8Array(BUFFER_BYTES);
  #used = 0;
  #entries = 0;
  readonly #answer = new Uint8Array(ENTRY_BYTES);

  constructor(path: string) {
    this.path = path;
  }

  /** Until the device is known, entries wait in memory. */
  begin(header: JournalHeader): void {
    mkdirSync(dirname(this.path), { recursive: true });
    this.#descriptor = openSync(this.path, "w");
    this.#header = header;
    writeSync(this.#descriptor, encodeHeader(header, false));
    this.#flush();
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

  /** `isComplete`: it has the bytes of every write of the device. */
  close(isComplete: boolean): void {
    if (this.#descriptor === undefined) return;
    this.#put(countEntry(KIND.end, this.#entries));
    this.#flush();
    if (isComplete && this.#header !== undefined)
      writeSync(this.#descriptor, encodeHeader(this.#header, true), 0, undefined, 0);
    closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #put(entry: Uint8Array, payload?: Uint8Array): void {
    const length = recordBytes(payload);
    if (this.#used + length > this.#buffer.length) this.#flush();
    if (this.#used + length > this.#buffer.length) {
      const larger = new Uint8Array(2 * this.#buffer.length + length);
      larger.set(this.#buffer.subarray(0, this.#used));
      this.#buffer = larger;
    }
    this.#used += putRecord(this.#buffer, this.#used, entry, payload);
  }

  #flush(): void {
    if (this.#descriptor === undefined) return;
    for (let at = 0; at < this.#used; ) at += writeSync(this.#descriptor, this.#buffer, at, this.#used - at);
    this.#used = 0;
  }
}

/**
 * Writes what a ring has left, and before it an older state of the same ring, if there is one. `isLost`: the process that
 * had the ring is gone.
 */
export function writeRing(
  path: string,
  header: JournalHeader,
  ring: JournalRing,
  { before, isLost = false }: { readonly before?: JournalRing | undefined; readonly isLost?: boolean } = {},
): void {
  const records: Uint8Array[] = [];
  const put = (entry: Uint8Array): void => {
    const record = new Uint8Array(recordBytes(undefined));
    putRecord(record, 0, entry);
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
  put(countEntry(KIND.end, ring.written + (isTornLast ? 1 : 0), isLost ? LOST : 0));
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, Buffer.concat([encodeHeader(header, false), ...records]));
}
