import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { HostBuffer } from "../../../src/memory/host-buffer.ts";
import {
  DISPATCH_LEVEL,
  DMA_SYNCHRONOUS_CALLBACK,
  DMA_TRANSFER_CONTEXT_SIZE_V1,
  STATUS_INSUFFICIENT_RESOURCES,
  STATUS_INVALID_PARAMETER,
  STATUS_SUCCESS,
} from "../../../src/wdm/constants.ts";
import type { DmaAdapter, DriverListControl, Out } from "../../../src/wdm/dma-adapter.ts";
import type { DmaSystem } from "../../../src/wdm/dma-system.ts";
import type { ScatterGatherList } from "../../../src/wdm/scatter-gather.ts";
import { adapterOf, atDispatch, createHost, description } from "./host.ts";

const deviceObject = { name: "device", currentIrp: "irp" };

interface Call {
  context?: Uint8Array;
  offset?: number;
  length?: number;
  flags?: number;
  routine?: DriverListControl | null;
  write?: boolean;
  out?: Out<ScatterGatherList> | null;
}

function getList(system: DmaSystem, adapter: DmaAdapter, buffer: HostBuffer, call: Call = {}): number {
  const context = call.context ?? new Uint8Array(DMA_TRANSFER_CONTEXT_SIZE_V1);
  if (call.context === undefined) adapter.dmaOperations.initializeDmaTransferContext(adapter, context);
  const {
    offset = 0,
    length = buffer.lengthBytes - offset,
    flags = 0,
    routine = null,
    write = true,
    out = null,
  } = call;
  return atDispatch(system, () =>
    adapter.dmaOperations.getScatterGatherListEx(
      adapter,
      deviceObject,
      context,
      buffer.mdl,
      offset,
      length,
      flags,
      routine,
      "context",
      write,
      null,
      null,
      out,
    ),
  );
}

function put(system: DmaSystem, adapter: DmaAdapter, list: ScatterGatherList, write = true): void {
  atDispatch(system, () => adapter.dmaOperations.putScatterGatherList(adapter, list, write));
}

function initialised(adapter: DmaAdapter, bytes = new Uint8Array(DMA_TRANSFER_CONTEXT_SIZE_V1)): Uint8Array {
  expect(adapter.dmaOperations.initializeDmaTransferContext(adapter, bytes)).toBe(STATUS_SUCCESS);
  return bytes;
}

describe("IoGetDmaAdapter", () => {
  test("gives a version 3 bus master an adapter, its map registers, and a table that ends with its last slot", () => {
    const { system } = createHost();
    const count: Out<number> = { value: undefined };
    const adapter = system.ioGetDmaAdapter(null, description, count);
    expect(adapter?.version).toBe(1);
    expect(count.value).toBe(17);
    expect(adapter?.dmaOperations.size).toBe(0xe0);
    expect(Object.keys(adapter?.dmaOperations ?? {})).not.toContain("mapTransferEx");
  });

  test.each([{ version: 2 }, { version: 4 }, { master: false }, { dmaAddressWidth: 65 }])(
    "gives none for %o",
    (changes) => {
      const { system } = createHost();
      expect(system.ioGetDmaAdapter(null, { ...description, ...changes }, { value: undefined })).toBeNull();
    },
  );

  test("gives none above PASSIVE_LEVEL and says so", () => {
    const { system } = createHost();
    system.keRaiseIrql(DISPATCH_LEVEL);
    expect(system.ioGetDmaAdapter(null, description, { value: undefined })).toBeNull();
    expect(system.findings[0]?.code).toBe("IRQL");
    expect(system.findings[0]?.callSite).toContain("dma-system.test.ts");
  });
});

describe("InitializeDmaTransferContext", () => {
  test("A14 A15 writes initial values into the bytes of the context and nothing else, whatever they held", () => {
    const { system } = createHost();
    const adapter = adapterOf(system);
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 192, maxLength: 192 }), (bytes) => {
        const memory = new Uint8Array(bytes);
        const view = memory.subarray(32, 32 + DMA_TRANSFER_CONTEXT_SIZE_V1);
        expect(adapter.dmaOperations.initializeDmaTransferContext(adapter, view)).toBe(STATUS_SUCCESS);
        expect(memory.slice(0, 32)).toEqual(bytes.slice(0, 32));
        expect(memory.slice(160)).toEqual(bytes.slice(160));
      }),
    );
    expect(system.findings).toEqual([]);
  });

  test("A16 refuses a view that is too short, no context, no adapter, and an adapter that was put back", () => {
    const { system } = createHost();
    const adapter = adapterOf(system);
    const { dmaOperations } = adapter;
    expect(dmaOperations.initializeDmaTransferContext(adapter, new Uint8Array(127))).toBe(
      STATUS_INVALID_PARAMETER,
    );
    expect(dmaOperations.initializeDmaTransferContext(adapter, null as never)).toBe(STATUS_INVALID_PARAMETER);
    expect(dmaOperations.initializeDmaTransferContext(null as never, new Uint8Array(128))).toBe(
      STATUS_INVALID_PARAMETER,
    );
    dmaOperations.putDmaAdapter(adapter);
    expect(dmaOperations.initializeDmaTransferContext(adapter, new Uint8Array(128))).toBe(
      STATUS_INVALID_PARAMETER,
    );
  });

  test("A17 may be called up to DISPATCH_LEVEL; above it is found", () => {
    const { system } = createHost();
    const adapter = adapterOf(system);
    for (const irql of [0, 1, 2]) {
      system.keRaiseIrql(irql);
      initialised(adapter);
    }
    expect(system.findings).toEqual([]);
    system.keRaiseIrql(DISPATCH_LEVEL + 1);
    initialised(adapter);
    expect(system.findings.map(({ code }) => code)).toEqual(["IRQL"]);
  });

  test("A19 takes no register and no channel: any number of contexts may be initialised", () => {
    const { system, host } = createHost(1n, 0);
    const adapter = adapterOf(system);
    for (let count = 0; count < 100; count++) initialised(adapter);
    const out: Out<ScatterGatherList> = { value: undefined };
    const call = { flags: DMA_SYNCHRONOUS_CALLBACK, out };
    expect(getList(system, adapter, host.allocate({ lengthBytes: 1 }), call)).toBe(STATUS_SUCCESS);
  });

  test("A25 N contexts carry N independent requests on one adapter", () => {
    const { system, host } = createHost();
    const adapter = adapterOf(system);
    const lists = new Map<unknown, ScatterGatherList>();
    const buffers = Array.from({ length: 10 }, (_, index) => host.allocate({ lengthBytes: 100 + index }));
    for (const buffer of buffers) {
      const routine: DriverListControl = (_device, _irp, list) => lists.set(buffer, list);
      expect(getList(system, adapter, buffer, { routine })).toBe(STATUS_SUCCESS);
    }
    expect(system.liveLists).toBe(10);
    for (const buffer of buffers.reverse()) {
      const list = lists.get(buffer) as ScatterGatherList;
      expect(list.elements.reduce((sum, element) => sum + element.length, 0)).toBe(buffer.lengthBytes);
      put(system, adapter, list);
    }
    expect(system.liveLists).toBe(0);
    expect(system.findings).toEqual([]);
  });

  test("A20 a context that never was initialised, or was copied, is rejected", () => {
    const { system, host } = createHost();
    const adapter = adapterOf(system);
    const buffer = host.allocate({ lengthBytes: 10 });
    const call = { flags: DMA_SYNCHRONOUS_CALLBACK, out: { value: undefined } };
    expect(getList(system, adapter, buffer, { ...call, context: new Uint8Array(128) })).toBe(
      STATUS_INVALID_PARAMETER,
    );
    const copy = Uint8Array.from(initialised(adapter));
    expect(getList(system, adapter, buffer, { ...call, context: copy })).toBe(STATUS_INVALID_PARAMETER);
    expect(system.findings.map(({ code }) => code)).toEqual([
      "CONTEXT_UNINITIALISED",
      "CONTEXT_UNINITIALISED",
    ]);
  });

  test("A23 a context belongs to one request at a time over all adapters; the first stays intact", () => {
    const { system, host, windows } = createHost();
    const [adapter, other] = [adapterOf(system), adapterOf(system)];
    const buffer = host.allocate({ lengthBytes: 5000 });
    const context = initialised(adapter);
    const out: Out<ScatterGatherList> = { value: undefined };
    const call = { flags: DMA_SYNCHRONOUS_CALLBACK, context };
    expect(getList(system, adapter, buffer, { ...call, out })).toBe(STATUS_SUCCESS);
    const again = { ...call, context: context.subarray(0), out: { value: undefined } };
    expect(getList(system, adapter, buffer, again)).toBe(STATUS_INVALID_PARAMETER);
    expect(getList(system, other, buffer, again)).toBe(STATUS_INVALID_PARAMETER);
    expect(system.findings.map(({ code }) => code)).toEqual(["CONTEXT_SHARED", "CONTEXT_FOREIGN"]);
    expect(windows.live.size).toBe(out.value?.numberOfElements);
  });

  test("A26 A27 initialising again is refused while the context is live and accepted afterwards", () => {
    const { system, host } = createHost();
    const adapter = adapterOf(system);
    const context = initialised(adapter);
    const out: Out<ScatterGatherList> = { value: undefined };
    getList(system, adapter, host.allocate({ lengthBytes: 1 }), {
      context,
      flags: DMA_SYNCHRONOUS_CALLBACK,
      out,
    });
    const before = Uint8Array.from(context);
    expect(adapter.dmaOperations.initializeDmaTransferContext(adapter, context)).toBe(
      STATUS_INVALID_PARAMETER,
    );
    expect(context).toEqual(before);
    expect(system.findings.map(({ code }) => code)).toEqual(["CONTEXT_LIVE"]);
    put(system, adapter, out.value as ScatterGatherList);
    expect(adapter.dmaOperations.initializeDmaTransferContext(adapter, context)).toBe(STATUS_SUCCESS);
  });
});

describe("GetScatterGatherListEx", () => {
  test.each([
    ["asynchronous without a routine", 0, false, true],
    [
      "synchronous without a routine and without a place for the list",
      DMA_SYNCHRONOUS_CALLBACK,
      false,
      false,
    ],
  ])("%s is an invalid parameter", (_name, flags, hasRoutine, hasOut) => {
    const { system, host } = createHost();
    const adapter = adapterOf(system);
    const status = getList(system, adapter, host.allocate({ lengthBytes: 10 }), {
      flags,
      routine: hasRoutine ? () => {} : null,
      out: hasOut ? { value: undefined } : null,
    });
    expect(status).toBe(STATUS_INVALID_PARAMETER);
  });

  test.each([
    [0, 0],
    [-1, 5],
    [1, 10],
    [10, 1],
    [0.5, 1],
  ])("offset %d with length %d of 10 bytes is an invalid parameter", (offset, length) => {
    const { system, host } = createHost();
    const adapter = adapterOf(system);
    const buffer = host.allocate({ lengthBytes: 10 });
    const call = { flags: DMA_SYNCHRONOUS_CALLBACK, out: { value: undefined }, offset, length };
    expect(getList(system, adapter, buffer, call)).toBe(STATUS_INVALID_PARAMETER);
  });

  test("the routine runs at DISPATCH_LEVEL with the device object, its IRP and the context", () => {
    const { system, host } = createHost();
    const adapter = adapterOf(system);
    const seen: unknown[] = [];
    getList(system, adapter, host.allocate({ lengthBytes: 10 }), {
      routine: (device, irp, _list, context) => seen.push(device, irp, context, system.currentIrql),
    });
    expect(seen).toEqual([deviceObject, "irp", "context", DISPATCH_LEVEL]);
    expect(system.currentIrql).toBe(0);
  });

  test("elements cover exactly the bytes asked for, in order, merged, and a window is open for each until the end", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 1_000_000n }),
        fc.integer({ min: 1, max: 40_000 }),
        fc.integer({ min: 0, max: 4095 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.boolean(),
        (seed, lengthBytes, start, from, part, isContiguous) => {
          const { memory, system, host, windows } = createHost(seed);
          const adapter = adapterOf(system);
          const buffer = host.allocate({ lengthBytes, offset: start, contiguous: isContiguous });
          const data = Uint8Array.from(
            { length: lengthBytes },
            (_, index) => (index * 7 + (index >> 8)) & 0xff,
          );
          buffer.write(data);
          const offset = Math.min(lengthBytes - 1, Math.floor(from * lengthBytes));
          const length = 1 + Math.floor(part * (lengthBytes - offset - 1));
          const out: Out<ScatterGatherList> = { value: undefined };
          getList(system, adapter, buffer, { offset, length, flags: DMA_SYNCHRONOUS_CALLBACK, out });
          const list = out.value as ScatterGatherList;
          const seen = list.elements.flatMap((element) => [
            ...memory.view(element.address as never, element.length),
          ]);
          expect(Uint8Array.from(seen)).toEqual(data.slice(offset, offset + length));
          for (const [index, element] of list.elements.entries()) {
            const next = list.elements[index + 1];
            expect(next?.address).not.toBe(element.address + BigInt(element.length));
          }
          if (isContiguous) expect(list.numberOfElements).toBe(1);
          expect(windows.live.size).toBe(list.numberOfElements);
          put(system, adapter, list);
          expect(windows.live.size).toBe(0);
          expect(system.findings).toEqual([]);
        },
      ),
    );
  });
});

describe("map registers", () => {
  test.each([true, false])("pages beyond the device's reach are bounced (WriteToDevice %s)", (write) => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 1000n }),
        fc.integer({ min: 1, max: 30_000 }),
        (seed, lengthBytes) => {
          const { memory, system, host } = createHost(seed);
          const free = host.pages.freePages;
          const adapter = adapterOf(system, { dmaAddressWidth: 32 });
          const buffer = host.allocate({ lengthBytes, offset: 100 });
          const data = Uint8Array.from({ length: lengthBytes }, (_, index) => index & 0xff);
          if (write) buffer.write(data);
          const out: Out<ScatterGatherList> = { value: undefined };
          expect(getList(system, adapter, buffer, { write, flags: DMA_SYNCHRONOUS_CALLBACK, out })).toBe(
            STATUS_SUCCESS,
          );
          const list = out.value as ScatterGatherList;
          let at = 0;
          for (const { address, length } of list.elements) {
            expect(address + BigInt(length)).toBeLessThanOrEqual(1n << 32n);
            const view = memory.view(address as never, length);
            if (write) expect(Uint8Array.from(view)).toEqual(data.slice(at, at + length));
            else view.set(data.subarray(at, at + length));
            at += length;
          }
          put(system, adapter, list, write);
          expect(buffer.read()).toEqual(data);
          buffer.free();
          expect(system.freeMapRegisters).toBe(64);
          expect(host.pages.freePages).toBe(free);
        },
      ),
    );
  });

  test("when they run out a synchronous request fails and another waits its turn", () => {
    const { system, host } = createHost(1n, 4);
    const adapter = adapterOf(system, { dmaAddressWidth: 29 });
    const high = (): HostBuffer => {
      for (;;) {
        const buffer = host.allocate({ lengthBytes: 3 * 4096 });
        if (buffer.mdl.pageFrameNumbers.every((frame) => frame >= 1 << 17)) return buffer;
      }
    };
    const first: Out<ScatterGatherList> = { value: undefined };
    expect(getList(system, adapter, high(), { flags: DMA_SYNCHRONOUS_CALLBACK, out: first })).toBe(
      STATUS_SUCCESS,
    );
    expect(system.freeMapRegisters).toBe(1);
    adapter.dmaOperations.freeAdapterObject(adapter, 3);
    expect(
      getList(system, adapter, high(), { flags: DMA_SYNCHRONOUS_CALLBACK, out: { value: undefined } }),
    ).toBe(STATUS_INSUFFICIENT_RESOURCES);
    const lists: ScatterGatherList[] = [];
    expect(getList(system, adapter, high(), { routine: (_d, _i, list) => lists.push(list) })).toBe(
      STATUS_SUCCESS,
    );
    expect(lists).toEqual([]);
    put(system, adapter, first.value as ScatterGatherList);
    expect(lists).toHaveLength(1);
  });
});

describe("wrong use is found", () => {
  test("a list that is not this adapter's, twice given back, or with the other direction", () => {
    const { system, host } = createHost();
    const [adapter, other] = [adapterOf(system), adapterOf(system)];
    const out: Out<ScatterGatherList> = { value: undefined };
    getList(system, adapter, host.allocate({ lengthBytes: 10 }), { flags: DMA_SYNCHRONOUS_CALLBACK, out });
    const list = out.value as ScatterGatherList;
    put(system, other, list);
    put(system, adapter, list, false);
    put(system, adapter, list);
    expect(system.findings.map(({ code }) => code)).toEqual(["LIST_UNKNOWN", "DIRECTION", "LIST_UNKNOWN"]);
  });

  test("PutScatterGatherList below DISPATCH_LEVEL, PutDmaAdapter with a live list", () => {
    const { system, host } = createHost();
    const adapter = adapterOf(system);
    const out: Out<ScatterGatherList> = { value: undefined };
    getList(system, adapter, host.allocate({ lengthBytes: 10 }), { flags: DMA_SYNCHRONOUS_CALLBACK, out });
    adapter.dmaOperations.putDmaAdapter(adapter);
    adapter.dmaOperations.putScatterGatherList(adapter, out.value as ScatterGatherList, true);
    expect(system.findings.map(({ code }) => code)).toEqual(["ADAPTER_IN_USE", "IRQL"]);
  });
});
