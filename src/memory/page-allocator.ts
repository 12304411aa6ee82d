import { PAGE_SHIFT, PAGE_SIZE, physicalAddress } from "../core/address.ts";
import { counted } from "../core/counted.ts";
import { hexAddress } from "../core/hex.ts";
import type { Random } from "../core/random.ts";
import { OutOfMemoryError } from "./errors.ts";
import type { Bank, PhysicalMemory } from "./physical-memory.ts";
import type { PlatformProfile } from "./platform-profile.ts";

/** State of a page; 0 is free, and in line or in a block that has not been drawn. A page taken from the middle stays in line. */
const TAKEN = 1;
const OUT_OF_LINE = 2;

/**
 * Hands out physical pages by page frame number. Inside they are numbered as they lie in the bytes of the memory.
 *
 * Blocks of `pageBytes` stay together as long as nothing smaller was taken from them. They are drawn when they are needed:
 * most tests need few of thousands.
 */
export class PageAllocator {
  readonly #memory: PhysicalMemory;
  readonly #blockPages: number;
  /** Undefined when blocks come in the order of the banks. */
  readonly #random: Random | undefined;
  readonly #state: Uint8Array;
  /** First pages of blocks; those from `#drawn` on are not drawn. */
  readonly #blocks: Int32Array;
  #drawn = 0;
  /** Pages that are handed out next, from the end, before another block is drawn. */
  readonly #line: number[] = [];
  #free: number;

  constructor(
    memory: PhysicalMemory,
    { fragmentation, pageBytes }: Pick<PlatformProfile, "fragmentation" | "pageBytes">,
    random: Random,
  ) {
    this.#memory = memory;
    this.#blockPages = pageBytes / PAGE_SIZE;
    this.#random = fragmentation === "shuffled" ? random : undefined;
    this.#state = new Uint8Array(memory.bytes.length / PAGE_SIZE);
    this.#blocks = firstPages(memory.banks, this.#blockPages);
    this.#free = memory.banks.reduce((sum, { lengthBytes }) => sum + lengthBytes / PAGE_SIZE, 0);
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
    while (found.length < count) {
      const page = this.#next();
      if (page === undefined) break;
      if (this.#state[page] === TAKEN) this.#state[page] = TAKEN | OUT_OF_LINE;
      else if (this.#frameOf(page) < limitFrame) found.push(page);
      else passed.push(page);
    }
    this.#lineUp(passed);
    if (found.length < count) {
      this.#lineUp(found);
      throw new OutOfMemoryError(
        `${counted(count, "page")} wanted${below(limitFrame)}, ${found.length} free`,
      );
    }
    for (const page of found) this.#state[page] = TAKEN | OUT_OF_LINE;
    this.#free -= count;
    return found.map((page) => this.#frameOf(page));
  }

  /**
   * Page frame numbers that follow each other, the lowest such run that crosses no more multiples of `boundaryFrames` than it
   * must. Throws `OutOfMemoryError`.
   */
  allocateContiguous(
    count: number,
    limitFrame = Number.POSITIVE_INFINITY,
    boundaryFrames = Number.POSITIVE_INFINITY,
  ): number[] {
    const pages = this.#run(count, limitFrame, boundaryFrames);
    if (pages === undefined)
      throw new OutOfMemoryError(
        `${counted(count, "neighbouring page")} wanted${below(limitFrame)}, ${this.#free} free, but not side by side`,
      );
    for (const page of pages) this.#state[page] = (this.#state[page] as number) | TAKEN;
    this.#free -= count;
    return pages.map((page) => this.#frameOf(page));
  }

  free(frames: readonly number[]): void {
    for (const frame of frames) {
      const page = this.#memory.offsetOf(physicalAddress(BigInt(frame * PAGE_SIZE))) >>> PAGE_SHIFT;
      const state = this.#state[page] as number;
      if ((state & TAKEN) === 0) throw new RangeError(`page frame ${frame} is not allocated`);
      if ((state & OUT_OF_LINE) !== 0) this.#line.push(page);
      this.#state[page] = 0;
      this.#free++;
    }
  }

  /** The last of them is taken last, the first next. */
  #lineUp(pages: readonly number[]): void {
    for (const page of pages.toReversed()) this.#line.push(page);
  }

  /** Of all that are in line or not drawn. */
  #next(): number | undefined {
    if (this.#line.length === 0) this.#drawBlock();
    return this.#line.pop();
  }

  #drawBlock(): void {
    const blocks = this.#blocks;
    if (this.#drawn === blocks.length) return;
    const drawn = this.#drawn++;
    const chosen = this.#random?.integer(drawn, blocks.length - 1) ?? drawn;
    const first = blocks[chosen] as number;
    blocks[chosen] = blocks[drawn] as number;
    for (let page = this.#endOf(first) - 1; page >= first; page--) this.#line.push(page);
  }

  /** The page after the last of a block. */
  #endOf(firstPage: number): number {
    for (const { base, offset, lengthBytes } of this.#memory.banks) {
      const [first, end] = [offset / PAGE_SIZE, (offset + lengthBytes) / PAGE_SIZE];
      if (firstPage < first || firstPage >= end) continue;
      const frame = Number(base) / PAGE_SIZE + firstPage - first;
      return Math.min(end, firstPage + this.#blockPages - (frame % this.#blockPages));
    }
    throw new RangeError(`no bank holds page ${firstPage} of memory`);
  }

  #frameOf(page: number): number {
    for (const { base, offset, lengthBytes } of this.#memory.banks) {
      const at = page - offset / PAGE_SIZE;
      if (at >= 0 && at < lengthBytes / PAGE_SIZE) return Number(base) / PAGE_SIZE + at;
    }
    throw new RangeError(`no bank holds page ${page} of memory`);
  }

  #run(count: number, limitFrame: number, boundaryFrames: number): number[] | undefined {
    const banks = [...this.#memory.banks].sort((a, b) => Number(a.base - b.base));
    for (const { offset, lengthBytes } of banks) {
      const first = offset / PAGE_SIZE;
      let length = 0;
      for (let page = first; page < first + lengthBytes / PAGE_SIZE; page++) {
        const frame = this.#frameOf(page);
        if (frame >= limitFrame) break;
        length = ((this.#state[page] as number) & TAKEN) !== 0 ? 0 : length + 1;
        if (length >= count && canStart(frame - count + 1, count, boundaryFrames))
          return Array.from({ length: count }, (_, index) => page - count + 1 + index);
      }
    }
    return undefined;
  }
}

/** Whether neighbouring pages from `frame` on cross no more multiples of `boundaryFrames` than so many must. */
export function canStart(frame: number, count: number, boundaryFrames: number): boolean {
  return (frame % boundaryFrames) + Math.min(count, boundaryFrames) <= boundaryFrames;
}

/** Of each block, in the order of the banks. Blocks are aligned in the address space: the first may be shorter, as the last. */
function firstPages(banks: readonly Bank[], blockPages: number): Int32Array {
  const firsts = new Int32Array(banks.reduce((sum, { lengthBytes }) => sum + lengthBytes / PAGE_SIZE, 0));
  let count = 0;
  for (const { base, lengthBytes, offset } of banks) {
    const first = offset / PAGE_SIZE;
    const end = first + lengthBytes / PAGE_SIZE;
    const next = first + blockPages - ((Number(base) / PAGE_SIZE) % blockPages);
    firsts[count++] = first;
    for (let start = next; start < end; start += blockPages) firsts[count++] = start;
  }
  return firsts.subarray(0, count);
}

function below(limitFrame: number): string {
  return Number.isFinite(limitFrame) ? ` below physical ${hexAddress(BigInt(limitFrame * PAGE_SIZE))}` : "";
}
