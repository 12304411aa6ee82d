import { describe, expect, test } from "vitest";
import { WindowError } from "../../../src/bus/errors.ts";
import type { Window } from "../../../src/bus/window.ts";
import {
  DeallocateObject,
  DeallocateObjectKeepRegisters,
  DMA_SYNCHRONOUS_CALLBACK,
  KeepObject,
  STATUS_INSUFFICIENT_RESOURCES,
  STATUS_INVALID_PARAMETER,
  STATUS_SUCCESS,
} from "../../../src/wdm/constants.ts";
import type { MapRegisterBase } from "../../../src/wdm/dma-adapter.ts";
import { DmaSystem } from "../../../src/wdm/dma-system.ts";
import { scatterGatherBuffer } from "../../../src/wdm/scatter-gather.ts";
import { Driver, ROOM } from "./driver.ts";
import { createHost } from "./host.ts";
import { flushOld } from "./older-driver.ts";
import { RecordingWindows } from "./recording-windows.ts";

const SYNC = DMA_SYNCHRONOUS_CALLBACK;
const BUSY = STATUS_INSUFFICIENT_RESOURCES;

/** The link refuses windows from the `first` one on until it is told otherwise. */
class FewWindows extends RecordingWindows {
  left = 0;

  override open(window: Window) {
    if (this.left-- <= 0) throw new WindowError(window, "no room");
    return super.open(window);
  }
}

function withFewWindows(left: number, device = {}) {
  const host = createHost();
  const windows = new FewWindows();
  windows.left = left;
  const system = new DmaSystem({ ...host, windows, mapRegisters: 64 });
  return { windows, driver: new Driver({ ...host, windows, system }, device) };
}

describe("a list whose windows the link refuses", () => {
  test.each([0, SYNC])("is refused, with nothing held, and its context serves again (flags %d)", (flags) => {
    const { windows, driver } = withFewWindows(1, { dmaAddressWidth: 32 });
    const { host, system } = driver.host;
    const buffer = host.allocate({ lengthBytes: 3 * 4096 });
    const free = host.pages.freePages;
    const context = driver.context();
    let calls = 0;
    const list = () =>
      driver.list(buffer, {
        context,
        flags,
        routine: () => calls++,
        out: flags === 0 ? null : { value: undefined },
      });
    expect(list()).toBe(BUSY);
    expect(calls).toBe(0);
    // The one that was open is closed again.
    expect(windows.live.size).toBe(0);
    expect(system.freeMapRegisters).toBe(64);
    expect(host.pages.freePages).toBe(free);
    expect(system.holdings()).toEqual([]);
    windows.left = 100;
    expect(list()).toBe(STATUS_SUCCESS);
    expect(calls).toBe(1);
    expect(driver.findings).toEqual([]);
  });

  test("leaves the channel to the next request, and a context that is marked as cancelled marked", () => {
    const { windows, driver } = withFewWindows(0);
    const buffer = driver.host.host.allocate({ lengthBytes: 64 });
    expect(driver.list(buffer, { routine: () => {} })).toBe(BUSY);
    let base: MapRegisterBase = null;
    expect(
      driver.allocate({
        routine: (_device, _irp, given) => {
          base = given;
          return KeepObject;
        },
      }),
    ).toBe(STATUS_SUCCESS);
    expect(base).not.toBeNull();
    windows.left = 1;
    expect(driver.map(buffer.mdl, base, 0, 64)).toMatchObject({ status: STATUS_SUCCESS, length: 64 });
    driver.flush(buffer.mdl, base, 0, 64);
    driver.freeChannel();
    expect(driver.findings).toEqual([]);
  });

  test("that waited goes on waiting, and is served when another one ends", () => {
    const { windows, driver } = withFewWindows(1);
    const [first, second] = [64, 64].map((lengthBytes) => driver.host.host.allocate({ lengthBytes }));
    const list = driver.listNow(first as NonNullable<typeof first>);
    driver.own(1);
    let calls = 0;
    expect(driver.list(second as NonNullable<typeof second>, { routine: () => calls++ })).toBe(
      STATUS_SUCCESS,
    );
    const left = () => driver.host.system.holdings().flatMap(({ things }) => things);
    expect(left().at(-1)).toMatch(/^1 map register, asked for at .*:\d+$/);
    driver.freeChannel();
    expect(calls).toBe(0);
    expect(left().at(-1)).toMatch(/^1 map register, asked for at .*:\d+; it waits for windows: .*no room/);
    windows.left = 1;
    driver.put(list);
    expect(calls).toBe(1);
    expect(driver.findings).toEqual([]);
  });
});

test.each(["FlushAdapterBuffers", "FlushAdapterBuffersEx"])(
  "a list that waits for windows is served when %s ends a mapping of another adapter",
  (flush) => {
    const { windows, driver } = withFewWindows(1);
    const other = new Driver(driver.host);
    const { mdl } = driver.host.host.allocate({ lengthBytes: 64 });
    const base = other.own(1);
    other.map(mdl, base, 0, 64);
    driver.own(1);
    let calls = 0;
    driver.list(mdl, { routine: () => calls++ });
    driver.freeChannel();
    expect(calls).toBe(0);
    windows.left = 1;
    if (flush === "FlushAdapterBuffersEx") other.flush(mdl, base, 0, 64);
    else flushOld(other, mdl, base, 0, 64);
    expect(calls).toBe(1);
    expect(driver.findings).toEqual([]);
  },
);

describe("a request that must not wait", () => {
  test("does not overtake one of another adapter that waits for map registers", () => {
    const host = createHost(1n, 4);
    const [first, second, third] = [new Driver(host), new Driver(host), new Driver(host)];
    first.own(3);
    second.allocate({ registers: 4, routine: () => DeallocateObject });
    expect(third.allocate({ registers: 1, flags: SYNC, base: { value: null } })).toBe(BUSY);
    first.freeChannel();
    expect(third.allocate({ registers: 1, flags: SYNC, base: { value: null } })).toBe(STATUS_SUCCESS);
  });

  test("whose routine throws leaves its channel to one that was asked for from inside", () => {
    const driver = new Driver();
    const granted: string[] = [];
    expect(() =>
      driver.allocate({
        flags: SYNC,
        routine: () => {
          driver.allocate({
            routine: () => {
              granted.push("inner");
              return DeallocateObject;
            },
          });
          throw new Error("the driver's own");
        },
      }),
    ).toThrow("own");
    expect(granted).toEqual(["inner"]);
    expect(driver.host.system.holdings()).toEqual([]);
  });
});

test("a routine is never run from inside another one, though its adapter is free", () => {
  const host = createHost();
  const [first, second] = [new Driver(host), new Driver(host)];
  const order: string[] = [];
  first.allocate({
    routine: () => {
      order.push("first begins");
      const routine = () => {
        order.push("second");
        return DeallocateObject;
      };
      expect(second.allocate({ routine })).toBe(STATUS_SUCCESS);
      order.push("first ends");
      return DeallocateObject;
    },
  });
  expect(order).toEqual(["first begins", "first ends", "second"]);
});

test("a routine that throws at the end of another request takes back its own alone", () => {
  const driver = new Driver();
  const { host, system } = driver.host;
  driver.listNow(host.allocate({ lengthBytes: 64 }));
  const failing = () => {
    throw new Error("the driver's own");
  };
  const outer = () => {
    driver.allocate({ routine: failing });
    return DeallocateObject;
  };
  expect(() => driver.allocate({ flags: SYNC, routine: outer })).toThrow("own");
  expect(system.holdings().map(({ what }) => what)).toEqual(["1 scatter/gather list not given back"]);
  expect(system.freeMapRegisters).toBe(63);
});

test("a routine that throws with bytes mapped: they are unmapped, and what the device wrote has arrived", () => {
  const driver = new Driver(createHost(), { dmaAddressWidth: 28 + 1 });
  const { host, memory, windows, system } = driver.host;
  const buffer = host.allocate({ lengthBytes: 64 });
  expect(() =>
    driver.allocate({
      routine: (_device, _irp, base) => {
        driver.map(buffer.mdl, base, 0, 64, { write: false });
        for (const { physical } of windows.live) memory.view(physical, 64).fill(7);
        throw new Error("the driver's own");
      },
    }),
  ).toThrow("own");
  expect(windows.live.size).toBe(0);
  expect(buffer.read()).toEqual(new Uint8Array(64).fill(7));
  expect(system.freeMapRegisters).toBe(64);
  expect(system.holdings()).toEqual([]);
});

test.each(["GetScatterGatherList", "BuildScatterGatherList"])(
  "%s waits for the channel: before version 3 nothing is synchronous",
  (name) => {
    const driver = new Driver();
    const { adapter, operations, deviceObject } = driver;
    const { mdl } = driver.host.host.allocate({ lengthBytes: 64 });
    driver.own(1);
    let calls = 0;
    const routine = () => void calls++;
    const first = [adapter, deviceObject, mdl, mdl.startVa, 64, routine, null, true] as const;
    const status = driver.atDispatch(() =>
      name === "GetScatterGatherList"
        ? operations.getScatterGatherList(...first)
        : operations.buildScatterGatherList(...first, scatterGatherBuffer(), ROOM),
    );
    expect([status, calls]).toEqual([STATUS_SUCCESS, 0]);
    driver.freeChannel();
    expect(calls).toBe(1);
    expect(driver.findings).toEqual([]);
  },
);

test("a list that is given back before its channel leaves the channel alone", () => {
  const driver = new Driver();
  const out = { value: undefined };
  driver.list(driver.host.host.allocate({ lengthBytes: 64 }), { flags: SYNC, out });
  driver.put(out.value as never);
  expect(driver.host.system.holdings().map(({ name }) => name)).toEqual(["PUT_WITH_CHANNEL"]);
  driver.put(out.value as never);
  expect(driver.findings).toEqual(["LIST_UNKNOWN"]);
  driver.operations.freeAdapterObject(driver.adapter, 3);
  expect(driver.host.system.holdings()).toEqual([]);
});

test("a context that was overwritten is found at the grant, before the routine runs", () => {
  for (const isList of [false, true]) {
    const driver = new Driver();
    const buffer = driver.host.host.allocate({ lengthBytes: 64 });
    const context = driver.context();
    driver.own(1);
    let found: string[] = [];
    const routine = () => {
      found = driver.findings;
      return DeallocateObject;
    };
    if (isList) driver.list(buffer, { context, routine });
    else driver.allocate({ context, routine });
    context.fill(0xcc);
    driver.freeChannel();
    expect(found).toEqual(["CONTEXT_LIVE"]);
  }
});

test("the numbers of the contexts of a long test, 70,000, are held by their bytes", () => {
  const driver = new Driver();
  const first = driver.context();
  for (let count = 0; count < 70_000; count++) driver.context(first);
  expect([...first.subarray(0, 11)]).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 70_001 % 256, 17, 1]);
  expect(driver.allocate({ context: first, routine: () => DeallocateObject })).toBe(STATUS_SUCCESS);
  first[10] = 0;
  expect(driver.allocate({ context: first, routine: () => DeallocateObject })).toBe(STATUS_INVALID_PARAMETER);
});

test("a deferral is over when the driver's work is: two of them are no longer than one", async () => {
  const driver = new Driver();
  let calls = 0;
  const routine = () => {
    calls++;
    return DeallocateObjectKeepRegisters;
  };
  for (const at of [1, 2]) driver.host.system.inject({ kind: "defer", at });
  driver.allocate({ routine });
  driver.allocate({ routine });
  expect(calls).toBe(0);
  await Promise.resolve();
  expect(calls).toBe(2);
  driver.allocate({ routine });
  expect(calls).toBe(3);
});
