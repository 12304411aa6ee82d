import { WindowError } from "../../bus/errors.ts";
import type { Access, OpenWindow, Window, WindowTable, WindowUse } from "../../bus/window.ts";
import {
  type LogicalAddress,
  narrowNumber,
  PAGE_SHIFT,
  PAGE_SIZE,
  type PhysicalAddress,
} from "../../core/address.ts";
import type { Simulation } from "../../engine/engine.ts";
import type { PhysicalMemory } from "../../memory/physical-memory.ts";
import { WindowMap } from "../window-map.ts";
import { wordsOf } from "./command-queue.ts";
import { REGION_BYTES_LOG2 } from "./harness-source.ts";

const WORD_SHIFT = 3;
const WORDS_PER_PAGE = PAGE_SIZE >> WORD_SHIFT;
const REGION_BYTES = 2 ** REGION_BYTES_LOG2;

/** A range of the logical address space that the harness decodes; its pages follow each other in the tables. */
export interface Region {
  readonly base: bigint;
}

/** Regions that are neighbours, in the tables too. */
interface Regions {
  readonly base: number;
  /** Of the tables, the first. */
  readonly byte: number;
  readonly lengthBytes: number;
}

function joined(regions: readonly Region[]): Regions[] {
  const runs: Regions[] = [];
  for (const [index, region] of regions.entries()) {
    const base = Number(region.base);
    const last = runs.at(-1);
    if (last === undefined || last.base + last.lengthBytes !== base)
      runs.push({ base, byte: index * REGION_BYTES, lengthBytes: REGION_BYTES });
    else runs.splice(-1, 1, { ...last, lengthBytes: last.lengthBytes + REGION_BYTES });
  }
  return runs;
}

/**
 * The windows of a simulation: entries of the harness's page table and a permission bit per bus word and direction.
 *
 * Windows may overlap (one buffer mapped twice) and neighbours may share a bus word, so closing one must not take the
 * bits of another: the pages of a closing window are rebuilt from the windows that remain on them.
 */
export class HarnessWindows implements WindowTable {
  readonly #memory: PhysicalMemory;
  /** Numbers, because a list of a thousand elements opens a thousand windows. */
  readonly #regions: readonly Regions[];
  readonly #pageTable: Uint8Array | Uint16Array | Uint32Array;
  readonly #permissions: Readonly<Record<"read" | "write", Uint32Array>>;
  /** By page of the tables. */
  readonly #windows = new WindowMap<HarnessWindow>();

  readonly #maximum: number;
  readonly #onChange: ((firstPage: number, lastPage: number) => void) | undefined;
  #count = 0;

  /** `maximum`: windows that may be open at a time. `onChange` hears which pages of the tables have changed. */
  constructor(
    simulation: Pick<Simulation, "array">,
    memory: PhysicalMemory,
    regions: readonly Region[],
    maximum: number = Number.POSITIVE_INFINITY,
    onChange?: (firstPage: number, lastPage: number) => void,
  ) {
    this.#maximum = maximum;
    this.#onChange = onChange;
    this.#memory = memory;
    this.#regions = joined(regions);
    this.#pageTable = elementsOf(simulation, "memory.page_table");
    this.#permissions = {
      read: wordsOf(simulation, "memory.read_permission"),
      write: wordsOf(simulation, "memory.write_permission"),
    };
  }

  get live(): ReadonlySet<Window> {
    return this.#windows.live;
  }

  open(window: Window): OpenWindow {
    const first = this.#tableByte(window);
    if (first % PAGE_SIZE !== narrowNumber(window.physical) % PAGE_SIZE) {
      throw new WindowError(window, "the two addresses differ in their page offset");
    }
    const ramPage = this.#ramByte(window) >>> PAGE_SHIFT;
    if (this.#count >= this.#maximum)
      throw new WindowError(window, `${this.#maximum} are open, and no more may be`);
    this.#count++;
    const last = first + window.lengthBytes - 1;
    const open = new HarnessWindow(window, first, last, this.#close);
    const firstPage = first >>> PAGE_SHIFT;
    for (let page = firstPage; page <= last >>> PAGE_SHIFT; page++) {
      this.#pageTable[page] = ramPage + page - firstPage;
      this.#windows.add(page, open);
    }
    this.#permit(window.access, first >>> WORD_SHIFT, last >>> WORD_SHIFT, true);
    this.#onChange?.(firstPage, last >>> PAGE_SHIFT);
    return open;
  }

  readonly #close = (window: HarnessWindow): void => {
    if (!window.isOpen) return;
    window.isOpen = false;
    this.#count--;
    const { first, last } = window;
    this.#permit(window.access, first >>> WORD_SHIFT, last >>> WORD_SHIFT, false);
    for (let page = first >>> PAGE_SHIFT; page <= last >>> PAGE_SHIFT; page++) {
      const left = this.#windows.remove(page, window);
      if (left !== undefined) for (const user of left) this.#restore(user, page);
    }
    this.#onChange?.(first >>> PAGE_SHIFT, last >>> PAGE_SHIFT);
  };

  /** Sets the bits of `window` again on one page of the tables. */
  #restore({ access, first, last }: HarnessWindow, page: number): void {
    const from = Math.max(first >>> WORD_SHIFT, page * WORDS_PER_PAGE);
    const to = Math.min(last >>> WORD_SHIFT, (page + 1) * WORDS_PER_PAGE - 1);
    this.#permit(access, from, to, true);
  }

  #permit(access: Access, firstWord: number, lastWord: number, allowed: boolean): void {
    if (access !== "write") setBits(this.#permissions.read, firstWord, lastWord, allowed);
    if (access !== "read") setBits(this.#permissions.write, firstWord, lastWord, allowed);
  }

  /** Byte index of the window's start in the concatenated regions. */
  #tableByte(window: Window): number {
    const { logical, lengthBytes } = window;
    if (!Number.isSafeInteger(lengthBytes) || lengthBytes < 1)
      throw new WindowError(window, "its length is not a positive number of bytes");
    const start = narrowNumber(logical);
    for (const region of this.#regions) {
      const offset = start - region.base;
      if (offset >= 0 && offset + lengthBytes <= region.lengthBytes) return region.byte + offset;
    }
    throw new WindowError(window, "it does not lie in one region of the harness");
  }

  #ramByte(window: Window): number {
    try {
      return this.#memory.offsetOf(window.physical, window.lengthBytes);
    } catch (cause) {
      throw new WindowError(window, (cause as Error).message, { cause });
    }
  }
}

class HarnessWindow implements OpenWindow {
  readonly logical: LogicalAddress;
  readonly physical: PhysicalAddress;
  readonly lengthBytes: number;
  readonly access: Access;
  readonly use: WindowUse;
  /** Bytes of the tables, both included. */
  readonly first: number;
  readonly last: number;
  isOpen = true;
  readonly #end: (window: HarnessWindow) => void;

  constructor(window: Window, first: number, last: number, end: (window: HarnessWindow) => void) {
    this.logical = window.logical;
    this.physical = window.physical;
    this.lengthBytes = window.lengthBytes;
    this.access = window.access;
    this.use = window.use;
    this.first = first;
    this.last = last;
    this.#end = end;
  }

  close(): void {
    this.#end(this);
  }
}

function elementsOf(
  simulation: Pick<Simulation, "array">,
  name: string,
): Uint8Array | Uint16Array | Uint32Array {
  const { bytes, depth, elementBytes } = simulation.array(name);
  if (elementBytes === 1) return bytes.subarray(0, depth);
  if (elementBytes === 2) return new Uint16Array(bytes.buffer, bytes.byteOffset, depth);
  return new Uint32Array(bytes.buffer, bytes.byteOffset, depth);
}

/** Sets or clears bits `first` to `last` (both included) of an array of 32-bit rows. */
function setBits(rows: Uint32Array, first: number, last: number, value: boolean): void {
  const firstRow = first >>> 5;
  const lastRow = last >>> 5;
  const head = 0xffff_ffff << (first & 31);
  const tail = 0xffff_ffff >>> (31 - (last & 31));
  if (firstRow === lastRow) {
    maskRow(rows, firstRow, head & tail, value);
    return;
  }
  maskRow(rows, firstRow, head, value);
  const whole = value ? 0xffff_ffff : 0;
  for (let row = firstRow + 1; row < lastRow; row++) rows[row] = whole;
  maskRow(rows, lastRow, tail, value);
}

function maskRow(rows: Uint32Array, row: number, mask: number, value: boolean): void {
  const old = rows[row] as number;
  rows[row] = value ? old | mask : old & ~mask;
}
