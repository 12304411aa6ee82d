import { describe, expect, test } from "vitest";
import type { Mdl } from "../../../src/memory/mdl.ts";
import {
  DMA_SYNCHRONOUS_CALLBACK,
  STATUS_INVALID_PARAMETER,
  STATUS_SUCCESS,
} from "../../../src/wdm/constants.ts";
import type { Out } from "../../../src/wdm/dma-adapter.ts";
import { IoBuildPartialMdl, MmGetMdlVirtualAddress } from "../../../src/wdm/mdl-routines.ts";
import { scatterGatherBuffer } from "../../../src/wdm/scatter-gather.ts";
import { chainOf, Driver, ROOM } from "./driver.ts";

/** The part of an MDL from a byte on. */
function partOf(mdl: Mdl, from: number): Mdl {
  const target: Out<Mdl> = { value: undefined };
  IoBuildPartialMdl(mdl, target, MmGetMdlVirtualAddress(mdl) + BigInt(from), 0);
  return target.value as Mdl;
}

describe("a buffer that is freed", () => {
  test.each([
    ["a partial MDL", (mdl: Mdl) => partOf(mdl, 4100)],
    ["a part of a part", (mdl: Mdl) => partOf(partOf(mdl, 10), 20)],
  ])("and of which a driver has kept %s is found and refused", (_what, part) => {
    const driver = new Driver();
    const { operations, adapter } = driver;
    const buffer = driver.host.host.allocate({ lengthBytes: 9000 });
    const kept = part(buffer.mdl);
    const other = driver.host.host.allocate({ lengthBytes: 10 });
    driver.put(driver.listNow(kept));
    buffer.free();
    expect(driver.list(kept, { routine: () => {} })).toBe(STATUS_INVALID_PARAMETER);
    expect(driver.list({ ...other.mdl, next: kept }, { routine: () => {}, length: 20 })).toBe(
      STATUS_INVALID_PARAMETER,
    );
    const length = { value: 64 };
    operations.mapTransfer(adapter, kept, driver.own(1), MmGetMdlVirtualAddress(kept), length, true);
    expect(length.value).toBe(0);
    expect(new Set(driver.findings)).toEqual(new Set(["BUFFER_FREED"]));
    expect(driver.findings).toHaveLength(3);
  });

  test("while a partial MDL of it is mapped is found, and one of which another part is mapped is not its own", () => {
    const driver = new Driver();
    const [first, second] = [9000, 9000].map((lengthBytes) => driver.host.host.allocate({ lengthBytes }));
    const list = driver.listNow(partOf((first as NonNullable<typeof first>).mdl, 100));
    second?.free();
    expect(driver.findings).toEqual([]);
    first?.free();
    expect(driver.findings).toEqual(["FREED_UNDER_MAPPING"]);
    driver.put(list);
  });

  test("while runs of MapTransfer of it, in a chain, are mapped is found once for each", () => {
    const driver = new Driver();
    const { operations, adapter } = driver;
    const buffers = [64, 8192].map((lengthBytes) => driver.host.host.allocate({ lengthBytes }));
    const chain = chainOf(buffers);
    const base = driver.own(3);
    const mdl = chain.next as Mdl;
    for (const from of [0, 4096])
      operations.mapTransfer(adapter, mdl, base, mdl.startVa + BigInt(from), { value: 4096 }, true);
    buffers[0]?.free();
    expect(driver.findings).toEqual([]);
    buffers[1]?.free();
    expect(driver.findings).toEqual(["FREED_UNDER_MAPPING", "FREED_UNDER_MAPPING"]);
  });
});

describe("memory for a list that a request has", () => {
  test.each([
    ["the driver's", { bytes: ROOM }],
    ["the system's", {}],
  ])("%s, is not for a map: the list stays as it is", (_whose, more) => {
    const driver = new Driver();
    const [first, second] = [100, 200].map((lengthBytes) => driver.host.host.allocate({ lengthBytes }));
    const list = driver.listNow(first as NonNullable<typeof first>, more);
    const base = driver.own(1);
    const mdl = (second as NonNullable<typeof second>).mdl;
    expect(driver.map(mdl, base, 0, 200, { list })).toMatchObject({
      status: STATUS_INVALID_PARAMETER,
      length: 0,
    });
    expect(driver.findings).toEqual(["LIST_BUFFER_SHARED"]);
    expect(list.elements.map(({ length }) => length)).toEqual([100]);
    driver.put(list);
    expect(driver.map(mdl, base, 0, 200, { list })).toMatchObject({ status: STATUS_SUCCESS, length: 200 });
    expect(driver.findings).toHaveLength(1);
  });

  test("of the system's is not for another list", () => {
    const driver = new Driver();
    const buffer = driver.host.host.allocate({ lengthBytes: 100 });
    const list = driver.listNow(buffer);
    const more = { buffer: list, bytes: ROOM, routine: () => {} };
    expect(driver.list(buffer, more)).toBe(STATUS_INVALID_PARAMETER);
    expect(driver.findings).toEqual(["LIST_BUFFER_SHARED"]);
    driver.put(list);
  });

  test("that went with its channel is free, and its list is translated anew", () => {
    const driver = new Driver();
    const { operations, adapter } = driver;
    const { mdl } = driver.host.host.allocate({ lengthBytes: 64 });
    const buffer = scatterGatherBuffer();
    for (let round = 0; round < 3; round++) {
      const out = { value: undefined };
      const call = { buffer, bytes: ROOM, flags: DMA_SYNCHRONOUS_CALLBACK, out };
      expect(driver.list(mdl, call)).toBe(STATUS_SUCCESS);
      const status = operations.buildMdlFromScatterGatherList(adapter, buffer, mdl, { value: undefined });
      expect(status).toBe(STATUS_SUCCESS);
      operations.freeAdapterObject(adapter, 2);
    }
    expect(driver.findings).toEqual([]);
  });
});

test.each([
  ["a DmaCompletionRoutine", () => {}, null, STATUS_INVALID_PARAMETER],
  ["a CompletionContext", null, "context", STATUS_SUCCESS],
])("MapTransferEx with %s, which is NULL for a bus master, is found", (_what, routine, context, status) => {
  const driver = new Driver();
  const { operations, adapter } = driver;
  const { mdl } = driver.host.host.allocate({ lengthBytes: 64 });
  const base = driver.own(1);
  const list = scatterGatherBuffer();
  const first = [adapter, mdl, base, 0, 0, { value: 64 }, true, list, ROOM] as const;
  expect(operations.mapTransferEx(...first, routine as null, context)).toBe(status);
  expect(driver.findings).toEqual(["NOT_NULL"]);
});

test("a context whose request has ended is no device object's: a cancel with any is false, and not found", () => {
  const driver = new Driver();
  const { operations, adapter } = driver;
  const context = driver.context();
  driver.put(driver.listNow(driver.host.host.allocate({ lengthBytes: 64 }), { context }));
  const other = { name: "other", currentIrp: null };
  expect(operations.cancelAdapterChannel(adapter, other, context)).toBe(false);
  expect(driver.findings).toEqual([]);
});

describe("the 128 bytes of a context", () => {
  test.each([0, 8, 13, 15, 17, 57, 113])(
    "are the request's: eight changed bytes, from %d on, are found",
    (at) => {
      const driver = new Driver();
      const context = driver.context(new Uint8Array(130));
      const list = driver.listNow(driver.host.host.allocate({ lengthBytes: 64 }), { context });
      context[128] = 1;
      for (let index = at; index < at + 8; index++) context[index] = (context[index] as number) ^ 0x80;
      driver.put(list);
      expect(driver.findings).toEqual(["CONTEXT_LIVE"]);
      expect(driver.allocate({ context, routine: () => 2 })).toBe(STATUS_INVALID_PARAMETER);
      expect(driver.findings).toEqual(["CONTEXT_LIVE", "CONTEXT_UNINITIALISED"]);
    },
  );

  test.each([-127, -64, 64, 120])(
    "of which another context took some, %d bytes away, are no context",
    (distance) => {
      const driver = new Driver();
      const memory = new Uint8Array(384);
      const first = driver.context(memory.subarray(128, 256));
      const second = driver.context(memory.subarray(128 + distance, 256 + distance));
      expect(driver.allocate({ context: first, routine: () => 2 })).toBe(STATUS_INVALID_PARAMETER);
      expect(driver.allocate({ context: second, routine: () => 2 })).toBe(STATUS_SUCCESS);
      expect(driver.findings).toEqual(["CONTEXT_UNINITIALISED"]);
    },
  );
});
