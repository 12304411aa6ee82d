import { describe, expect, test } from "vitest";
import {
  DeallocateObject,
  DeallocateObjectKeepRegisters,
  DMA_FAIL_ON_BOUNCE,
  DMA_SYNCHRONOUS_CALLBACK,
  DMA_TRANSFER_CONTEXT_SIZE_V1,
  DMA_ZERO_BUFFERS,
  STATUS_CANCELLED,
  STATUS_INSUFFICIENT_RESOURCES,
  STATUS_INVALID_PARAMETER,
  STATUS_SUCCESS,
} from "../../../src/wdm/constants.ts";
import type { MapRegisterBase, Out } from "../../../src/wdm/dma-adapter.ts";
import type { ScatterGatherList } from "../../../src/wdm/scatter-gather.ts";
import { Driver, type ListCall, ROOM } from "./driver.ts";
import { createHost, description } from "./host.ts";

/** The two routines for lists, as what they take more. */
const lists: readonly [string, ListCall][] = [
  ["GetScatterGatherListEx", {}],
  ["BuildScatterGatherListEx", { bytes: ROOM }],
];

describe("sentences of the pages that hold", () => {
  test("InitializeDmaTransferContext: a context is unique across all requests, its memory included", () => {
    const driver = new Driver();
    const memory = new Uint8Array(192);
    driver.own(1);
    driver.allocate({ context: driver.context(memory.subarray(0, 128)), routine: () => DeallocateObject });
    const status = driver.operations.initializeDmaTransferContext(driver.adapter, memory.subarray(64));
    expect(status).toBe(STATUS_INVALID_PARAMETER);
    expect(driver.findings).toEqual(["CONTEXT_LIVE"]);
  });

  test("CancelAdapterChannel takes the device object of the request", () => {
    const driver = new Driver();
    const context = driver.context();
    driver.own(1);
    driver.allocate({ context, routine: () => DeallocateObject });
    const other = { name: "other", currentIrp: null };
    driver.operations.cancelAdapterChannel(driver.adapter, other, context);
    expect(driver.findings).toEqual(["OTHER_DEVICE_OBJECT"]);
  });

  test.each(lists)("%s: DmaCompletionRoutine and CompletionContext are NULL", (_name, more) => {
    const driver = new Driver();
    const buffer = driver.host.host.allocate({ lengthBytes: 64 });
    driver.put(driver.listNow(buffer, { ...more, completion: null }));
    expect(driver.findings).toEqual([]);
    driver.put(driver.listNow(buffer, { ...more, completion: () => {} }));
    expect(driver.findings).toEqual(["NOT_NULL"]);
  });
});

describe("sentences of the pages that hilt reads in its own way", () => {
  test("InitializeDmaTransferContext: there is no system DMA, so no adapter of a channel of one", () => {
    const { system } = createHost();
    expect(system.ioGetDmaAdapter(null, { ...description, master: false }, { value: undefined })).toBeNull();
  });

  test("the routines keep what they write in a context beside it: not a byte changes, and damage is found", () => {
    const driver = new Driver();
    const context = driver.context();
    const before = context.slice();
    driver.own(1);
    driver.allocate({ context, routine: () => DeallocateObject });
    expect(context).toEqual(before);
    context.fill(0xcc);
    driver.freeChannel();
    expect(driver.findings).toEqual(["CONTEXT_LIVE"]);
  });

  test.each([
    [DMA_SYNCHRONOUS_CALLBACK, STATUS_SUCCESS],
    [DMA_SYNCHRONOUS_CALLBACK | DMA_ZERO_BUFFERS, STATUS_SUCCESS],
    [DMA_SYNCHRONOUS_CALLBACK | DMA_FAIL_ON_BOUNCE, STATUS_SUCCESS],
    [DMA_SYNCHRONOUS_CALLBACK | 8, STATUS_INVALID_PARAMETER],
    [2 ** 31, STATUS_INVALID_PARAMETER],
  ])("AllocateAdapterChannelEx: flags %d, three of which wdm.h has: %d", (flags, status) => {
    expect(new Driver().allocate({ flags, base: { value: null } })).toBe(status);
  });

  test.each([false, true])(
    "AllocateAdapterChannelEx: a synchronous request with a routine may have a base (%s)",
    (hasBase) => {
      const driver = new Driver();
      const base: Out<MapRegisterBase> | null = hasBase ? { value: null } : null;
      let given: unknown;
      const routine = (_device: unknown, _irp: unknown, registers: MapRegisterBase) => {
        given = registers;
        return DeallocateObject;
      };
      expect(driver.allocate({ flags: DMA_SYNCHRONOUS_CALLBACK, routine, base })).toBe(STATUS_SUCCESS);
      expect(given).not.toBeNull();
      if (base !== null) expect(base.value).toBe(given);
    },
  );

  test.each(lists)(
    "%s: registers and list stay when AdapterListControl returns, the channel does not",
    (_name, more) => {
      const driver = new Driver();
      const before = driver.host.system.freeMapRegisters;
      let list: ScatterGatherList | undefined;
      driver.list(driver.host.host.allocate({ lengthBytes: 8192 }), {
        ...more,
        routine: (_device, _irp, granted) => {
          list = granted;
        },
      });
      expect(driver.host.system.freeMapRegisters).toBe(before - 2);
      expect(list?.numberOfElements).toBe(driver.host.windows.live.size);
      expect(driver.allocate({ routine: () => DeallocateObject })).toBe(STATUS_SUCCESS);
      driver.put(list as ScatterGatherList);
      expect(driver.host.system.freeMapRegisters).toBe(before);
    },
  );

  test.each(lists)("%s: ScatterGatherList is written by a synchronous call alone", (_name, more) => {
    const driver = new Driver();
    const buffer = driver.host.host.allocate({ lengthBytes: 64 });
    const lists: ScatterGatherList[] = [];
    for (const flags of [0, DMA_SYNCHRONOUS_CALLBACK]) {
      const out: Out<ScatterGatherList> = { value: undefined };
      driver.list(buffer, { ...more, flags, out, routine: (_device, _irp, list) => void lists.push(list) });
      expect(out.value).toBe(flags === 0 ? undefined : lists[1]);
      driver.put(lists.at(-1) as ScatterGatherList);
    }
    expect(driver.findings).toEqual([]);
  });

  test("CancelAdapterChannel: after a request has ended it cancels no coming one, before the first it does", () => {
    const driver = new Driver();
    const context = driver.context();
    const allocate = () => driver.allocate({ context, routine: () => DeallocateObject });
    expect(allocate()).toBe(STATUS_SUCCESS);
    expect(driver.cancel(context)).toBe(false);
    expect(allocate()).toBe(STATUS_SUCCESS);
    driver.context(context);
    expect(driver.cancel(context)).toBe(true);
    expect(allocate()).toBe(STATUS_CANCELLED);
    expect(driver.findings).toEqual([]);
  });

  test.each(lists)(
    "%s: more registers than the adapter has are refused, and no finding: the driver may split",
    (_name, more) => {
      const driver = new Driver(createHost(), { maximumLength: 4096 });
      const buffer = driver.host.host.allocate({ lengthBytes: 3 * 4096 });
      expect(driver.list(buffer, { ...more, routine: () => {} })).toBe(STATUS_INSUFFICIENT_RESOURCES);
      expect(driver.findings).toEqual([]);
      expect(driver.host.system.refusals).toMatchObject([
        expect.stringMatching(/INSUFFICIENT_RESOURCES at .*driver/),
      ]);
      // Registers that a driver asks for by number are another matter: it was told how many there are.
      expect(driver.allocate({ registers: 3, routine: () => DeallocateObjectKeepRegisters })).toBe(
        STATUS_INSUFFICIENT_RESOURCES,
      );
      expect(driver.findings).toEqual(["TOO_MANY_MAP_REGISTERS"]);
    },
  );

  test("FlushAdapterBuffersEx: a part of what MapTransferEx mapped is refused and found, and stays mapped", () => {
    const driver = new Driver();
    const { mdl } = driver.host.host.allocate({ lengthBytes: 8192 });
    const base = driver.own(2);
    driver.map(mdl, base, 0, 8192);
    for (const [offset, length, finding] of [
      [0, 4096, "FLUSH_BEYOND_MAPPING"],
      [4096, 4096, "FLUSH_NOT_MAPPED"],
    ] as const) {
      expect(driver.flush(mdl, base, offset, length)).toBe(STATUS_INVALID_PARAMETER);
      expect(driver.findings.at(-1)).toBe(finding);
      expect(driver.host.windows.live.size).toBeGreaterThan(0);
    }
    expect(driver.flush(mdl, base, 0, 8192)).toBe(STATUS_SUCCESS);
    expect(driver.findings).toHaveLength(2);
  });

  test("a context is 128 bytes, of which a driver may have more", () => {
    const driver = new Driver();
    const memory = new Uint8Array(DMA_TRANSFER_CONTEXT_SIZE_V1 + 1).fill(7);
    driver.context(memory);
    expect(memory.at(-1)).toBe(7);
    expect(driver.operations.initializeDmaTransferContext(driver.adapter, new Uint8Array(127))).toBe(
      STATUS_INVALID_PARAMETER,
    );
  });
});
