import { describe, expect, test } from "vitest";
import { Random } from "../../../src/core/random.ts";
import type { HostBuffer } from "../../../src/memory/host-buffer.ts";
import type { Mdl } from "../../../src/memory/mdl.ts";
import {
  DeallocateObject,
  DeallocateObjectKeepRegisters,
  DMA_SYNCHRONOUS_CALLBACK,
  KeepObject,
  STATUS_SUCCESS,
} from "../../../src/wdm/constants.ts";
import type { MapRegisterBase, Out } from "../../../src/wdm/dma-adapter.ts";
import { DmaSystem, type DmaSystemParts } from "../../../src/wdm/dma-system.ts";
import { MmGetMdlVirtualAddress } from "../../../src/wdm/mdl-routines.ts";
import { type ScatterGatherList, scatterGatherBuffer } from "../../../src/wdm/scatter-gather.ts";
import { chainOf, Driver, ROOM } from "./driver.ts";
import { createHost } from "./host.ts";
import { flushOld, mapOld, older, ownOld, partOf } from "./older-driver.ts";

function driverOn(parts: Partial<DmaSystemParts>, device = {}): Driver {
  const host = createHost();
  return new Driver({ ...host, system: new DmaSystem({ ...host, mapRegisters: 64, ...parts }) }, device);
}

function buffers(driver: Driver, ...lengths: readonly number[]): HostBuffer[] {
  return lengths.map((lengthBytes) => driver.host.host.allocate({ lengthBytes }));
}

const platforms: readonly [string, Partial<DmaSystemParts>, object][] = [
  ["standard", {}, {}],
  ["bounce-everything", { bouncesAll: true }, {}],
  ["logical-is-not-physical", { logicalOrder: new Random(1n) }, {}],
  ["32-bit-device", {}, { dmaAddressWidth: 32 }],
  ["short-lists", { limits: { scatterGatherLimit: 8, elementBytes: 8192, elementBoundary: 16_384 } }, {}],
  ["without scatter/gather", {}, { scatterGather: false }],
  ["32-bit-device without scatter/gather", {}, { scatterGather: false, dmaAddressWidth: 32 }],
  ["without scatter/gather, all of it bounced", { bouncesAll: true }, { scatterGather: false }],
];

describe.each(platforms)("what is legal is found nowhere: %s", (_name, parts, device) => {
  const legal: readonly [string, (driver: Driver) => void][] = [
    [
      "several ranges of one MDL mapped on one base, flushed each by a call, in another order",
      (driver) => {
        const old = older(driver, device);
        const [buffer] = buffers(driver, 20_000) as [HostBuffer];
        const base = ownOld(old, 8, KeepObject);
        for (const [from, bytes] of [
          [12_288, 5000],
          [100, 4096],
          [8000, 1],
        ] as const)
          mapOld(old, buffer.mdl, base, from, bytes);
        flushOld(old, buffer.mdl, base, 100, 4096);
        flushOld(old, buffer.mdl, base, 8000, 1);
        flushOld(old, buffer.mdl, base, 12_288, 5000);
        old.freeChannel();
      },
    ],
    [
      "a piece of a packet flushed as soon as it is done, its map register used for the next",
      (driver) => {
        const old = older(driver, device);
        const [buffer] = buffers(driver, 16_384) as [HostBuffer];
        const base = ownOld(old, 2, KeepObject);
        for (let done = 0; done < 16_384; ) {
          const length: Out<number> = { value: 16_384 - done };
          const va = MmGetMdlVirtualAddress(buffer.mdl) + BigInt(done);
          old.operations.mapTransfer(old.adapter, buffer.mdl, base, va, length, true);
          flushOld(old, buffer.mdl, base, done, length.value as number);
          done += length.value as number;
        }
        old.freeChannel();
      },
    ],
    [
      "registers kept without the channel, used by another routine later, freed at the end",
      (driver) => {
        const old = older(driver, device);
        const [first, second] = buffers(driver, 4096, 4096) as [HostBuffer, HostBuffer];
        const bases = [first, second].map(() => ownOld(old, 2, DeallocateObjectKeepRegisters));
        for (const [index, { mdl }] of [first, second].entries())
          mapOld(old, mdl, bases[index] as MapRegisterBase, 0, 4096);
        flushOld(old, second.mdl, bases[1] as MapRegisterBase, 0, 4096);
        flushOld(old, first.mdl, bases[0] as MapRegisterBase, 0, 4096);
        for (const base of bases.toReversed()) old.freeRegisters(base, 2);
        old.operations.putDmaAdapter(old.adapter);
      },
    ],
    [
      "a partial MDL of a partial MDL, with its own flush, and the next part in the same memory for an MDL",
      (driver) => {
        const [buffer] = buffers(driver, 20_000) as [HostBuffer];
        const base = driver.own(4);
        for (const from of [0, 4096, 6000]) {
          const part = partOf(partOf(buffer.mdl, from, 10_000), 50, 5000);
          expect(driver.map(part, base, 0, 5000)).toMatchObject({ length: 5000 });
          expect(driver.flush(part, base, 0, 5000)).toBe(STATUS_SUCCESS);
        }
        driver.freeChannel();
        buffer.free();
      },
    ],
    [
      "a chain in pieces, with fewer map registers than pages",
      (driver) => {
        const chain = chainOf(buffers(driver, 5000, 1, 9000, 4096));
        const base = driver.own(2);
        for (let done = 0; done < 18_097; ) {
          const { length, status } = driver.map(chain, base, done, 18_097 - done);
          expect(status).toBe(STATUS_SUCCESS);
          expect(driver.flush(chain, base, done, length)).toBe(STATUS_SUCCESS);
          done += length;
        }
        driver.freeChannel();
      },
    ],
    [
      "lists put in another order, one context and one list buffer each, used again and again",
      (driver) => {
        const blocks = buffers(driver, 64, 4096, 9000).map((buffer) => {
          return { buffer, context: driver.context(), list: scatterGatherBuffer() };
        });
        for (let round = 0; round < 3; round++) {
          for (const { buffer, context, list } of blocks)
            driver.listNow(buffer, { context, buffer: list, bytes: ROOM, write: round % 2 === 0 });
          for (const { list } of blocks.toReversed()) driver.put(list, round % 2 === 0);
        }
      },
    ],
    [
      "a context that is initialised again after its request has ended, for another adapter too",
      (driver) => {
        const other = new Driver(driver.host, device);
        const [{ mdl }] = buffers(driver, 100) as [HostBuffer];
        const context = driver.context();
        driver.put(driver.listNow(mdl, { context }));
        driver.put(driver.listNow(mdl, { context: driver.context(context) }));
        other.put(other.listNow(mdl, { context: other.context(context) }));
      },
    ],
    [
      "a cancel after the grant, from the routine, and after the end",
      (driver) => {
        const [{ mdl }] = buffers(driver, 100) as [HostBuffer];
        const context = driver.context();
        const lists: ScatterGatherList[] = [];
        driver.list(mdl, {
          context,
          routine: (_device, _irp, list) => {
            lists.push(list);
            expect(driver.cancel(context)).toBe(false);
          },
        });
        expect(driver.cancel(context)).toBe(false);
        for (const list of lists) driver.put(list);
        expect(driver.cancel(context)).toBe(false);
      },
    ],
    [
      "a list that is put in its own routine, which asks for the next one",
      (driver) => {
        const [{ mdl }] = buffers(driver, 100) as [HostBuffer];
        let left = 3;
        const ask = (): number =>
          driver.list(mdl, {
            routine: (_device, _irp, list) => {
              driver.put(list);
              if (--left > 0) expect(ask()).toBe(STATUS_SUCCESS);
            },
          });
        ask();
        expect(left).toBe(0);
      },
    ],
    [
      "buffers that begin and end at the edges of pages",
      (driver) => {
        const { host } = driver.host;
        for (const [offset, lengthBytes] of [
          [0, 4096],
          [4095, 1],
          [4095, 2],
          [0, 8192],
          [1, 4095],
          [4095, 4098],
        ] as const) {
          const buffer = host.allocate({ lengthBytes, offset });
          driver.put(driver.listNow(buffer));
          if (lengthBytes > 1) driver.put(driver.listNow(buffer, { offset: lengthBytes - 1, length: 1 }));
          const base = driver.own(3);
          expect(driver.map(buffer.mdl, base, 0, lengthBytes).length).toBe(lengthBytes);
          expect(driver.flush(buffer.mdl, base, 0, lengthBytes)).toBe(STATUS_SUCCESS);
          driver.freeChannel();
          buffer.free();
        }
      },
    ],
    [
      "every way to end a request",
      (driver) => {
        const { operations, adapter } = driver;
        for (const action of [DeallocateObject, DeallocateObjectKeepRegisters, KeepObject]) {
          let base: MapRegisterBase = null;
          const routine = (_device: unknown, _irp: unknown, given: MapRegisterBase): number => {
            base = given;
            return action;
          };
          driver.allocate({ registers: 2, routine });
          if (action === DeallocateObjectKeepRegisters) driver.freeRegisters(base, 2);
          if (action === KeepObject) driver.freeChannel();
        }
        for (const action of [DeallocateObject, DeallocateObjectKeepRegisters]) {
          const base = driver.own(2);
          operations.freeAdapterObject(adapter, KeepObject);
          operations.freeAdapterObject(adapter, action);
          if (action === DeallocateObjectKeepRegisters) driver.freeRegisters(base, 2);
        }
        const [{ mdl }] = buffers(driver, 100) as [HostBuffer];
        const out: Out<ScatterGatherList> = { value: undefined };
        driver.list(mdl, { flags: DMA_SYNCHRONOUS_CALLBACK, out });
        operations.freeAdapterObject(adapter, DeallocateObjectKeepRegisters);
        driver.put(out.value as ScatterGatherList);
      },
    ],
    [
      "one buffer mapped twice at a time, for two adapters, in two directions",
      (driver) => {
        const other = new Driver(driver.host, device);
        const [buffer] = buffers(driver, 5000) as [HostBuffer];
        const first = driver.listNow(buffer);
        const second = other.listNow(buffer, { write: false });
        const third = driver.listNow(buffer, { offset: 100, length: 50 });
        driver.put(first);
        other.put(second, false);
        driver.put(third);
        buffer.free();
      },
    ],
    [
      "completion in a deferred routine: map at DISPATCH_LEVEL, flush and put there",
      (driver) => {
        const [buffer] = buffers(driver, 5000) as [HostBuffer];
        driver.atDispatch(() => {
          const base = driver.own(2);
          driver.map(buffer.mdl, base, 0, 5000);
          driver.flush(buffer.mdl, base, 0, 5000);
          driver.freeChannel();
          driver.put(driver.listNow(buffer));
        });
      },
    ],
    [
      "an MDL from a list, and a list of that MDL",
      (driver) => {
        const [buffer] = buffers(driver, 9000) as [HostBuffer];
        const list = driver.listNow(buffer);
        const target: Out<Mdl> = { value: undefined };
        expect(
          driver.operations.buildMdlFromScatterGatherList(driver.adapter, list, buffer.mdl, target),
        ).toBe(STATUS_SUCCESS);
        driver.put(list);
      },
    ],
    [
      "PutDmaAdapter at DISPATCH_LEVEL",
      ({ operations, adapter, ...driver }) => {
        const { system } = driver.host;
        system.atDispatch(() => operations.putDmaAdapter(adapter));
      },
    ],
    [
      "two mappings in one page, one of them ended",
      (driver) => {
        const buffer = driver.host.host.allocate({ lengthBytes: 200 });
        const halves = [0, 100].map((offset) => driver.listNow(buffer, { offset, length: 100 }));
        for (const list of halves) driver.put(list);
        buffer.free();
      },
    ],
    [
      "one context for all pieces of a transfer, initialised once",
      (driver) => {
        const context = driver.context();
        const buffer = driver.host.host.allocate({ lengthBytes: 16_384 });
        for (const offset of [0, 8192]) driver.put(driver.listNow(buffer, { context, offset, length: 8192 }));
      },
    ],
    [
      "FreeAdapterObject(3) after a request that was refused",
      (driver) => {
        driver.list(driver.host.host.allocate({ lengthBytes: 64 }), { bytes: 1, routine: () => {} });
        driver.operations.freeAdapterObject(driver.adapter, 3);
      },
    ],
    [
      "an MDL of no bytes in a chain",
      (driver) => {
        const [first, last] = [64, 100].map((lengthBytes) => driver.host.host.allocate({ lengthBytes }).mdl);
        if (first === undefined || last === undefined) throw new Error("no MDL");
        const mdl = { ...first, next: { ...first, byteCount: 0, next: last } };
        driver.put(driver.listNow(mdl, { length: 164 }));
      },
    ],
    [
      "a flush for each MDL, or one for the packet",
      (driver) => {
        const mdl = chainOf([64, 100].map((lengthBytes) => driver.host.host.allocate({ lengthBytes })));
        const base = driver.own(4);
        for (const isOne of [false, true]) {
          const members = [mdl, mdl.next as typeof mdl];
          for (const member of members) {
            const length = { value: member.byteCount };
            const va = member.startVa + BigInt(member.byteOffset);
            driver.operations.mapTransfer(driver.adapter, member, base, va, length, true);
            expect(length.value).toBe(member.byteCount);
          }
          if (isOne) expect(driver.flush(mdl, base, 0, 164)).toBe(STATUS_SUCCESS);
          else
            for (const member of members) {
              const va = member.startVa + BigInt(member.byteOffset);
              const { byteCount } = member;
              driver.operations.flushAdapterBuffers(driver.adapter, member, base, va, byteCount, true);
            }
        }
        driver.freeChannel();
      },
    ],
    [
      "a cancel of what was granted, and of what waits",
      (driver) => {
        const [granted, waiting] = [driver.context(), driver.context()];
        driver.own(1);
        driver.allocate({ context: waiting, routine: () => DeallocateObject });
        expect(driver.cancel(waiting)).toBe(true);
        driver.freeChannel();
        driver.allocate({ context: granted, routine: () => DeallocateObject });
        expect(driver.cancel(granted)).toBe(false);
      },
    ],
    [
      "a request that is refused because the channel is taken, and made again",
      (driver) => {
        const buffer = driver.host.host.allocate({ lengthBytes: 64 });
        const context = driver.context();
        driver.own(1);
        const out = { value: undefined };
        expect(driver.list(buffer, { context, flags: 1, out })).not.toBe(STATUS_SUCCESS);
        driver.freeChannel();
        driver.put(driver.listNow(buffer, { context }));
      },
    ],
  ];

  test.each(legal)("%s", (_what, work) => {
    const driver = driverOn(parts, device);
    work(driver);
    expect(driver.findings).toEqual([]);
    expect(driver.host.system.holdings()).toEqual([]);
  });
});
