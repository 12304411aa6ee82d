import { describe, expect, test } from "vitest";
import {
  DeallocateObject,
  DMA_TRANSFER_CONTEXT_SIZE_V1,
  KeepObject,
  STATUS_INVALID_PARAMETER,
  STATUS_SUCCESS,
} from "../../../src/wdm/constants.ts";
import type { DriverControl } from "../../../src/wdm/dma-adapter.ts";
import { scatterGatherBuffer } from "../../../src/wdm/scatter-gather.ts";
import { Driver, ROOM } from "./driver.ts";
import { adapterOf } from "./host.ts";

const done: DriverControl = () => DeallocateObject;

describe("a transfer context", () => {
  test.each(["at the grant", "at the end", "at a cancel"])(
    "that is overwritten while a request has it is found %s",
    (when) => {
      const driver = new Driver();
      const context = driver.context();
      if (when !== "at the end") driver.own(1);
      driver.allocate({ context, routine: when === "at the end" ? () => KeepObject : done });
      context.fill(0xcc);
      if (when === "at a cancel") expect(driver.cancel(context)).toBe(true);
      else driver.freeChannel();
      expect(driver.host.system.findings).toMatchObject([
        {
          name: "CONTEXT_LIVE",
          message: expect.stringContaining("was overwritten"),
          callSite: expect.stringContaining("misuse.test.ts"),
        },
      ]);
    },
  );

  test("that is left alone is not", () => {
    const driver = new Driver();
    const context = driver.context();
    driver.own(1);
    driver.allocate({ context, routine: done });
    driver.freeChannel();
    driver.context(context.fill(7));
    expect(driver.findings).toEqual([]);
  });

  test.each([-127, -64, -1, 0, 1, 64, 127])(
    "%d bytes from one that a request has is not initialised",
    (distance) => {
      const driver = new Driver();
      const memory = new Uint8Array(3 * DMA_TRANSFER_CONTEXT_SIZE_V1);
      const at = (place: number) => memory.subarray(place, place + DMA_TRANSFER_CONTEXT_SIZE_V1);
      const context = driver.context(at(128));
      driver.own(1);
      driver.allocate({ context, routine: done });
      const before = memory.slice();
      expect(driver.operations.initializeDmaTransferContext(driver.adapter, at(128 + distance))).toBe(
        STATUS_INVALID_PARAMETER,
      );
      expect(memory).toEqual(before);
      expect(driver.host.system.findings).toMatchObject([
        {
          name: "CONTEXT_LIVE",
          message: `InitializeDmaTransferContext on ${distance === 0 ? "" : "part of "}a context (128 bytes) that a request holds`,
          mapping: expect.stringContaining("the request was made at"),
        },
      ]);
      driver.freeChannel();
      expect(driver.findings).toHaveLength(1);
    },
  );

  test("beside one that a request has is initialised", () => {
    const driver = new Driver();
    const memory = new Uint8Array(384);
    driver.own(1);
    driver.allocate({ context: driver.context(memory.subarray(128, 256)), routine: done });
    driver.context(memory.subarray(0, 128));
    driver.context(memory.subarray(256));
    expect(driver.findings).toEqual([]);
  });
});

describe("memory for a list", () => {
  test.each([0, 1])(
    "of a request that has it, or waits (%d), is for no other one; after Put it is",
    (waits) => {
      const driver = new Driver();
      const buffer = scatterGatherBuffer();
      const [first, second] = [100, 200].map((lengthBytes) => driver.host.host.allocate({ lengthBytes }));
      if (waits === 1) driver.own(1);
      const lists: unknown[] = [];
      const build = (of: typeof first, more = {}) =>
        driver.list(of as NonNullable<typeof of>, {
          buffer,
          bytes: ROOM,
          routine: (_device, _irp, list) => lists.push(list),
          ...more,
        });
      expect(build(first)).toBe(STATUS_SUCCESS);
      expect(build(second)).toBe(STATUS_INVALID_PARAMETER);
      expect(driver.findings).toEqual(["LIST_BUFFER_SHARED"]);
      if (waits === 1) driver.freeChannel();
      expect(buffer.elements.map(({ length }) => length)).toEqual([100]);
      driver.put(buffer);
      expect(build(second)).toBe(STATUS_SUCCESS);
      expect(driver.findings).toHaveLength(1);
    },
  );

  test("of another adapter's request counts too", () => {
    const driver = new Driver();
    const other = new Driver(driver.host);
    const buffer = scatterGatherBuffer();
    driver.listNow(driver.host.host.allocate({ lengthBytes: 10 }), { buffer, bytes: ROOM });
    expect(
      other.list(driver.host.host.allocate({ lengthBytes: 10 }), { buffer, bytes: ROOM, routine: () => {} }),
    ).toBe(STATUS_INVALID_PARAMETER);
  });
});

describe("the IRQL", () => {
  test.each([1, 5])("at which a routine returns is the one at which it was called, not %d", (level) => {
    const driver = new Driver();
    driver.own(1);
    driver.allocate({
      routine: () => {
        if (level > 2) driver.host.system.keRaiseIrql(level);
        else driver.host.system.keLowerIrql(level);
        return DeallocateObject;
      },
    });
    driver.freeChannel();
    expect(driver.host.system.findings).toMatchObject([
      {
        name: "IRQL",
        message: `the execution routine was called at IRQL 2 and returned at ${level}`,
        callSite: expect.stringContaining("misuse.test.ts"),
      },
    ]);
    expect(driver.host.system.currentIrql).toBe(0);
  });

  test("of a wait is below DISPATCH_LEVEL", () => {
    const { host } = new Driver();
    for (const level of [0, 1, 2]) {
      const old = host.system.keRaiseIrql(level);
      host.system.checkWait("link.idle");
      host.system.keLowerIrql(old);
    }
    expect(host.system.findings).toMatchObject([{ name: "IRQL", message: "link.idle at IRQL 2, above 1" }]);
  });

  test("of the end is PASSIVE_LEVEL; who raised it is named", () => {
    const { system } = new Driver().host;
    system.checkEnd("the end");
    expect(system.findings).toEqual([]);
    system.keRaiseIrql(1);
    system.checkEnd("the end");
    expect(system.findings).toMatchObject([
      { message: "the end at IRQL 1, above 0", callSite: expect.stringContaining("misuse.test.ts") },
    ]);
    expect(system.currentIrql).toBe(0);
  });
});

describe("parameters", () => {
  test("map registers that were freed, or are another adapter's, map nothing and are found", () => {
    const driver = new Driver();
    const other = new Driver(driver.host);
    const { mdl } = driver.host.host.allocate({ lengthBytes: 64 });
    const foreign = other.own(1);
    const base = driver.own(1);
    driver.freeChannel();
    for (const registers of [base, foreign])
      expect(driver.map(mdl, registers, 0, 64)).toMatchObject({
        status: STATUS_INVALID_PARAMETER,
        length: 0,
      });
    expect(driver.findings).toEqual(["TOO_MANY_MAP_REGISTERS", "TOO_MANY_MAP_REGISTERS"]);
  });

  test.each([{}, { bytes: ROOM }])("a completion routine of a list is found, and not called (%o)", (more) => {
    const driver = new Driver();
    let calls = 0;
    driver.put(
      driver.listNow(driver.host.host.allocate({ lengthBytes: 10 }), { ...more, completion: () => ++calls }),
    );
    expect(calls).toBe(0);
    expect(driver.findings).toEqual(["NOT_NULL"]);
  });

  test("a cancel with another device object is found, and cancels", () => {
    const driver = new Driver();
    const context = driver.context();
    driver.own(1);
    driver.allocate({ context, routine: done });
    const other = { name: "other", currentIrp: null };
    expect(driver.operations.cancelAdapterChannel(driver.adapter, other, context)).toBe(true);
    expect(driver.findings).toEqual(["OTHER_DEVICE_OBJECT"]);
    expect(adapterOf(driver.host.system)).not.toBeNull();
  });
});
