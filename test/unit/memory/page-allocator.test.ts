import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Random } from "../../../src/core/random.ts";
import { OutOfMemoryError } from "../../../src/memory/errors.ts";
import { PageAllocator } from "../../../src/memory/page-allocator.ts";
import { layOutBanks, PhysicalMemory } from "../../../src/memory/physical-memory.ts";

const PAGE = 4096;
/** In frames: 7 to 46, and 0x100002 to 0x100012. */
const LAYOUT = [
  { base: 7 * PAGE, bytes: 40 * PAGE },
  { base: 0x10_0002 * PAGE, bytes: 17 * PAGE },
];
const ALL = LAYOUT.flatMap(({ base, bytes }) =>
  Array.from({ length: bytes / PAGE }, (_, page) => base / PAGE + page),
);

function allocator(fragmentation: "shuffled" | "contiguous", blockPages = 1, seed = 1n, layout = LAYOUT) {
  const banks = layOutBanks(layout);
  const bytes = new Uint8Array(layout.reduce((sum, one) => sum + one.bytes, 0));
  const memory = new PhysicalMemory(bytes, banks);
  return new PageAllocator(memory, { fragmentation, pageBytes: blockPages * PAGE }, new Random(seed));
}

interface Step {
  readonly kind: "any" | "run" | "free";
  readonly count: number;
  readonly limit: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom("any", "run", "free"),
  count: fc.integer({ min: 1, max: 12 }),
  limit: fc.constantFrom(7, 20, 47, 0x20_0000),
});

/** The lowest run of free frames. */
function lowestRun(free: readonly number[], count: number): number[] | undefined {
  const start = free.findIndex((frame, index) => free[index + count - 1] === frame + count - 1);
  return start < 0 ? undefined : free.slice(start, start + count);
}

function takes(pages: PageAllocator, { kind, count, limit }: Step): number[] | undefined {
  try {
    return kind === "any" ? pages.allocate(count, limit) : pages.allocateContiguous(count, limit);
  } catch (error) {
    if (error instanceof OutOfMemoryError) return undefined;
    throw error;
  }
}

/** What is taken is as asked for, or there is none. */
function expectRight(frames: number[] | undefined, free: readonly number[], { kind, count }: Step): void {
  if (kind === "run") expect(frames).toEqual(lowestRun(free, count));
  else if (frames === undefined) expect(free.length).toBeLessThan(count);
  else expect([new Set(frames).size, frames.every((frame) => free.includes(frame))]).toEqual([count, true]);
}

test.each(["shuffled", "contiguous"] as const)(
  "%s: a page is in one hand at a time, below its limit, in a run where one was asked for, and comes again when it is free",
  (fragmentation) => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 30 }),
        fc.constantFrom(1, 2, 16),
        fc.bigInt({ min: 0n, max: 99n }),
        (steps, blockPages, seed) => {
          const pages = allocator(fragmentation, blockPages, seed);
          const held: number[][] = [];
          for (const one of steps) {
            const taken = new Set(held.flat());
            if (one.kind === "free") pages.free(held.splice(one.count % (held.length + 1), 1).flat());
            else {
              const frames = takes(pages, one);
              expectRight(
                frames,
                ALL.filter((frame) => !taken.has(frame) && frame < one.limit),
                one,
              );
              held.push(frames ?? []);
            }
            expect(pages.freePages).toBe(ALL.length - held.flat().length);
          }
          pages.free(held.flat());
          expect(pages.allocate(ALL.length).sort((a, b) => a - b)).toEqual(ALL);
        },
      ),
    );
  },
);

describe("blocks", () => {
  test("of 4 pages stay together, aligned by address; the first and the last of a bank may be shorter", () => {
    const frames = allocator("shuffled", 4).allocate(ALL.length);
    const runs: number[][] = [];
    for (const frame of frames) {
      const last = runs.at(-1);
      if (last !== undefined && frame === (last.at(-1) as number) + 1 && frame % 4 !== 0) last.push(frame);
      else runs.push([frame]);
    }
    // 7; 8 to 11 and so on to 44 to 46; 0x100002 and 3; and so on to 0x100010 to 12.
    expect(runs.map(({ length }) => length).sort()).toEqual([
      1,
      ...[2],
      ...[3, 3],
      ...Array.from({ length: 12 }, () => 4),
    ]);
    expect(frames).not.toEqual(ALL);
  });

  test("in order of address come without a seed", () => {
    expect(allocator("contiguous").allocate(ALL.length)).toEqual(ALL);
    expect(allocator("shuffled", 1, 5n).allocate(20)).toEqual(allocator("shuffled", 1, 5n).allocate(20));
    expect(allocator("shuffled", 1, 5n).allocate(20)).not.toEqual(allocator("shuffled", 1, 6n).allocate(20));
  });
});

test("the lowest run is taken, whichever bank is named first", () => {
  const pages = allocator("shuffled", 1, 1n, LAYOUT.toReversed());
  expect(pages.allocateContiguous(2)).toEqual([7, 8]);
});

test("pages below a frame are counted, free or not", () => {
  const pages = allocator("shuffled");
  pages.allocate(3);
  expect([0, 7, 8, 46, 47, 48, 0x10_0003, 0x20_0000].map((frame) => pages.pagesBelow(frame))).toEqual([
    0, 0, 1, 39, 40, 40, 41, 57,
  ]);
});

test("a page that is free is freed by nobody, and what is no memory neither", () => {
  const pages = allocator("shuffled");
  const [frame] = pages.allocate(1) as [number];
  pages.free([frame]);
  expect(() => pages.free([frame])).toThrow(`page frame ${frame} is not allocated`);
  expect(() => pages.free([5])).toThrow(/^no RAM/);
  expect(pages.freePages).toBe(ALL.length);
});

test("a run that fits between two boundaries crosses none; a longer one starts at one", () => {
  const pages = allocator("contiguous");
  expect(pages.allocateContiguous(3, 0x20_0000, 8)).toEqual([8, 9, 10]);
  expect(pages.allocateContiguous(6, 0x20_0000, 8)).toEqual([16, 17, 18, 19, 20, 21]);
  expect(pages.allocateContiguous(10, 0x20_0000, 8)).toEqual(Array.from({ length: 10 }, (_, at) => 24 + at));
  expect(pages.allocateContiguous(1, 0x20_0000, 8)).toEqual([7]);
  expect(() => pages.allocateContiguous(18)).toThrow(
    "18 neighbouring pages wanted, 37 free, but not side by side",
  );
  expect(() => pages.allocate(100)).toThrow("100 pages wanted, 37 free");
});
