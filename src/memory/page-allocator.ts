import { PAGE_SHIFT, PAGE_SIZE, physicalAddress } from "../core/address.ts";
import type { Random } from "../core/random.ts";
import { OutOfMemoryError } from "./errors.ts";
import type { Bank, PhysicalMemory } from "./physical-memory.ts";
import type { PlatformProfile } from "./platform-profile.ts";

/** A page is free; it is in the line of those that are handed out next. A page taken from the middle stays in line. */
const FREE = 1;
const LINED_UP = 2;

/**
 * Hands out physical pages by page frame number. Inside they are numbered as they lie in the bytes of the memory.
 *
 * Blocks of `pageBytes` stay together as long as nothing smaller was taken from them.
 */
export class PageAllocator {
  readonly #memory: PhysicalMemory;
  readonly #state: Uint8Array;
  /** The first `#length` are in line, each once; they are taken from the end. */
  readonly #line: Int32Array;
  #length = 0;
  #free: number;

  constructor(
    memory: PhysicalMemory,
    { fragmentation, pageBytes }: Pick<PlatformProfile, "fragmentation" | "pageBytes">,
    random: Random,
  ) {
    this.#memory = memory;
    const count = memory.bytes.length / PAGE_SIZE;
    const state = new Uint8Array(count);
    const line = new Int32Array(count);
    const { starts, ends } = blocksOf(memory.banks, pageBytes / PAGE_SIZE);
    const order = fragmentation === "shuffled" ? random.shuffle(starts) : starts;
    let length = 0;
    for (let index = order.length - 1; index >= 0; index--) {
      const start = order[index] as number;
      for (let page = (ends[start] as number) - 1; page >= start; page--) {
        state[page] = FREE | LINED_UP;
        line[length++] = page;
      }
    }
    this.#state = state;
    this.#line = line;
    this.#length = length;
    this.#free = this.#length;
  }

  get freePages(): number {
    return this.#free;
  }

  /** Pages below a frame, free or not. */
  pagesBelow(limitFrame: number): number {
    return this.#memory.banks.reduce((sum, { base, lengthBytes }) => {
      const below = Math.min(lengthBytes / PAGE_SIZE, limitFrame - Number(base) / PAGE_SIZE);
      return sum + Math.max(0, below);
    }, 0);
  }

  /** Page frame numbers, all below `limitFrame`. Throws `OutOfMemoryError`. */
  allocate(count: number, limitFrame = Number.POSITIVE_INFINITY): number[] {
    const found: number[] = [];
    const passed: number[] = [];
    while (found.length < count && this.#length > 0) {
      const page = this.#line[--this.#length] as number;
      if (this.#state[page] === LINED_UP) this.#state[page] = 0;
      else if (this.#frameOf(page) < limitFrame) found.push(page);
      else passed.push(page);
    }
    this.#lineUp(passed);
    if (found.length < count) {
      this.#lineUp(found);
      throw new OutOfMemoryError(`${count} pages wanted, ${found.length} free`);
    }
    for (const page of found) this.#state[page] = 0;
    this.#free -= count;
    return found.map((page) => this.#frameOf(page));
  }

  /** Page frame numbers that follow each other, the lowest such run. Throws `OutOfMemoryError`. */
  allocateContiguous(count: number, limitFrame = Number.POSITIVE_INFINITY): number[] {
    const pages = this.#run(count, limitFrame);
    if (pages === undefined) throw new OutOfMemoryError(`${count} neighbouring pages wanted, there are none`);
    for (const page of pages) this.#state[page] = (this.#state[page] as number) & ~FREE;
    this.#free -= count;
    return pages.map((page) => this.#frameOf(page));
  }

  free(frames: readonly number[]): void {
    for (const frame of frames) {
      const page = this.#memory.offsetOf(physicalAddress(BigInt(frame * PAGE_SIZE))) >>> PAGE_SHIFT;
      const state = this.#state[page] as number;
      if ((state & FREE) !== 0) throw new RangeError(`page frame ${frame} is not allocated`);
      if ((state & LINED_UP) === 0) this.#line[this.#length++] = page;
      this.#state[page] = FREE | LINED_UP;
      this.#free++;
    }
  }

  /** The last of them is taken last, the first next. */
  #lineUp(pages: readonly number[]): void {
    for (const page of pages.toReversed()) this.#line[this.#length++] = page;
  }

  #frameOf(page: number): number {
    for (const { base, offset, lengthBytes } of this.#memory.banks) {
      const at = page - offset / PAGE_SIZE;
      if (at >= 0 && at < lengthBytes / PAGE_SIZE) return Number(base) / PAGE_SIZE + at;
    }
    throw new RangeError(`no bank holds page ${page} of memory`);
  }

  #run(count: number, limitFrame: number): number[] | undefined {
    const banks = [...this.#memory.banks].sort((a, b) => Number(a.base - b.base));
    for (const { offset, lengthBytes } of banks) {
      const first = offset / PAGE_SIZE;
      let length = 0;
      for (let page = first; page < first + lengthBytes / PAGE_SIZE; page++) {
        if (this.#frameOf(page) >= limitFrame) break;
        length = ((this.#state[page] as number) & FREE) === 0 ? 0 : length + 1;
        if (length === count) return Array.from({ length }, (_, index) => page - count + 1 + index);
      }
    }
    return undefined;
  }
}

/** The first page of each block in the order of the banks, and by the first page the one after its last. */
function blocksOf(banks: readonly Bank[], blockPages: number): { starts: Int32Array; ends: Int32Array } {
  const pages =
    banks.reduce((most, { offset, lengthBytes }) => Math.max(most, offset + lengthBytes), 0) / PAGE_SIZE;
  const starts = new Int32Array(pages);
  const ends = new Int32Array(pages);
  let count = 0;
  for (const { base, lengthBytes, offset } of banks) {
    const first = offset / PAGE_SIZE;
    const end = first + lengthBytes / PAGE_SIZE;
    // Blocks are aligned in the address space: the first may be shorter, as the last.
    let next = first + blockPages - ((Number(base) / PAGE_SIZE) % blockPages);
    for (let start = first; start < end; start = next, next += blockPages) {
      starts[count++] = start;
      ends[start] = Math.min(end, next);
    }
  }
  return { starts: starts.subarray(0, count), ends };
}
