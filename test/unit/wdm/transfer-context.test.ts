import fc from "fast-check";
import { expect, test } from "vitest";
import {
  DMA_SYNCHRONOUS_CALLBACK,
  DMA_TRANSFER_CONTEXT_SIZE_V1,
  STATUS_CANCELLED,
  STATUS_INVALID_PARAMETER,
  STATUS_SUCCESS,
} from "../../../src/wdm/constants.ts";
import type { ScatterGatherList } from "../../../src/wdm/scatter-gather.ts";
import { Driver, ROOM } from "./driver.ts";
import { createHost } from "./host.ts";

const SIZE = DMA_TRANSFER_CONTEXT_SIZE_V1;

test("A13 a bus master's adapter is accepted", () => {
  const { adapter, operations } = new Driver();
  expect(operations.initializeDmaTransferContext(adapter, new Uint8Array(SIZE))).toBe(STATUS_SUCCESS);
});

test("A14 A15 A18 initial values go into the bytes of the context and nothing else, whatever they held", () => {
  const driver = new Driver();
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 192, maxLength: 192 }), fc.nat(64), (bytes, at) => {
      const memory = new Uint8Array(bytes);
      const view = memory.subarray(at, at + SIZE);
      expect(driver.operations.initializeDmaTransferContext(driver.adapter, view)).toBe(STATUS_SUCCESS);
      expect(memory.slice(0, at)).toEqual(bytes.slice(0, at));
      expect(memory.slice(at + SIZE)).toEqual(bytes.slice(at + SIZE));
    }),
  );
  expect(driver.findings).toEqual([]);
});

test("A16 no adapter, no context, a context that is too short", () => {
  const { adapter, operations } = new Driver();
  const initialise = operations.initializeDmaTransferContext as (...all: unknown[]) => number;
  expect(initialise(adapter, new Uint8Array(SIZE - 1))).toBe(STATUS_INVALID_PARAMETER);
  expect(initialise(adapter, null)).toBe(STATUS_INVALID_PARAMETER);
  expect(initialise(adapter, "context")).toBe(STATUS_INVALID_PARAMETER);
  expect(initialise(null, new Uint8Array(SIZE))).toBe(STATUS_INVALID_PARAMETER);
});

test("A17 up to DISPATCH_LEVEL; above is found", () => {
  const driver = new Driver();
  for (const level of [0, 1, 2]) driver.at(level, () => driver.context());
  expect(driver.findings).toEqual([]);
  driver.at(3, () => driver.context());
  expect(driver.host.system.findings).toMatchObject([
    { code: "0x13", parameters: { expected: 2, current: 3 } },
  ]);
});

test("A19 initialising takes no register and no channel", () => {
  const driver = new Driver(createHost(1n, 1));
  for (let count = 0; count < 100; count++) driver.context();
  expect(driver.host.system.freeMapRegisters).toBe(1);
  expect(driver.own(1)).not.toBeNull();
});

test("A20 a context that never was initialised, was copied or was overwritten is rejected by all three", () => {
  const driver = new Driver();
  const buffer = driver.host.host.allocate({ lengthBytes: 10 });
  const good = driver.context();
  const copied = Uint8Array.from(good);
  good.fill(0x5a);
  for (const context of [new Uint8Array(SIZE), copied, good, new Uint8Array(3)]) {
    expect(driver.allocate({ context, routine: () => 2 })).toBe(STATUS_INVALID_PARAMETER);
    expect(driver.list(buffer, { context, routine: () => {} })).toBe(STATUS_INVALID_PARAMETER);
    expect(driver.list(buffer, { context, routine: () => {}, bytes: ROOM })).toBe(STATUS_INVALID_PARAMETER);
  }
  expect(driver.findings).toEqual(Array(12).fill("CONTEXT_UNINITIALISED"));
});

test("A21 A22 each of the three records its request in the context, and a cancel finds it there", () => {
  const driver = new Driver();
  const buffer = driver.host.host.allocate({ lengthBytes: 10 });
  driver.own(1);
  const contexts = [driver.context(), driver.context(), driver.context()] as const;
  let calls = 0;
  const routine = () => ++calls;
  driver.allocate({ context: contexts[0], routine });
  driver.list(buffer, { context: contexts[1], routine });
  driver.list(buffer, { context: contexts[2], routine, bytes: ROOM });
  expect(contexts.map((context) => driver.cancel(context))).toEqual([true, true, true]);
  driver.freeChannel();
  expect(calls).toBe(0);
  expect(driver.findings).toEqual([]);
});

test("A23 a context belongs to one request at a time over all adapters; the first stays as it was", () => {
  const driver = new Driver();
  const other = new Driver(driver.host);
  const buffer = driver.host.host.allocate({ lengthBytes: 5000 });
  const context = driver.context();
  const list = driver.listNow(buffer, { context });
  const windows = driver.host.windows.live.size;
  expect(driver.list(buffer, { context: context.subarray(0), routine: () => {} })).toBe(
    STATUS_INVALID_PARAMETER,
  );
  expect(driver.allocate({ context, routine: () => 2 })).toBe(STATUS_INVALID_PARAMETER);
  expect(other.list(buffer, { context, routine: () => {} })).toBe(STATUS_INVALID_PARAMETER);
  expect(driver.findings).toEqual(["CONTEXT_SHARED", "CONTEXT_SHARED", "CONTEXT_FOREIGN"]);
  expect(driver.host.windows.live.size).toBe(windows);
  driver.put(list);
  expect(driver.findings).toHaveLength(3);
});

test("A23 a live context whose bytes were overwritten is still known as shared", () => {
  const driver = new Driver();
  const buffer = driver.host.host.allocate({ lengthBytes: 10 });
  const context = driver.context();
  const list = driver.listNow(buffer, { context });
  context.fill(0xff);
  expect(driver.list(buffer, { context, routine: () => {} })).toBe(STATUS_INVALID_PARAMETER);
  expect(driver.findings).toEqual(["CONTEXT_SHARED"]);
  driver.put(list);
});

test("A25 N contexts carry N independent requests on one adapter", () => {
  const driver = new Driver();
  const lists = new Map<unknown, ScatterGatherList>();
  const buffers = Array.from({ length: 10 }, (_, n) => driver.host.host.allocate({ lengthBytes: 100 + n }));
  for (const buffer of buffers) {
    driver.list(buffer, { routine: (_device, _irp, list) => lists.set(buffer, list) });
  }
  for (const buffer of buffers.reverse()) {
    const list = lists.get(buffer) as ScatterGatherList;
    expect(list.elements.reduce((sum, { length }) => sum + length, 0)).toBe(buffer.lengthBytes);
    driver.put(list);
  }
  expect(driver.host.system.freeMapRegisters).toBe(64);
  expect(driver.findings).toEqual([]);
});

test("A26 initialising again clears a cancel mark, and a context that is done serves again", () => {
  const driver = new Driver();
  const context = driver.context();
  expect(driver.cancel(context)).toBe(true);
  expect(driver.allocate({ context, routine: () => 2 })).toBe(STATUS_CANCELLED);
  driver.context(context);
  expect(driver.allocate({ context, routine: () => 2 })).toBe(STATUS_SUCCESS);
  driver.context(context);
  expect(driver.allocate({ context, routine: () => 2 })).toBe(STATUS_SUCCESS);
  // Done: as good as idle.
  expect(driver.allocate({ context, routine: () => 2 })).toBe(STATUS_SUCCESS);
});

test.each(["pending", "owning"])("A27 initialising a %s context changes nothing and is found", (state) => {
  const driver = new Driver();
  let calls = 0;
  const context = driver.context();
  if (state === "pending") {
    driver.own(1);
    driver.allocate({ context, routine: () => 2 + 0 * ++calls });
  } else {
    driver.allocate({ context, flags: DMA_SYNCHRONOUS_CALLBACK, base: { value: null } });
  }
  const before = Uint8Array.from(context);
  expect(driver.operations.initializeDmaTransferContext(driver.adapter, context)).toBe(
    STATUS_INVALID_PARAMETER,
  );
  expect(context).toEqual(before);
  expect(driver.host.system.findings).toMatchObject([{ name: "CONTEXT_LIVE", code: "X3" }]);
  driver.freeChannel();
  expect(calls).toBe(state === "pending" ? 1 : 0);
});
