import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Random } from "../../../src/core/random.ts";
import { PageAllocator } from "../../../src/memory/page-allocator.ts";
import { layOutBanks, PhysicalMemory } from "../../../src/memory/physical-memory.ts";
import { BouncePages } from "../../../src/wdm/bounce-pages.ts";

const PAGE = 4096;
const PAGES = 41;
/** A device reaches all but the last of them. */
const FRAMES = Array.from({ length: PAGES - 1 }, (_, page) => 7 + page);
const REACH = (7 + PAGES - 1) * PAGE;

function allocator(fragmentation: "contiguous" | "shuffled" = "contiguous"): PageAllocator {
  const banks = layOutBanks([{ base: 7 * PAGE, bytes: PAGES * PAGE }]);
  const memory = new PhysicalMemory(new Uint8Array(PAGES * PAGE), banks);
  return new PageAllocator(memory, { fragmentation, pageBytes: PAGE }, new Random(1n));
}

/** A run that fits between two multiples of the boundary crosses none; a longer one starts at one. */
function isWellPlaced(frames: readonly number[], boundaryFrames: number): boolean {
  if (frames.length > boundaryFrames) return (frames[0] as number) % boundaryFrames === 0;
  return frames.slice(1).every((frame) => frame % boundaryFrames !== 0);
}

/** The lowest such run of so many neighbours. */
function lowestRun(free: readonly number[], count: number, boundaryFrames: number): number[] | undefined {
  const runs = free.map((_, start) => free.slice(start, start + count));
  return runs.find(
    (run) =>
      run.length === count &&
      (run.at(-1) as number) - (run[0] as number) === count - 1 &&
      isWellPlaced(run, boundaryFrames),
  );
}

/** What a request got of the pages that were kept and free, and of the others below the reach. */
function expectTaken(
  frames: readonly number[] | undefined,
  kept: readonly number[],
  others: readonly number[],
  count: number,
  boundaryFrames: number | undefined,
): void {
  if (boundaryFrames !== undefined) {
    expect(frames).toEqual(
      lowestRun(kept, count, boundaryFrames) ?? lowestRun(others, count, boundaryFrames),
    );
    return;
  }
  if (kept.length + others.length < count) {
    expect(frames).toBeUndefined();
    return;
  }
  const own = Math.min(count, kept.length);
  expect(frames?.slice(0, own)).toEqual(kept.slice(0, own));
  expect(new Set(frames).size).toBe(count);
  expect(frames?.slice(own).filter((frame) => !others.includes(frame))).toEqual([]);
}

describe.each([
  ["apart", undefined],
  ["neighbours, anywhere", 2 ** 20],
  ["neighbours, whose elements end within a page", 1],
  ["neighbours between multiples of 4 pages", 4],
])("bounce pages: %s", (_name, boundaryFrames) => {
  const isContiguous = boundaryFrames !== undefined;
  const boundary = boundaryFrames === 1 ? 512 : (boundaryFrames ?? 1) * PAGE;

  test("come from what is kept as long as it serves, then from free memory, and go back to where they were", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 16 }),
        fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 7 })), { minLength: 5, maxLength: 30 }),
        (wanted, steps) => {
          const pages = allocator();
          const bounce = new BouncePages(pages, REACH, isContiguous, boundary, wanted);
          expect(bounce.count).toBe(Math.min(wanted, 10));
          const kept = lowestRun(FRAMES, bounce.count, boundaryFrames ?? 2 ** 20) as number[];
          const held: (readonly number[])[] = [];
          for (const [gives, count] of steps) {
            const taken = new Set(held.flat());
            if (gives && held.length > 0) bounce.give(held.splice(count % held.length, 1)[0] ?? []);
            else {
              const free = (frame: number) => !taken.has(frame);
              const others = FRAMES.filter((frame) => !kept.includes(frame) && free(frame));
              const frames = bounce.take(count);
              expectTaken(frames, kept.filter(free), others, count, boundaryFrames);
              held.push(frames ?? []);
            }
            const outside = held.flat().filter((frame) => !kept.includes(frame)).length;
            expect(pages.freePages).toBe(PAGES - kept.length - outside);
          }
          for (const frames of held) bounce.give(frames);
          bounce.close();
          expect(pages.allocate(PAGES).toSorted((a, b) => a - b)).toEqual([...FRAMES, 7 + PAGES - 1]);
        },
      ),
    );
  });
});

test("pages need not be neighbours: those that are kept serve on both sides of one that is in use", () => {
  const pages = allocator();
  const bounce = new BouncePages(pages, REACH, false, PAGE, 3);
  const [first, , third] = [bounce.take(1), bounce.take(1), bounce.take(1)];
  const free = pages.freePages;
  bounce.give(first ?? []);
  bounce.give(third ?? []);
  expect(bounce.take(2)).toEqual([...(first ?? []), ...(third ?? [])]);
  expect(pages.freePages).toBe(free);
});

test("a request that needs none gets none, and takes none", () => {
  const pages = allocator();
  const bounce = new BouncePages(pages, REACH, true, PAGE, 4);
  const before = pages.freePages;
  expect(bounce.take(0)).toEqual([]);
  expect(pages.freePages).toBe(before);
});

test.each([
  [true, 4],
  [false, 8],
])("with every second page of memory taken, neighbours %s: %d of 8 are kept", (isContiguous, count) => {
  const pages = allocator();
  const frames = pages.allocate(PAGES);
  pages.free(frames.filter((frame) => frame % 2 === 0 || frame === 9 || frame === 11));
  // 8 to 12 lie side by side: half as many are asked for until there are so many.
  expect(new BouncePages(pages, REACH, isContiguous, 2 ** 32, 8).count).toBe(count);
});

test("with no page below the reach none is kept", () => {
  const pages = allocator();
  expect(new BouncePages(pages, 7 * PAGE, true, 2 ** 32, 8).count).toBe(0);
  expect(new BouncePages(pages, 8 * PAGE - 1, false, 2 ** 32, 8).count).toBe(0);
  expect(new BouncePages(pages, 8 * PAGE, false, 2 ** 32, 8).count).toBe(1);
  expect(pages.freePages).toBe(PAGES - 1);
});
