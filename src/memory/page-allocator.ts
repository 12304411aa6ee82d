import { PAGE_SHIFT, PAGE_SIZE, physicalAddress } from "../core/address.ts";
import type { Random } from "../core/random.ts";
import { OutOfMemoryError } from "./errors.ts";
import type { PhysicalMemory } from "./physical-memory.ts";
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
  readonly #frames: Float64Array;
  readonly #state: Uint8Array;
  /** Pages are taken from the end. */
  readonly #line: number[];
  #free: number;

  constructor(
    memory: PhysicalMemory,
    { fragmentation, pageBytes }: Pick<PlatformProfile, "fragmentation" | "pageBytes">,
    random: Random,
  ) {
    const count = memory.bytes.length / PAGE_SIZE;
    this.#memory = memory;
    this.#frames = new Float64Array(count).fill(Number.NaN);
    this.#state = new Uint8Array(count);
    const blocks: number[][] = [];
    for (const { base, lengthBytes, offset } of memory.banks) {
      const firstFrame = Number(base) / PAGE_SIZE;
      for (let at = 0; at < lengthBytes / PAGE_SIZE; at++) {
        const page = offset / PAGE_SIZE + at;
        this.#frames[page] = firstFrame + at;
        this.#state[page] = FREE | LINED_UP;
        if (at === 0 || (firstFrame + at) % (pageBytes / PAGE_SIZE) === 0) blocks.push([]);
        blocks.at(-1)?.push(page);
      }
    }
    const order = fragmentation === "shuffled" ? random.shuffle(blocks) : blocks;
    this.#line = order.flat().reverse();
    this.#free = this.#line.length;
  }

  get freePages(): number {
    return this.#free;
  }

  /** Page frame numbers, all below `limitFrame`. Throws `OutOfMemoryError`. */
  allocate(count: number, limitFrame = Number.POSITIVE_INFINITY): number[] {
    const found: number[] = [];
    const passed: number[] = [];
    while (found.length < count && this.#line.length > 0) {
      const page = this.#line.pop() as number;
      if (this.#state[page] === LINED_UP) this.#state[page] = 0;
      else if ((this.#frames[page] as number) < limitFrame) found.push(page);
      else passed.push(page);
    }
    this.#line.push(...passed.reverse());
    if (found.length < count) {
      this.#line.push(...found.reverse());
      throw new OutOfMemoryError(`${count} pages wanted, ${found.length} free`);
    }
    for (const page of found) this.#state[page] = 0;
    this.#free -= count;
    return found.map((page) => this.#frames[page] as number);
  }

  /** Page frame numbers that follow each other, the lowest such run. Throws `OutOfMemoryError`. */
  allocateContiguous(count: number, limitFrame = Number.POSITIVE_INFINITY): number[] {
    const pages = this.#run(count, limitFrame);
    if (pages === undefined) throw new OutOfMemoryError(`${count} neighbouring pages wanted, there are none`);
    for (const page of pages) this.#state[page] = (this.#state[page] as number) & ~FREE;
    this.#free -= count;
    return pages.map((page) => this.#frames[page] as number);
  }

  free(frames: readonly number[]): void {
    for (const frame of frames) {
      const page = this.#memory.offsetOf(physicalAddress(BigInt(frame * PAGE_SIZE))) >>> PAGE_SHIFT;
      const state = this.#state[page] as number;
      if ((state & FREE) !== 0) throw new RangeError(`page frame ${frame} is not allocated`);
      if ((state & LINED_UP) === 0) this.#line.push(page);
      this.#state[page] = FREE | LINED_UP;
      this.#free++;
    }
  }

  #run(count: number, limitFrame: number): number[] | undefined {
    const banks = [...this.#memory.banks].sort((a, b) => Number(a.base - b.base));
    for (const { offset, lengthBytes } of banks) {
      const first = offset / PAGE_SIZE;
      let length = 0;
      for (let page = first; page < first + lengthBytes / PAGE_SIZE; page++) {
        if ((this.#frames[page] as number) >= limitFrame) break;
        length = ((this.#state[page] as number) & FREE) === 0 ? 0 : length + 1;
        if (length === count) return Array.from({ length }, (_, index) => page - count + 1 + index);
      }
    }
    return undefined;
  }
}
