import { crc32 } from "node:zlib";
import type { Direction } from "../bus/event.ts";
import type { Window } from "../bus/window.ts";
import { AT, accesses, ENTRY_BYTES, entryAt, FLAG, KIND, SHARED } from "./entry-layout.ts";
import type { JournalEntry } from "./journal-entry.ts";

const ENTRIES = 1024;
const REGISTER_BYTES = 4;
/** How many entries were ever noted, and 1 more than the number of the one that is being written; 0 between two writes. */
const WRITTEN = 0;
const WRITING = 8;
const HEADER_BYTES = 16;
export const RING_BYTES = HEADER_BYTES + ENTRIES * ENTRY_BYTES;
/** FNV-1a, 32 bits, of 32-bit words. */
const HASH_START = 0x811c9dc5;
const HASH_FACTOR = 0x01000193;

const wide = new BigUint64Array(1);
const halves = new Uint32Array(wide.buffer);

/**
 * The last entries of a journal as bytes: quick to write, and whoever has the bytes can read them, also when the process
 * that wrote them is gone. Entries are numbered from 0, and one that is still there can be completed.
 */
export class JournalRing {
  /** The entry that was being written when the process that had the ring ended: what it says is not known. */
  readonly torn: number | undefined;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #written: number;

  /** `bytes` are its memory, `RING_BYTES` of them: zeroed, or those of a ring that goes on. */
  constructor(bytes: Uint8Array = new Uint8Array(RING_BYTES)) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, RING_BYTES);
    this.#written = this.#view.getFloat64(WRITTEN, true);
    const writing = this.#view.getFloat64(WRITING, true);
    this.torn = writing === 0 ? undefined : writing - 1;
    this.#view.setFloat64(WRITING, 0, true);
  }

  /** Makes the memory of a ring that of an empty one. */
  static clear(bytes: Uint8Array): void {
    bytes.fill(0, 0, HEADER_BYTES);
  }

  /** As it is now; it stays so. */
  copy(): JournalRing {
    return new JournalRing(this.#bytes.slice());
  }

  /** How many entries were ever noted. */
  get written(): number {
    return this.#written;
  }

  /** The number of the oldest that is still there. */
  get oldest(): number {
    const oldest = Math.max(0, this.#written - ENTRIES);
    // One that was being noted has taken the place of the oldest.
    return this.torn === this.#written && this.#written >= ENTRIES ? oldest + 1 : oldest;
  }

  /** The bytes of an entry that is still there. */
  slot(number: number): Uint8Array {
    const at = placeOf(number);
    return this.#bytes.subarray(at, at + ENTRY_BYTES);
  }

  /** Undefined for the one that is torn. */
  entry(number: number): JournalEntry | undefined {
    return number === this.torn ? undefined : entryAt(this.#view, placeOf(number));
  }

  /** Notes an entry; the result is its number. `source` is what the format says of its third byte. */
  note(
    kind: number,
    asked: number,
    crossed: number,
    isUp: boolean,
    source: number,
    size: number,
    address: bigint,
    value = 0,
  ): number {
    const number = this.#begin(kind, asked, crossed, isUp, source, size, value);
    this.#view.setBigUint64(placeOf(number) + AT.address, address, true);
    this.#end();
    return number;
  }

  /** A register access that is asked for. */
  noteRegister(access: Direction, address: number, value: number, asked: number): number {
    const isWrite = access === "write";
    const number = this.#begin(KIND.register, asked, Number.NaN, isWrite, 0, REGISTER_BYTES, value);
    const at = placeOf(number);
    this.#view.setUint32(at + AT.address, address, true);
    this.#view.setUint32(at + AT.address + 4, 0, true);
    this.#end();
    return number;
  }

  #begin(
    kind: number,
    asked: number,
    crossed: number,
    isUp: boolean,
    source: number,
    size: number,
    value: number,
  ): number {
    const number = this.#written;
    const at = placeOf(number);
    const view = this.#view;
    view.setFloat64(WRITING, number + 1, true);
    const flags = (isUp ? FLAG.up : 0) | (Number.isNaN(crossed) ? 0 : FLAG.answered);
    view.setUint32(at, kind | (flags << 8) | (source << 16), true);
    view.setUint32(at + AT.size, size, true);
    view.setFloat64(at + AT.asked, asked, true);
    view.setFloat64(at + AT.crossed, crossed, true);
    view.setUint32(at + AT.value, value, true);
    view.setUint32(at + AT.value + 4, Math.floor(value / 2 ** 32), true);
    return number;
  }

  #end(): void {
    this.#view.setFloat64(WRITTEN, ++this.#written, true);
    this.#view.setFloat64(WRITING, 0, true);
  }

  /** The answer of a request, if it is still there; `failure` is a code, 0 for none; `value` is that of a read. */
  complete(number: number, crossed: number, failure: number, value: number | undefined): void {
    if (number < this.oldest) return;
    const at = placeOf(number);
    const view = this.#view;
    view.setFloat64(WRITING, number + 1, true);
    if (failure === 0) view.setUint8(at + AT.flags, view.getUint8(at + AT.flags) | FLAG.answered);
    view.setUint8(at + AT.failure, failure);
    view.setFloat64(at + AT.crossed, crossed, true);
    const isRead = (view.getUint8(at + AT.flags) & FLAG.up) === 0;
    if (value !== undefined && isRead) view.setUint32(at + AT.value, value, true);
    view.setFloat64(WRITING, 0, true);
  }

  isRegister(number: number, access: Direction, address: number): boolean {
    const isWrite = (this.#view.getUint8(placeOf(number) + AT.flags) & FLAG.up) !== 0;
    return isWrite === (access === "write") && this.registerOf(number) === address;
  }

  /** Address of a register access that is still there. */
  registerOf(number: number): number | undefined {
    return number < this.oldest ? undefined : this.#view.getUint32(placeOf(number) + AT.address, true);
  }

  /** The first of windows; `left` are its bytes, where those are what the hash is of. */
  noteWindow(isOpening: boolean, cycle: number, window: Window, left?: Uint8Array): number {
    const source = accesses.indexOf(window.access) + (window.use === "shared" ? SHARED : 0);
    const start = left === undefined ? HASH_START : 0;
    const number = this.#begin(KIND.windows, cycle, 0, isOpening, source, 0, start);
    this.#view.setBigUint64(placeOf(number) + AT.address, window.logical, true);
    this.#add(number, window, left);
    this.#end();
    return number;
  }

  /** One more window of the same kind, in the entry noted last. */
  addWindow(number: number, window: Window, left?: Uint8Array): void {
    this.#view.setFloat64(WRITING, number + 1, true);
    this.#add(number, window, left);
    this.#view.setFloat64(WRITING, 0, true);
  }

  #add(number: number, window: Window, left: Uint8Array | undefined): void {
    const { logical, lengthBytes } = window;
    const at = placeOf(number);
    const view = this.#view;
    view.setUint32(at + AT.size, view.getUint32(at + AT.size, true) + 1, true);
    view.setBigUint64(at + AT.crossed, logical, true);
    const hash = view.getUint32(at + AT.value, true);
    view.setUint32(at + AT.value, left === undefined ? hashOf(window, hash) : crc32(left, hash), true);
    view.setUint32(at + AT.value + 4, view.getUint32(at + AT.value + 4, true) + lengthBytes, true);
  }
}

/** The entries of a ring, sorted; `before` is an older state of it, from which come those that it has dropped since. */
export function readRing(ring: JournalRing, before?: JournalRing): JournalEntry[] {
  const entries: JournalEntry[] = [];
  for (const { ring: part, number } of numbersOf(ring, before)) {
    const entry = part.entry(number);
    if (entry !== undefined) entries.push(entry);
  }
  return sorted(entries);
}

/** Of each entry that is left: its number, and the ring in which it is newest. */
export function numbersOf(
  ring: JournalRing,
  before?: JournalRing,
): { readonly ring: JournalRing; readonly number: number }[] {
  const numbers = (part: JournalRing, end: number) =>
    Array.from({ length: Math.max(0, end - part.oldest) }, (_, index) => ({
      ring: part,
      number: part.oldest + index,
    }));
  const older = before === undefined ? [] : numbers(before, Math.min(before.written, ring.oldest));
  return [...older, ...numbers(ring, ring.written)];
}

/** By the cycle in which they crossed; those of one cycle stay as they were noted. */
export function sorted(entries: JournalEntry[]): JournalEntry[] {
  return entries.sort((a, b) => a.cycle - b.cycle);
}

function hashOf({ logical, physical, lengthBytes }: Window, start: number): number {
  let hash = start;
  for (const address of [logical, physical]) {
    wide[0] = address;
    hash = Math.imul(hash ^ (halves[0] as number), HASH_FACTOR);
    hash = Math.imul(hash ^ (halves[1] as number), HASH_FACTOR);
  }
  return Math.imul(hash ^ lengthBytes, HASH_FACTOR);
}

function placeOf(number: number): number {
  return HEADER_BYTES + (number % ENTRIES) * ENTRY_BYTES;
}
