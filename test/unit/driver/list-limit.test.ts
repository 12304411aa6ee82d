import fc from "fast-check";
import { expect, test } from "vitest";
import { ListLimit } from "../../../src/driver/list-limit.ts";
import type { ElementLimits } from "../../../src/memory/platform-profile.ts";
import { DmaSystem } from "../../../src/wdm/dma-system.ts";
import { chainOf, Driver } from "../wdm/driver.ts";
import { createHost } from "../wdm/host.ts";

function driverWith(limits: Partial<ElementLimits>, seed = 1n): Driver {
  const host = createHost(seed);
  return new Driver({ ...host, system: new DmaSystem({ ...host, limits }) });
}

test("lists of a transfer are as long as the adapter takes them, and together the whole of it", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 20 }),
      fc.constantFrom(1, 4, 512),
      // Five pages each: the adapter has registers for 17.
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 3 }),
      fc.bigInt({ min: 0n, max: 9n }),
      (scatterGatherLimit, minimumTransferUnit, units, seed) => {
        const driver = driverWith({ scatterGatherLimit, minimumTransferUnit }, seed);
        const lengths = units.map((count) => count * 512);
        const mdl = chainOf(lengths.map((lengthBytes) => driver.host.host.allocate({ lengthBytes })));
        const all = lengths.reduce((sum, length) => sum + length, 0);
        const limit = new ListLimit(driver.adapter);
        for (let at = 0; at < all; ) {
          const length = limit.fitting(mdl, at, all - at, true);
          expect(length).toBeGreaterThan(0);
          expect(length).toBeLessThanOrEqual(all - at);
          const list = driver.listNow(mdl, { offset: at, length });
          expect(list.numberOfElements).toBeLessThanOrEqual(scatterGatherLimit);
          driver.put(list);
          at += length;
        }
        expect(driver.findings).toEqual([]);
      },
    ),
  );
});

test("no more lists than the limit asks for; without one, or for what the adapter refuses, one", () => {
  const of = (limits: Partial<ElementLimits>) => {
    const driver = driverWith(limits);
    return {
      limit: new ListLimit(driver.adapter),
      mdl: driver.host.host.allocate({ lengthBytes: 65_536 }).mdl,
    };
  };
  const few = of({ scatterGatherLimit: 16 });
  expect(few.limit.fitting(few.mdl, 0, 65_536, true)).toBe(65_536);
  const fewer = of({ scatterGatherLimit: 15 });
  expect(fewer.limit.fitting(fewer.mdl, 0, 65_536, true)).toBe(32_768);
  expect(fewer.limit.fitting(fewer.mdl, 0, 70_000, true)).toBe(70_000);
  const any = of({});
  expect(any.limit.fitting(any.mdl, 0, 65_536, true)).toBe(65_536);
});
