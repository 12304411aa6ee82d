import { PAGE_SIZE } from "../core/address.ts";
import type { Random } from "../core/random.ts";
import { OutOfMemoryError } from "./errors.ts";
import type { PhysicalMemory } from "./physical-memory.ts";

/** How free pages are handed out: in order, or in an order that the seed decides. */
export type Fragmentation = "contiguous" | "shuffled";

/** Hands out physical pages by page frame number. */
export class PageAllocator {
  #free: number[];
  readonly #taken = new Set<number>();

  constructor(memory: PhysicalMemory, fragmentation: Fragmentation, random: Random) {
    const frames = memory.banks.flatMap((bank) => {
      const first = Number(bank.base / BigInt(PAGE_SIZE));
      return Array.from({ length: bank.lengthBytes / PAGE_SIZE }, (_, index) => first + index);
    });
    // Pages are taken from the end.
    this.#free = fragmentation === "shuffled" ? random.shuffle(frames) : frames.reverse();
  }

  get freePages(): number {
    return this.#free.length;
  }

  /** Page frame numbers, all below `limitFrame`. Throws `OutOfMemoryError`. */
  allocate(count: number, limitFrame = Number.POSITIVE_INFINITY): number[] {
    const found: number[] = [];
    const kept: number[] = [];
    while (found.length < count && this.#free.length > 0) {
      const frame = this.#free.pop() as number;
      (frame < limitFrame ? found : kept).push(frame);
    }
    this.#free.push(...kept.reverse());
    if (found.length < count) {
      this.#free.push(...found.reverse());
      throw new OutOfMemoryError(`${count} pages wanted, ${found.length} free`);
    }
    for (const frame of found) this.#taken.add(frame);
    return found;
  }

  /** Page frame numbers that follow each other, the lowest such run. Throws `OutOfMemoryError`. */
  allocateContiguous(count: number, limitFrame = Number.POSITIVE_INFINITY): number[] {
    const sorted = this.#free.filter((frame) => frame < limitFrame).sort((a, b) => a - b);
    let run: number[] = [];
    for (const frame of sorted) {
      run = run.at(-1) === frame - 1 ? [...run, frame] : [frame];
      if (run.length === count) break;
    }
    if (run.length < count) throw new OutOfMemoryError(`${count} neighbouring pages wanted, there are none`);
    const taken = new Set(run);
    this.#free = this.#free.filter((frame) => !taken.has(frame));
    for (const frame of run) this.#taken.add(frame);
    return run;
  }

  free(frames: readonly number[]): void {
    for (const frame of frames) {
      if (!this.#taken.delete(frame)) throw new RangeError(`page frame ${frame} is not allocated`);
      this.#free.push(frame);
    }
  }
}
