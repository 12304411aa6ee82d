import { describe, expect, test } from "vitest";
import { Random } from "../../../src/core/random.ts";
import {
  DeallocateObject,
  DMA_SYNCHRONOUS_CALLBACK,
  STATUS_INSUFFICIENT_RESOURCES,
  STATUS_SUCCESS,
} from "../../../src/wdm/constants.ts";
import { Driver } from "./driver.ts";

const next = () => Promise.resolve();

describe("refuse", () => {
  test("strikes the nth call that allocates, once, and leaves nothing held; the same context serves the next", () => {
    const driver = new Driver();
    const { system, host } = driver.host;
    const buffer = host.allocate({ lengthBytes: 100 });
    const context = driver.context();
    system.inject({ kind: "refuse", at: 2 });
    driver.put(driver.listNow(buffer, { context }));
    const out = { value: undefined };
    driver.context(context);
    expect(driver.list(buffer, { context, flags: DMA_SYNCHRONOUS_CALLBACK, out })).toBe(
      STATUS_INSUFFICIENT_RESOURCES,
    );
    expect(system.holdings()).toEqual([]);
    expect(system.refusals).toHaveLength(1);
    driver.put(driver.listNow(buffer, { context }));
    expect(driver.findings).toEqual([]);
  });

  test("strikes each routine that allocates", () => {
    const driver = new Driver();
    const { operations, adapter, deviceObject } = driver;
    const { mdl } = driver.host.host.allocate({ lengthBytes: 100 });
    const refused = (work: () => unknown) => {
      driver.host.system.inject({ kind: "refuse", at: 1 });
      return work();
    };
    const routine = () => DeallocateObject;
    expect(refused(() => driver.allocate({ routine }))).toBe(STATUS_INSUFFICIENT_RESOURCES);
    expect(refused(() => driver.list(mdl, { routine: () => {} }))).toBe(STATUS_INSUFFICIENT_RESOURCES);
    expect(
      refused(() =>
        driver.atDispatch(() => operations.allocateAdapterChannel(adapter, deviceObject, 1, routine, null)),
      ),
    ).toBe(STATUS_INSUFFICIENT_RESOURCES);
    expect(
      refused(() => operations.allocateCommonBuffer(adapter, 100, { value: undefined }, true)),
    ).toBeNull();
    expect(driver.host.system.holdings({ isEnding: true })).toEqual([]);
    expect(driver.findings).toEqual([]);
  });

  test("of a share the same seed strikes the same calls", () => {
    const struck = (share: number) => {
      const driver = new Driver();
      driver.host.system.inject({ kind: "refuse", share, random: new Random(5n) });
      return Array.from(
        { length: 200 },
        () => driver.allocate({ routine: () => DeallocateObject }) !== STATUS_SUCCESS,
      );
    };
    expect(struck(0.3)).toEqual(struck(0.3));
    const count = struck(0.3).filter(Boolean).length;
    expect(count).toBeGreaterThan(30);
    expect(count).toBeLessThan(90);
    expect(struck(0).some(Boolean)).toBe(false);
    expect(struck(1).every(Boolean)).toBe(true);
  });
});

test("a share is kept at the ends of what can be drawn", () => {
  class Ends extends Random {
    readonly isHigh: boolean;

    constructor(isHigh: boolean) {
      super(1n);
      this.isHigh = isHigh;
    }

    override integer(low: number, high: number): number {
      return this.isHigh ? high : low;
    }
  }
  const struck = (share: number, isHigh: boolean) => {
    const driver = new Driver();
    driver.host.system.inject({ kind: "refuse", share, random: new Ends(isHigh) });
    return driver.allocate({ routine: () => DeallocateObject }) !== STATUS_SUCCESS;
  };
  expect([struck(1, true), struck(1, false)]).toEqual([true, true]);
  expect([struck(0, true), struck(0, false)]).toEqual([false, false]);
  expect([struck(0.5, true), struck(0.5, false)]).toEqual([false, true]);
});

describe("defer", () => {
  test("grants after the driver's present work, in order, and once", async () => {
    const driver = new Driver();
    const granted: number[] = [];
    driver.host.system.inject({ kind: "defer", at: 1 });
    for (const index of [1, 2])
      expect(
        driver.allocate({
          routine: () => {
            granted.push(index);
            return DeallocateObject;
          },
        }),
      ).toBe(STATUS_SUCCESS);
    expect(granted).toEqual([]);
    await next();
    expect(granted).toEqual([1, 2]);
    expect(driver.findings).toEqual([]);
  });

  test("a request that must not wait is refused; one that is cancelled meanwhile is never granted", async () => {
    const driver = new Driver();
    driver.host.system.inject({ kind: "defer", at: 1 });
    const base = { value: null };
    expect(driver.allocate({ flags: DMA_SYNCHRONOUS_CALLBACK, base })).toBe(STATUS_INSUFFICIENT_RESOURCES);
    const context = driver.context();
    let calls = 0;
    driver.allocate({ context, routine: () => ++calls });
    expect(driver.cancel(context)).toBe(true);
    await next();
    expect(calls).toBe(0);
    expect(driver.host.system.holdings()).toEqual([]);
  });
});

test("shorten maps one page, and the loop of a driver goes on with the rest", () => {
  const driver = new Driver();
  const { mdl } = driver.host.host.allocate({ lengthBytes: 12_288, contiguous: true });
  const base = driver.own(3);
  driver.host.system.inject({ kind: "shorten", at: 1 });
  expect(driver.map(mdl, base, 0, 12_288).length).toBe(4096);
  driver.flush(mdl, base, 0, 4096);
  expect(driver.map(mdl, base, 4096, 8192).length).toBe(8192);
  driver.flush(mdl, base, 4096, 8192);
  driver.freeChannel();
  expect(driver.findings).toEqual([]);
});

test.each([
  {},
  { at: 0 },
  { at: 1.5 },
  { share: 0.5 },
  { share: 2, random: new Random(1n) },
  { at: 1, share: 1, random: new Random(1n) },
])("%o is refused", (injection) => {
  expect(() => new Driver().host.system.inject({ kind: "defer", ...injection })).toThrow(
    /^to defer calls takes/,
  );
});
