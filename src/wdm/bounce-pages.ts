import { PAGE_SIZE } from "../core/address.ts";
import { OutOfMemoryError } from "../memory/errors.ts";
import { canStart, type PageAllocator } from "../memory/page-allocator.ts";

/** At most this part of the pages that a device reaches is kept for an adapter: one in four. */
const SHARE = 4;

/**
 * The pages that stand in for those that a device cannot reach. An adapter keeps enough of them for its largest operation, so
 * that no request waits for what may never be; what more is wanted at a time comes from free memory.
 */
export class BouncePages {
  readonly #pages: PageAllocator;
  readonly #limitFrame: number;
  readonly #isContiguous: boolean;
  readonly #boundaryFrames: number;
  readonly #kept: readonly number[];
  /** Of those that are kept, by frame: in no request's hands. */
  readonly #free: Map<number, boolean>;

  /**
   * Keeps up to `wanted` pages below address `reach`, fewer where memory has fewer. The pages of one request are neighbours
   * when `isContiguous`, and then cross no more multiples of `boundary` than they must.
   */
  constructor(pages: PageAllocator, reach: number, isContiguous: boolean, boundary: number, wanted: number) {
    this.#pages = pages;
    this.#limitFrame = Math.floor(reach / PAGE_SIZE);
    this.#isContiguous = isContiguous;
    this.#boundaryFrames = Math.max(1, boundary / PAGE_SIZE);
    const most = Math.ceil(pages.pagesBelow(this.#limitFrame) / SHARE);
    this.#kept = this.#keep(Math.min(wanted, most));
    this.#free = new Map(this.#kept.map((frame) => [frame, true]));
  }

  /** All that are kept: the most map registers that can be promised. */
  get count(): number {
    return this.#kept.length;
  }

  /** Page frame numbers; undefined, with nothing taken, when fewer are free now. */
  take(count: number): readonly number[] | undefined {
    const own = this.#freeRun(count);
    const missing = count - own.length;
    // Neighbours come from one place.
    const more = missing === 0 ? [] : this.#allocate(this.#isContiguous ? count : missing);
    if (more === undefined) return undefined;
    const frames = this.#isContiguous && missing > 0 ? more : [...own, ...more];
    for (const frame of frames) if (this.#free.has(frame)) this.#free.set(frame, false);
    return frames;
  }

  give(frames: readonly number[]): void {
    this.#pages.free(frames.filter((frame) => !this.#free.has(frame)));
    for (const frame of frames) if (this.#free.has(frame)) this.#free.set(frame, true);
  }

  /** The adapter is put back. */
  close(): void {
    this.#pages.free(this.#kept);
  }

  #keep(wanted: number): readonly number[] {
    for (let count = wanted; count > 0; count = Math.floor(count / 2)) {
      const frames = this.#allocate(count);
      if (frames !== undefined) return frames;
    }
    return [];
  }

  /** Of the free ones the first `count`, or as many as there are; neighbours where they must be. */
  #freeRun(count: number): readonly number[] {
    let run: number[] = [];
    for (const frame of this.#kept) {
      if (run.length === count) return run;
      const isFree = this.#free.get(frame) === true;
      if (isFree && (run.length > 0 || !this.#isContiguous || canStart(frame, count, this.#boundaryFrames)))
        run.push(frame);
      else if (this.#isContiguous) run = [];
    }
    return run;
  }

  #allocate(count: number): readonly number[] | undefined {
    try {
      return this.#isContiguous
        ? this.#pages.allocateContiguous(count, this.#limitFrame, this.#boundaryFrames)
        : this.#pages.allocate(count, this.#limitFrame);
    } catch (error) {
      if (error instanceof OutOfMemoryError) return undefined;
      throw error;
    }
  }
}
