import type { Direction } from "../bus/event.ts";
import type { Window } from "../bus/window.ts";
import { AT, accesses, ENTRY_BYTES, entryAt, FLAG, KIND, SHARED } from "./entry-layout.ts";
import type { JournalEntry } from "./journal-entry.ts";

const ENTRIES = 1024;
const REGISTER_BYTES = 4;
/** The header: how many entries were ever written. */
const HEADER_BYTES = 8;
const RING_BYTES = HEADER_BYTES + ENTRIES * ENTRY_BYTES;
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
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;
  #written: number;

  /** `bytes`: of a ring that goes on. */
  constructor(bytes?: Uint8Array) {
    this.bytes = bytes === undefined ? new Uint8Array(RING_BYTES) : new Uint8Array(bytes);
    this.#view = new DataView(this.bytes.buffer);
    this.#written = writtenOf(this.bytes);
  }

  /** How many entries were ever noted. */
  get written(): number {
    return this.#written;
  }

  /** The number of the oldest that is still there. */
  get oldest(): number {
    return Math.max(0, this.#written - ENTRIES);
  }

  /** The bytes of an entry that is still there. */
  slot(number: number): Uint8Array {
    const at = placeOf(number);
    return this.bytes.subarray(at, at + ENTRY_BYTES);
  }

  entry(number: number): JournalEntry | undefined {
    return entryAt(this.#view, placeOf(number));
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
  ): number {
    const number = this.#begin(kind, asked, crossed, isUp, source, size);
    this.#view.setBigUint64(placeOf(number) + AT.address, address, true);
    return number;
  }

  /** A register access that is asked for. */
  noteRegister(access: Direction, address: number, value: number, asked: number): number {
    const number = this.#begin(KIND.register, asked, Number.NaN, access === "write", 0, REGISTER_BYTES);
    const at = placeOf(number);
    this.#view.setUint32(at + AT.address, address, true);
    this.#view.setUint32(at + AT.address + 4, 0, true);
    this.#view.setUint32(at + AT.value, value, true);
    return number;
  }

  #begin(kind: number, asked: number, crossed: number, isUp: boolean, source: number, size: number): number {
    const number = this.#written++;
    const at = placeOf(number);
    const view = this.#view;
    view.setFloat64(0, this.#written, true);
    const flags = (isUp ? FLAG.up : 0) | (Number.isNaN(crossed) ? 0 : FLAG.answered);
    view.setUint32(at, kind | (flags << 8) | (source << 16), true);
    view.setUint32(at + AT.size, size, true);
    view.setFloat64(at + AT.asked, asked, true);
    view.setFloat64(at + AT.crossed, crossed, true);
    view.setFloat64(at + AT.value, 0, true);
    return number;
  }

  /** The answer of a request, if it is still there; `failure` is a code, 0 for none; `value` is that of a read. */
  complete(number: number, crossed: number, failure: number, value: number | undefined): void {
    if (number < this.oldest) return;
    const at = placeOf(number);
    const view = this.#view;
    if (failure === 0) view.setUint8(at + AT.flags, view.getUint8(at + AT.flags) | FLAG.answered);
    view.setUint8(at + AT.failure, failure);
    view.setFloat64(at + AT.crossed, crossed, true);
    const isRead = (view.getUint8(at + AT.flags) & FLAG.up) === 0;
    if (value !== undefined && isRead) view.setUint32(at + AT.value, value, true);
  }

  setValue(number: number, value: number): void {
    this.#view.setUint32(placeOf(number) + AT.value, value, true);
  }

  isRegister(number: number, access: Direction, address: number): boolean {
    const isWrite = (this.#view.getUint8(placeOf(number) + AT.flags) & FLAG.up) !== 0;
    return isWrite === (access === "write") && this.registerOf(number) === address;
  }

  /** Address of a register access that is still there. */
  registerOf(number: number): number | undefined {
    return number < this.oldest ? undefined : this.#view.getUint32(placeOf(number) + AT.address, true);
  }

  /** The first of windows. */
  noteWindow(isOpening: boolean, cycle: number, window: Window): number {
    const source = accesses.indexOf(window.access) + (window.use === "shared" ? SHARED : 0);
    const number = this.note(KIND.windows, cycle, 0, isOpening, source, 0, window.logical);
    this.#view.setUint32(placeOf(number) + AT.value, HASH_START, true);
    this.addWindow(number, window);
    return number;
  }

  /** One more window of the same kind, in the entry noted last. */
  addWindow(number: number, { logical, physical, lengthBytes }: Window): void {
    const at = placeOf(number);
    const view = this.#view;
    view.setUint32(at + AT.size, view.getUint32(at + AT.size, true) + 1, true);
    view.setBigUint64(at + AT.crossed, logical, true);
    let hash = view.getUint32(at + AT.value, true);
    for (const address of [logical, physical]) {
      wide[0] = address;
      hash = Math.imul(hash ^ (halves[0] as number), HASH_FACTOR);
      hash = Math.imul(hash ^ (halves[1] as number), HASH_FACTOR);
    }
    view.setUint32(at + AT.value, Math.imul(hash ^ lengthBytes, HASH_FACTOR), true);
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

function placeOf(number: number): number {
  return HEADER_BYTES + (number % ENTRIES) * ENTRY_BYTES;
}

function writtenOf(bytes: Uint8Array): number {
  if (bytes.length !== RING_BYTES) return 0;
  const written = new DataView(bytes.buffer, bytes.byteOffset).getFloat64(0, true);
  return Number.isSafeInteger(written) && written >= 0 ? written : 0;
}
