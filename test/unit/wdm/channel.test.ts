import { describe, expect, test } from "vitest";
import {
  DeallocateObject,
  DeallocateObjectKeepRegisters,
  DISPATCH_LEVEL,
  DMA_SYNCHRONOUS_CALLBACK,
  KeepObject,
  STATUS_CANCELLED,
  STATUS_INSUFFICIENT_RESOURCES,
  STATUS_INVALID_PARAMETER,
  STATUS_SUCCESS,
} from "../../../src/wdm/constants.ts";
import type { DriverControl, MapRegisterBase, Out } from "../../../src/wdm/dma-adapter.ts";
import { Driver } from "./driver.ts";
import { createHost } from "./host.ts";

const SYNC = DMA_SYNCHRONOUS_CALLBACK;
const place = (): Out<MapRegisterBase> => ({ value: undefined });

describe("AllocateAdapterChannelEx", () => {
  const OK = STATUS_SUCCESS;
  const BAD = STATUS_INVALID_PARAMETER;
  const BUSY = STATUS_INSUFFICIENT_RESOURCES;

  // Synchronous, with a routine, with a place for the base; status, calls before and after the channel was freed.
  test.each([
    ["free", 0, true, false, OK, 1, 1],
    ["free", 0, true, true, BAD, 0, 0],
    ["free", 0, false, false, BAD, 0, 0],
    ["free", 0, false, true, BAD, 0, 0],
    ["free", SYNC, true, false, OK, 1, 1],
    ["free", SYNC, true, true, OK, 1, 1],
    ["free", SYNC, false, true, OK, 0, 0],
    ["free", SYNC, false, false, BAD, 0, 0],
    ["taken", 0, true, false, OK, 0, 1],
    ["taken", 0, true, true, BAD, 0, 0],
    ["taken", 0, false, false, BAD, 0, 0],
    ["taken", 0, false, true, BAD, 0, 0],
    ["taken", SYNC, true, false, BUSY, 0, 0],
    ["taken", SYNC, true, true, BUSY, 0, 0],
    ["taken", SYNC, false, true, BUSY, 0, 0],
    ["taken", SYNC, false, false, BAD, 0, 0],
  ] as const)(
    "A36 A37 A38 A39 channel %s, flags %d, routine %s, base %s: %d",
    (channel, flags, hasRoutine, hasBase, status, callsNow, callsLater) => {
      const driver = new Driver();
      if (channel === "taken") driver.own(1);
      const before = driver.host.system.freeMapRegisters;
      const context = driver.context();
      const base = place();
      let calls = 0;
      const routine: DriverControl = () => KeepObject + 0 * ++calls;
      expect(
        driver.allocate({
          ...{ context, registers: 3, flags },
          ...{ routine: hasRoutine ? routine : null, base: hasBase ? base : null },
        }),
      ).toBe(status);
      const isGranted = channel === "free" && status === OK;
      expect(calls).toBe(callsNow);
      expect(base.value !== undefined).toBe(isGranted && hasBase);
      expect(driver.host.system.freeMapRegisters).toBe(before - (isGranted ? 3 : 0));

      if (isGranted || channel === "taken") driver.freeChannel();
      expect(calls).toBe(callsLater);
      if (callsLater > callsNow) driver.freeChannel();
      // Whatever was refused has left the context as it was.
      expect(driver.allocate({ context, flags: SYNC, base: place() })).toBe(OK);
      expect(driver.findings).toEqual([]);
    },
  );

  test("unknown flags and a count that is none are invalid", () => {
    const driver = new Driver();
    for (const call of [{ flags: 8 }, { registers: -1 }, { registers: 1.5 }]) {
      expect(driver.allocate({ ...call, routine: () => DeallocateObject })).toBe(STATUS_INVALID_PARAMETER);
    }
  });

  test("A40 the routine gets device object, IRP, registers and context as given, once, at DISPATCH_LEVEL", () => {
    const driver = new Driver();
    driver.own(1);
    const seen: unknown[][] = [];
    driver.allocate({
      registers: 2,
      routine: (...all) => {
        seen.push([...all, driver.host.system.currentIrql]);
        return DeallocateObject;
      },
    });
    driver.deviceObject.currentIrp = "a later one";
    driver.freeChannel();
    expect(seen).toEqual([[driver.deviceObject, "irp", expect.anything(), "context", DISPATCH_LEVEL]]);
    expect(driver.host.system.currentIrql).toBe(0);
  });

  test.each([
    [KeepObject, false, 61],
    [DeallocateObject, true, 64],
    [DeallocateObjectKeepRegisters, true, 61],
  ])("A41 the routine returns %d: channel free %s, %d registers free", (action, isFree, registers) => {
    const driver = new Driver();
    let base: MapRegisterBase = null;
    driver.allocate({
      registers: 3,
      routine: (_device, _irp, given) => {
        base = given;
        return action;
      },
    });
    expect(driver.host.system.freeMapRegisters).toBe(registers);
    const out = place();
    expect(driver.allocate({ flags: SYNC, base: out, registers: 0 })).toBe(
      isFree ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES,
    );
    expect(out.value).toBe(isFree ? null : undefined);
    driver.freeChannel();
    if (action === DeallocateObjectKeepRegisters) driver.freeRegisters(base, 3);
    expect(driver.host.system.freeMapRegisters).toBe(64);
    expect(driver.findings).toEqual([]);
  });

  test("A41 any other value frees all and is found; so is a promise", () => {
    const driver = new Driver();
    driver.allocate({ registers: 3, routine: () => 7 });
    driver.allocate({ routine: (async () => 2) as never });
    expect(driver.findings).toEqual(["ALLOCATION_ACTION", "ROUTINE_WAITS"]);
    expect(driver.host.system.freeMapRegisters).toBe(64);
  });

  test("A42 requests of one adapter are granted in order, even when a later one could go first", () => {
    const driver = new Driver(createHost(1n, 8));
    const order: number[] = [];
    const base = driver.own(6);
    const bases: MapRegisterBase[] = [];
    for (const registers of [5, 1, 4]) {
      driver.allocate({
        registers,
        routine: (_device, _irp, given) => {
          order.push(registers);
          bases.push(given);
          return DeallocateObjectKeepRegisters;
        },
      });
    }
    driver.atDispatch(() =>
      driver.operations.freeAdapterObject(driver.adapter, DeallocateObjectKeepRegisters),
    );
    // The channel is free, but five registers are not, and nobody overtakes.
    expect(order).toEqual([]);
    driver.freeRegisters(base, 6);
    expect(order).toEqual([5, 1]);
    driver.freeRegisters(bases[0] as MapRegisterBase, 5);
    expect(order).toEqual([5, 1, 4]);
  });

  test("registers that one adapter frees go to the request that has waited longest over all adapters", () => {
    const host = createHost(1n, 4);
    const [first, second, third] = [new Driver(host), new Driver(host), new Driver(host)];
    const order: string[] = [];
    first.own(4);
    for (const [name, driver, registers] of [
      ["second", second, 4],
      ["third", third, 1],
    ] as const) {
      driver.allocate({
        registers,
        routine: () => {
          order.push(name);
          return KeepObject;
        },
      });
    }
    first.freeChannel();
    expect(order).toEqual(["second"]);
    second.freeChannel();
    expect(order).toEqual(["second", "third"]);
  });

  test("thousands of requests that wait are granted without a deep stack", () => {
    const driver = new Driver();
    let calls = 0;
    driver.own(1);
    for (let count = 0; count < 4000; count++)
      driver.allocate({ routine: () => DeallocateObject + 0 * ++calls });
    driver.freeChannel();
    expect(calls).toBe(4000);
  });

  test("A43 more registers than the adapter has: refused, found, the context as it was", () => {
    const driver = new Driver();
    const context = driver.context();
    const routine = () => DeallocateObject;
    expect(driver.allocate({ context, registers: 18, routine })).toBe(STATUS_INSUFFICIENT_RESOURCES);
    expect(driver.host.system.findings).toMatchObject([
      { code: "0x0C", parameters: { required: 18, maximum: 17 } },
    ]);
    expect(driver.allocate({ context, registers: 17, routine })).toBe(STATUS_SUCCESS);
  });

  test("A44 version 1: one request of a device object at a time; version 3 has no such limit", () => {
    const driver = new Driver();
    const { adapter, operations, deviceObject } = driver;
    let calls = 0;
    const inner: DriverControl = () => DeallocateObject + 0 * ++calls;
    const outer: DriverControl = () => {
      operations.allocateAdapterChannel(adapter, deviceObject, 1, inner, null);
      return DeallocateObject;
    };
    driver.atDispatch(() => operations.allocateAdapterChannel(adapter, deviceObject, 1, outer, null));
    expect(driver.host.system.findings).toMatchObject([{ name: "DEVICE_OBJECT_BUSY", code: "X13" }]);
    // One that waits has not ended either.
    driver.own(1);
    const queue = (): number =>
      driver.atDispatch(() => operations.allocateAdapterChannel(adapter, deviceObject, 1, inner, null));
    expect([queue(), queue()]).toEqual([STATUS_SUCCESS, STATUS_SUCCESS]);
    expect(driver.findings).toEqual(["DEVICE_OBJECT_BUSY", "DEVICE_OBJECT_BUSY"]);
    driver.freeChannel();
    driver.allocate({ routine: () => driver.allocate({ routine: inner }) + DeallocateObject });
    expect(calls).toBe(4);
    expect(driver.findings).toHaveLength(2);
  });

  test("A45 below DISPATCH_LEVEL it is found, in both versions", () => {
    const driver = new Driver();
    const { adapter, operations, deviceObject } = driver;
    const routine = () => DeallocateObject;
    operations.allocateAdapterChannelEx(adapter, deviceObject, driver.context(), 1, 0, routine, null, null);
    operations.allocateAdapterChannel(adapter, deviceObject, 1, routine, null);
    expect(driver.host.system.findings).toMatchObject([
      { code: "0x13", message: "AllocateAdapterChannelEx at IRQL 0, below 2" },
      { code: "0x13", message: "AllocateAdapterChannel at IRQL 0, below 2" },
    ]);
  });

  test("A46 the grant alone opens nothing for the device", () => {
    const driver = new Driver(createHost(), { dmaAddressWidth: 32 });
    driver.own(5);
    expect(driver.host.windows.live.size).toBe(0);
  });
});

describe("CancelAdapterChannel", () => {
  test("A47 a request that waits: true, its routine never runs, nothing is taken", () => {
    const driver = new Driver();
    const context = driver.context();
    let calls = 0;
    driver.own(1);
    driver.allocate({ context, registers: 5, routine: () => DeallocateObject + 0 * ++calls });
    expect(driver.cancel(context)).toBe(true);
    driver.freeChannel();
    expect(calls).toBe(0);
    expect(driver.host.system.freeMapRegisters).toBe(64);
    expect(driver.host.system.holdings()).toEqual([]);
  });

  test("A48 from inside the routine and after it: false", () => {
    const driver = new Driver();
    const context = driver.context();
    const results: boolean[] = [];
    driver.allocate({
      context,
      routine: () => {
        results.push(driver.cancel(context));
        return KeepObject;
      },
    });
    results.push(driver.cancel(context));
    driver.freeChannel();
    results.push(driver.cancel(context));
    expect(results).toEqual([false, false, false]);
  });

  test("A50 with the head of the line gone the next one proceeds, whether it lacked channel or registers", () => {
    const driver = new Driver(createHost(1n, 4));
    const head = driver.context();
    let calls = 0;
    let base: MapRegisterBase = null;
    driver.allocate({
      registers: 3,
      routine: (_device, _irp, given) => {
        base = given;
        return DeallocateObjectKeepRegisters;
      },
    });
    driver.allocate({ context: head, registers: 4, routine: () => DeallocateObject });
    driver.allocate({ registers: 1, routine: () => DeallocateObject + 0 * ++calls });
    expect(calls).toBe(0);
    expect(driver.cancel(head)).toBe(true);
    expect(calls).toBe(1);
    driver.freeRegisters(base, 3);
    expect(driver.findings).toEqual([]);
  });

  test("A51 a context without a request: the next one with it is cancelled, until it is initialised again", () => {
    const driver = new Driver();
    const context = driver.context();
    const routine = () => DeallocateObject;
    expect(driver.cancel(context)).toBe(true);
    expect(driver.cancel(context)).toBe(true);
    const buffer = driver.host.host.allocate({ lengthBytes: 10 });
    expect(driver.allocate({ context, routine })).toBe(STATUS_CANCELLED);
    expect(driver.list(buffer, { context, routine: () => {} })).toBe(STATUS_CANCELLED);
    driver.context(context);
    expect(driver.allocate({ context, routine })).toBe(STATUS_SUCCESS);
    expect(driver.cancel(context)).toBe(false);
  });

  test("A52 another adapter or an unknown context: false, found, and nothing changes", () => {
    const driver = new Driver();
    const other = new Driver(driver.host);
    let calls = 0;
    driver.own(1);
    const context = driver.context();
    driver.allocate({ context, routine: () => DeallocateObject + 0 * ++calls });
    expect(other.cancel(context)).toBe(false);
    expect(driver.cancel(new Uint8Array(128))).toBe(false);
    expect(driver.findings).toEqual(["CONTEXT_FOREIGN", "CONTEXT_UNINITIALISED"]);
    driver.freeChannel();
    expect(calls).toBe(1);
  });

  test("A53 what is mapped stays mapped", () => {
    const driver = new Driver();
    const buffer = driver.host.host.allocate({ lengthBytes: 5000 });
    const context = driver.context();
    const list = driver.listNow(buffer, { context });
    expect(driver.cancel(context)).toBe(false);
    expect(driver.host.windows.live.size).toBe(list.numberOfElements);
    driver.put(list);
    expect(driver.host.windows.live.size).toBe(0);
  });
});

describe("freeing", () => {
  test("A87 FreeMapRegisters with another count is found and frees nothing", () => {
    const driver = new Driver();
    let base: MapRegisterBase = null;
    driver.allocate({
      registers: 3,
      routine: (_device, _irp, given) => {
        base = given;
        return DeallocateObjectKeepRegisters;
      },
    });
    driver.freeRegisters(base, 2);
    expect(driver.host.system.findings).toMatchObject([
      { code: "0x05", parameters: { freed: 2, granted: 3 } },
    ]);
    expect(driver.host.system.freeMapRegisters).toBe(61);
    driver.freeRegisters(base, 3);
    driver.freeRegisters(base, 3);
    expect(driver.findings).toHaveLength(2);
    expect(driver.host.system.freeMapRegisters).toBe(64);
  });

  test("A88 FreeAdapterChannel frees channel and registers, only after KeepObject", () => {
    const driver = new Driver();
    driver.allocate({ registers: 3, routine: () => KeepObject });
    driver.freeChannel();
    expect(driver.host.system.freeMapRegisters).toBe(64);
    expect(driver.findings).toEqual([]);
    driver.freeChannel();
    expect(driver.host.system.findings).toMatchObject([{ code: "0x04" }]);
  });

  test("A89 FreeAdapterObject: 1 does nothing, 2 frees both, 3 keeps the registers; the adapter stays", () => {
    const driver = new Driver();
    const { adapter, operations } = driver;
    driver.own(3);
    operations.freeAdapterObject(adapter, KeepObject);
    expect(driver.allocate({ flags: SYNC, base: place() })).toBe(STATUS_INSUFFICIENT_RESOURCES);
    operations.freeAdapterObject(adapter, DeallocateObject);
    expect(driver.host.system.freeMapRegisters).toBe(64);
    const base = driver.own(3);
    operations.freeAdapterObject(adapter, DeallocateObjectKeepRegisters);
    expect(driver.host.system.freeMapRegisters).toBe(61);
    expect(driver.own(1)).not.toBeNull();
    driver.freeChannel();
    driver.freeRegisters(base, 3);
    expect(driver.findings).toEqual([]);
    operations.freeAdapterObject(adapter, DeallocateObject);
    operations.freeAdapterObject(adapter, 9);
    expect(driver.findings).toEqual(["CHANNEL_NOT_OWNED", "ALLOCATION_ACTION"]);
    // NetAdapterCx does so after a list call that failed.
    operations.freeAdapterObject(adapter, DeallocateObjectKeepRegisters);
    expect(driver.findings).toHaveLength(2);
  });
});
