import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  DISPATCH_LEVEL,
  DMA_FAIL_ON_BOUNCE,
  DMA_SYNCHRONOUS_CALLBACK,
  STATUS_BUFFER_TOO_SMALL,
  STATUS_INSUFFICIENT_RESOURCES,
  STATUS_INVALID_PARAMETER,
  STATUS_SUCCESS,
} from "../../../src/wdm/constants.ts";
import type { DriverListControl, Out } from "../../../src/wdm/dma-adapter.ts";
import {
  type ScatterGatherElement,
  type ScatterGatherList,
  scatterGatherBuffer,
} from "../../../src/wdm/scatter-gather.ts";
import { addressesOf, bytesOf, chainOf, Driver, ROOM } from "./driver.ts";
import { createHost } from "./host.ts";

const SYNC = DMA_SYNCHRONOUS_CALLBACK;
const OK = STATUS_SUCCESS;
const BAD = STATUS_INVALID_PARAMETER;
const BUSY = STATUS_INSUFFICIENT_RESOURCES;
const place = (): Out<ScatterGatherList> => ({ value: undefined });
const none = undefined;

describe.each([
  ["GetScatterGatherListEx", none],
  ["BuildScatterGatherListEx", ROOM],
])("%s", (_name, bytes) => {
  const room = bytes === undefined ? {} : { bytes };

  test.each([
    ["free", 0, true, false, OK, 1, 1],
    ["free", 0, true, true, OK, 1, 1],
    ["free", 0, false, true, BAD, 0, 0],
    ["free", 0, false, false, BAD, 0, 0],
    ["free", SYNC, true, false, OK, 1, 1],
    ["free", SYNC, true, true, OK, 1, 1],
    ["free", SYNC, false, true, OK, 0, 0],
    ["free", SYNC, false, false, BAD, 0, 0],
    ["taken", 0, true, false, OK, 0, 1],
    ["taken", 0, true, true, OK, 0, 1],
    ["taken", 0, false, true, BAD, 0, 0],
    ["taken", SYNC, true, false, BUSY, 0, 0],
    ["taken", SYNC, false, true, BUSY, 0, 0],
    ["taken", SYNC, false, false, BAD, 0, 0],
  ] as const)(
    "A71 channel %s, flags %d, routine %s, place %s: %d",
    (channel, flags, hasRoutine, hasOut, status, callsNow, callsLater) => {
      const driver = new Driver();
      const buffer = driver.host.host.allocate({ lengthBytes: 5000 });
      const holder = channel === "taken" ? driver.own(1) : null;
      const lists: ScatterGatherList[] = [];
      const routine: DriverListControl = (_device, _irp, list) => lists.push(list);
      const out = place();
      const asked = { ...(hasRoutine && { routine }), ...(hasOut && { out }) };
      expect(driver.list(buffer, { ...room, ...asked, flags })).toBe(status);
      const isNow = channel === "free" && status === OK && flags === SYNC;
      expect(lists).toHaveLength(callsNow);
      expect(out.value !== undefined).toBe(isNow && hasOut);
      // Frees the channel of the call without a routine; nothing otherwise.
      driver.operations.freeAdapterObject(driver.adapter, 3);
      driver.freeRegisters(holder, 1);
      expect(lists).toHaveLength(callsLater);
      const given = new Set([...lists, ...(out.value === undefined ? [] : [out.value])]);
      for (const list of given) driver.put(list);
      expect(driver.host.system.freeMapRegisters).toBe(64);
      expect(driver.findings).toEqual([]);
    },
  );

  test.each([
    [0, 0],
    [-1, 5],
    [1, 10],
    [10, 1],
    [0.5, 1],
    [0, -1],
  ])("offset %d with length %d of 10 bytes is invalid", (offset, length) => {
    const driver = new Driver();
    const buffer = driver.host.host.allocate({ lengthBytes: 10 });
    expect(driver.list(buffer, { ...room, routine: () => {}, offset, length })).toBe(BAD);
    expect(driver.findings).toEqual(offset === 1 ? ["BEYOND_BUFFER"] : []);
  });

  test("the routine gets device object, IRP, list and context, at DISPATCH_LEVEL", () => {
    const driver = new Driver();
    const seen: unknown[] = [];
    driver.list(driver.host.host.allocate({ lengthBytes: 10 }), {
      ...room,
      routine: (device, irp, _list, context) =>
        seen.push(device, irp, context, driver.host.system.currentIrql),
    });
    expect(seen).toEqual([driver.deviceObject, "irp", "context", DISPATCH_LEVEL]);
  });

  test("A72 the list holds the whole range, in order, merged, and a window is open for each element", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 12_000 }), fc.nat(4095)), { minLength: 1, maxLength: 4 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.boolean(),
        (parts, from, part, contiguous) => {
          const driver = new Driver();
          const buffers = parts.map(([lengthBytes, offset]) =>
            driver.host.host.allocate({ lengthBytes, offset, contiguous }),
          );
          const mdl = chainOf(buffers);
          const total = parts.reduce((sum, [length]) => sum + length, 0);
          const offset = Math.min(total - 1, Math.floor(from * total));
          const length = 1 + Math.floor(part * (total - offset - 1));
          const list = driver.listNow(mdl, { ...room, offset, length });
          expect(addressesOf(list.elements)).toEqual(bytesOf(mdl, offset, length));
          const ends = list.elements.map(({ address, length: bytes }) => address + BigInt(bytes));
          expect(ends.filter((end, index) => end === list.elements[index + 1]?.address)).toEqual([]);
          expect(driver.host.windows.live.size).toBe(list.numberOfElements);
          driver.put(list);
          expect(driver.host.windows.live.size).toBe(0);
          expect(driver.findings).toEqual([]);
        },
      ),
    );
  });

  test("A75 after the routine the channel is free while registers and list stay until they are put back", () => {
    const driver = new Driver();
    const buffer = driver.host.host.allocate({ lengthBytes: 5000 });
    const lists: ScatterGatherList[] = [];
    driver.list(buffer, { ...room, routine: (_device, _irp, list) => lists.push(list) });
    expect(driver.own(1)).not.toBeNull();
    expect(driver.host.system.freeMapRegisters).toBe(64 - 2 - 1);
    expect(driver.host.windows.live.size).toBeGreaterThan(0);
    driver.put(lists[0] as ScatterGatherList);
    expect(driver.host.system.freeMapRegisters).toBe(63);
  });

  test("A76 several requests wait for one device object, also from inside a routine", () => {
    const driver = new Driver();
    const buffer = driver.host.host.allocate({ lengthBytes: 10 });
    const order: number[] = [];
    const again = (index: number): DriverListControl => {
      return (_device, _irp, list) => {
        order.push(index);
        if (index < 5) driver.list(buffer, { ...room, routine: again(index + 2) });
        driver.put(list);
      };
    };
    driver.own(1);
    driver.list(buffer, { ...room, routine: again(0) });
    driver.list(buffer, { ...room, routine: again(1) });
    driver.freeChannel();
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(driver.findings).toEqual([]);
  });

  test("A77 a device without scatter/gather gets one element for an MDL, in reach", () => {
    const driver = new Driver(createHost(), { version: 3, scatterGather: false, dmaAddressWidth: 32 });
    const buffers = [30_000, 10].map((lengthBytes) => driver.host.host.allocate({ lengthBytes, offset: 7 }));
    const data = Uint8Array.from({ length: 30_000 }, (_, at) => at % 251);
    buffers[0]?.write(data);
    const list = driver.listNow(chainOf(buffers), { ...room, length: 30_010 });
    expect(list.elements.map(({ length }) => length)).toEqual([30_000, 10]);
    const [first, second] = list.elements as [ScatterGatherElement, ScatterGatherElement];
    expect(first.address + 30_000n).toBeLessThanOrEqual(1n << 32n);
    expect(second.address + 10n).toBeLessThanOrEqual(1n << 32n);
    expect(driver.host.memory.view(first.address as never, 30_000)).toEqual(data);
    driver.put(list);
    expect(driver.host.system.freeMapRegisters).toBe(64);
  });

  test("A79 more registers than the adapter has are refused at once, fewer free than needed wait or are refused", () => {
    const driver = new Driver(createHost(1n, 17));
    const routine: DriverListControl = (_device, _irp, list) => driver.put(list);
    const large = driver.host.host.allocate({ lengthBytes: 18 * 4096 });
    expect(driver.list(large, { ...room, routine })).toBe(BUSY);
    const buffer = driver.host.host.allocate({ lengthBytes: 10 * 4096 });
    const list = driver.listNow(buffer, room);
    expect(driver.list(buffer, { ...room, flags: SYNC, routine })).toBe(BUSY);
    let calls = 0;
    const context = driver.context();
    const late: DriverListControl = (_device, _irp, granted) => driver.put(granted, 0 * ++calls === 0);
    expect(driver.list(buffer, { ...room, context, routine: late })).toBe(OK);
    expect(calls).toBe(0);
    driver.put(list);
    expect(calls).toBe(1);
    expect(driver.findings).toEqual([]);
  });

  test.each([
    ["PutScatterGatherList and FreeAdapterObject(3)", 3],
    ["FreeAdapterObject(2)", 2],
  ])("A80 without a routine the resources stay until %s", (_words, action) => {
    const driver = new Driver();
    const buffer = driver.host.host.allocate({ lengthBytes: 5000 });
    const out = place();
    driver.list(buffer, { ...room, flags: SYNC, out });
    expect(driver.allocate({ flags: SYNC, base: { value: null } })).toBe(BUSY);
    driver.operations.freeAdapterObject(driver.adapter, action);
    if (action === 3) driver.put(out.value as ScatterGatherList);
    expect(driver.host.windows.live.size).toBe(0);
    expect(driver.host.system.freeMapRegisters).toBe(64);
    expect(driver.own(1)).not.toBeNull();
    expect(driver.findings).toEqual([]);
  });

  test("A81 a completion routine is not used", () => {
    const driver = new Driver();
    let calls = 0;
    const list = driver.listNow(driver.host.host.allocate({ lengthBytes: 10 }), {
      ...room,
      completion: () => ++calls,
    });
    driver.put(list);
    const routine: DriverListControl = (_device, _irp, later) => driver.put(later);
    const buffer = driver.host.host.allocate({ lengthBytes: 10 });
    expect(driver.list(buffer, { ...room, routine, completion: () => ++calls })).toBe(OK);
    expect(calls).toBe(0);
  });

  test("bounced data are put back, and only there", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 1000n }),
        fc.integer({ min: 1, max: 30_000 }),
        (seed, lengthBytes) => {
          const driver = new Driver(createHost(seed), { dmaAddressWidth: 32 });
          const { host, memory, system } = driver.host;
          const free = host.pages.freePages;
          const buffer = host.allocate({ lengthBytes, offset: 100 });
          const list = driver.listNow(buffer, { ...room, write: false });
          for (const { address, length } of list.elements) memory.view(address as never, length).fill(9);
          driver.put(list, false);
          expect(buffer.read()).toEqual(new Uint8Array(lengthBytes).fill(9));
          buffer.free();
          expect(system.freeMapRegisters).toBe(64);
          expect(host.pages.freePages).toBe(free);
        },
      ),
    );
  });

  test("with DMA_FAIL_ON_BOUNCE a range out of reach is refused", () => {
    const driver = new Driver(createHost(), { dmaAddressWidth: 29 });
    const buffer = driver.host.host.allocate({ lengthBytes: 40 * 4096 });
    const high = buffer.mdl.pageFrameNumbers.findIndex((frame) => frame >= 1 << 17);
    const call = { ...room, length: 1, flags: SYNC | DMA_FAIL_ON_BOUNCE, out: place() };
    expect(driver.list(buffer, { ...call, offset: high * 4096 })).toBe(BUSY);
    const low = buffer.mdl.pageFrameNumbers.findIndex((frame) => frame < 1 << 17);
    expect(driver.list(buffer, { ...call, offset: low * 4096 })).toBe(OK);
  });
});

describe("BuildScatterGatherListEx", () => {
  test("A73 the list is the driver's own memory", () => {
    const driver = new Driver();
    const buffer = scatterGatherBuffer();
    const list = driver.listNow(driver.host.host.allocate({ lengthBytes: 10 }), { buffer, bytes: ROOM });
    expect(list).toBe(buffer);
    driver.put(list);
    // The memory is the driver's: it serves again.
    expect(driver.listNow(driver.host.host.allocate({ lengthBytes: 10 }), { buffer, bytes: ROOM })).toBe(
      buffer,
    );
  });

  test("A74 too small a buffer: refused, nothing waits, the context is as it was", () => {
    const driver = new Driver();
    const buffer = driver.host.host.allocate({ lengthBytes: 10 });
    const context = driver.context();
    driver.own(1);
    const routine: DriverListControl = (_device, _irp, list) => driver.put(list);
    expect(driver.list(buffer, { context, routine, bytes: 16 + 24 + 63 })).toBe(STATUS_BUFFER_TOO_SMALL);
    expect(driver.host.system.holdings()).toHaveLength(2);
    expect(driver.list(buffer, { context, routine, bytes: 16 + 24 + 64 })).toBe(OK);
  });
});

describe("lists before version 3", () => {
  test("GetScatterGatherList and BuildScatterGatherList give the range that an address starts", () => {
    const driver = new Driver(createHost(), { version: 2, dma64BitAddresses: true });
    const { adapter, operations, deviceObject } = driver;
    const { mdl } = driver.host.host.allocate({ lengthBytes: 9000, offset: 50 });
    const va = mdl.startVa + 50n + 10n;
    const lists: ScatterGatherList[] = [];
    const routine: DriverListControl = (_device, _irp, list) => lists.push(list);
    const own = scatterGatherBuffer();
    driver.atDispatch(() => {
      const first = [adapter, deviceObject, mdl, va, 5000, routine, null, true] as const;
      expect(operations.getScatterGatherList(...first)).toBe(OK);
      expect(operations.buildScatterGatherList(...first, own, ROOM)).toBe(OK);
      expect(operations.buildScatterGatherList(...first, own, 50)).toBe(STATUS_BUFFER_TOO_SMALL);
    });
    expect(lists[1]).toBe(own);
    for (const list of lists) {
      expect(addressesOf(list.elements)).toEqual(bytesOf(mdl, 10, 5000));
      driver.put(list);
    }
    expect(driver.findings).toEqual([]);
  });

  test("a range that is not in the MDL", () => {
    const driver = new Driver();
    const { adapter, operations, deviceObject } = driver;
    const { mdl } = driver.host.host.allocate({ lengthBytes: 100 });
    const call = (va: bigint, length: number): number =>
      driver.atDispatch(() =>
        operations.getScatterGatherList(adapter, deviceObject, mdl, va, length, () => {}, null, true),
      );
    expect(call(mdl.startVa - 1n, 1)).toBe(BAD);
    expect(call(mdl.startVa, 0)).toBe(BAD);
    expect(call(mdl.startVa, 101)).toBe(STATUS_BUFFER_TOO_SMALL);
    expect(driver.findings).toEqual(["OUTSIDE_MDL"]);
  });
});

describe("PutScatterGatherList", () => {
  test("A90 a list that is not this adapter's, or twice, or with the other direction, or below DISPATCH_LEVEL", () => {
    const driver = new Driver();
    const other = new Driver(driver.host);
    const list = driver.listNow(driver.host.host.allocate({ lengthBytes: 10 }));
    other.put(list);
    driver.operations.putScatterGatherList(driver.adapter, list, false);
    driver.put(list);
    expect(driver.host.system.findings.map(({ code }) => code)).toEqual(["0x06", "0x13", "X8", "0x06"]);
  });
});

test("adapter.map: a finding names the line of the program that called it", async () => {
  const { adapter, host } = new Driver();
  const { mdl } = host.host.allocate({ lengthBytes: 100 });
  await expect(adapter.map(mdl, { writeToDevice: true, length: 101 })).rejects.toThrow(
    "GetScatterGatherListEx returned STATUS_INVALID_PARAMETER",
  );
  expect(host.system.findings.map(({ callSite }) => callSite)).toEqual([
    expect.stringContaining("list.test.ts:"),
  ]);
});
