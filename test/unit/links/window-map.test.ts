import fc from "fast-check";
import { expect, test } from "vitest";
import { WindowMap } from "../../../src/links/window-map.ts";

interface Range {
  readonly first: number;
  readonly last: number;
}

/** Pages near each other, at the ends of a chunk, and far away. */
const page = fc.oneof(fc.nat(130), fc.integer({ min: 2 ** 40, max: 2 ** 40 + 130 }));
const steps = fc.array(
  fc.record({ first: page, pages: fc.integer({ min: 1, max: 70 }), closes: fc.nat(5) }),
  { maxLength: 40 },
);

function pagesOf({ first, last }: Range): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/** The map, beside a plain list. */
class Compared {
  readonly map = new WindowMap<Range>();
  readonly open: Range[] = [];

  on(at: number): Range[] {
    return this.open.filter(({ first, last }) => first <= at && at <= last);
  }

  add(window: Range): void {
    for (const at of pagesOf(window)) expect(this.map.add(at, window)).toBe(this.on(at).length === 0);
    this.open.push(window);
  }

  remove(index: number): void {
    const [gone] = this.open.splice(index % this.open.length, 1) as [Range];
    for (const at of pagesOf(gone)) {
      const left = this.map.remove(at, gone);
      expect(left === undefined ? undefined : [...left]).toEqual(
        this.on(at).length === 0 ? undefined : this.on(at),
      );
    }
  }
}

test("the windows of each page, its first and its last are those of a plain list", () => {
  fc.assert(
    fc.property(steps, (work) => {
      const compared = new Compared();
      for (const { first, pages, closes } of work) {
        compared.add({ first, last: first + pages - 1 });
        for (let count = 0; count < closes && compared.open.length > 1; count++) compared.remove(closes);
        expect([...compared.map.on(first)]).toEqual(compared.on(first));
        expect(compared.map.live).toEqual(new Set(compared.open));
      }
    }),
    { numRuns: 40 },
  );
});

test("nothing is on a page that never had a window, and nothing is removed from it", () => {
  const map = new WindowMap<Range>();
  expect([...map.on(5)]).toEqual([]);
  expect(map.remove(5, { first: 5, last: 5 })).toBeUndefined();
  expect(map.live.size).toBe(0);
});
