import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { HostBuffer } from "../../../src/memory/host-buffer.ts";
import type { Mdl } from "../../../src/memory/mdl.ts";
import {
  DISPATCH_LEVEL,
  KeepObject,
  STATUS_INVALID_PARAMETER,
  STATUS_NONE_MAPPED,
  STATUS_SUCCESS,
} from "../../../src/wdm/constants.ts";
import type { MapRegisterBase, Out } from "../../../src/wdm/dma-adapter.ts";
import { scatterGatherBuffer } from "../../../src/wdm/scatter-gather.ts";
import { chainOf, Driver, ROOM } from "./driver.ts";
import { createHost } from "./host.ts";

/** A driver with the channel and `registers`, and buffers out of its device's reach. */
function bouncing(registers: number, changes = {}) {
  const driver = new Driver(createHost(), { version: 2, dma32BitAddresses: true, ...changes });
  const { operations, adapter } = driver;
  let base: MapRegisterBase = null;
  driver.atDispatch(() =>
    operations.allocateAdapterChannel(
      adapter,
      driver.deviceObject,
      registers,
      (_device, _irp, given) => {
        base = given;
        return KeepObject;
      },
      null,
    ),
  );
  return { driver, base };
}

const high = (driver: Driver, lengthBytes: number) => {
  for (;;) {
    const buffer = driver.host.host.allocate({ lengthBytes });
    if (buffer.mdl.pageFrameNumbers.every((frame) => frame >= 0x10_0000)) return buffer;
  }
};

/** MapTransfer of the rest of an MDL from a byte on. */
function mapRun(
  { operations, adapter }: Driver,
  mdl: Mdl,
  base: MapRegisterBase,
  from: number,
  write: boolean,
) {
  const length: Out<number> = { value: mdl.byteCount - from };
  const va = mdl.startVa + BigInt(mdl.byteOffset + from);
  const address = operations.mapTransfer(adapter, mdl, base, va, length, write);
  return { address: Number(address), length: length.value as number };
}

function mapRuns(driver: Driver, mdl: Mdl, base: MapRegisterBase, write: boolean) {
  const runs: ReturnType<typeof mapRun>[] = [];
  for (let done = 0; done < mdl.byteCount; ) {
    const run = mapRun(driver, mdl, base, done, write);
    runs.push(run);
    done += run.length;
  }
  return runs;
}

const flushOld = (
  { operations, adapter }: Driver,
  mdl: Mdl,
  base: MapRegisterBase,
  from: number,
  length: number,
  write: boolean,
) =>
  operations.flushAdapterBuffers(
    adapter,
    mdl,
    base,
    mdl.startVa + BigInt(mdl.byteOffset + from),
    length,
    write,
  );

const deviceWrites = ({ host: { memory } }: Driver, address: number, length: number, value: number) =>
  memory.bytes.fill(
    value,
    memory.offsetOf(BigInt(address) as never),
    memory.offsetOf(BigInt(address) as never) + length,
  );

const REGISTERS = 6;

/** A buffer that is mapped for a device to write, and what the device will write. */
interface Open {
  readonly buffer: HostBuffer;
  readonly runs: readonly { readonly address: number; readonly length: number }[];
  readonly value: number;
}

const usedPages = (open: readonly Open[]): number =>
  open.flatMap(({ runs }) => runs).reduce((all, { length }) => all + Math.ceil(length / 4096), 0);

const addressesIn = ({ address, length }: Open["runs"][0]): number[] =>
  Array.from({ length }, (_, at) => address + at);

/** The device writes, the driver flushes: the bytes are in the buffers. */
function receive(driver: Driver, base: MapRegisterBase, open: readonly Open[]): void {
  for (const { runs, value } of open)
    for (const { address, length } of runs) deviceWrites(driver, address, length, value);
  for (const { buffer, value } of open) {
    expect(flushOld(driver, buffer.mdl, base, 0, buffer.lengthBytes, false)).toBe(true);
    expect(buffer.read().every((byte) => byte === value)).toBe(true);
  }
}

describe("several mappings on one set of map registers", () => {
  test("each MDL has a flush of its own: what the device writes after the first one arrives with the second", () => {
    const { driver, base } = bouncing(2);
    const [x, y] = [high(driver, 64), high(driver, 64)];
    mapRun(driver, x.mdl, base, 0, false);
    const second = mapRun(driver, y.mdl, base, 0, false);
    expect(flushOld(driver, x.mdl, base, 0, 64, false)).toBe(true);
    expect(driver.host.windows.live.size).toBe(1);
    deviceWrites(driver, second.address, 64, 2);
    expect(flushOld(driver, y.mdl, base, 0, 64, false)).toBe(true);
    expect(y.read()).toEqual(new Uint8Array(64).fill(2));
    driver.freeChannel();
    expect(driver.findings).toEqual([]);
  });

  test.each([true, false])(
    "with scatter/gather %s MDLs are flushed in any order, and a bounce page in use is not given out again",
    (scatterGather) => {
      fc.assert(
        fc.property(
          fc.array(fc.tuple(fc.integer({ min: 1, max: 9000 }), fc.nat(2)), { minLength: 1, maxLength: 12 }),
          (steps) => {
            const { driver, base } = bouncing(REGISTERS, { scatterGather });
            const open: Open[] = [];
            for (const [index, [lengthBytes, which]] of steps.entries()) {
              if (usedPages(open) + Math.ceil(lengthBytes / 4096) <= REGISTERS) {
                const buffer = high(driver, lengthBytes);
                open.push({ buffer, runs: mapRuns(driver, buffer.mdl, base, false), value: index + 1 });
              } else receive(driver, base, open.splice(which % open.length, 1));
            }
            const used = open.flatMap(({ runs }) => runs.flatMap(addressesIn));
            expect(new Set(used).size).toBe(used.length);
            receive(driver, base, open);
            driver.freeChannel();
            expect(driver.findings).toEqual([]);
            expect(driver.host.windows.live.size).toBe(0);
          },
        ),
        { numRuns: 25 },
      );
    },
  );

  test("runs of MapTransfer are flushed one by one, or by one call for all", () => {
    const { driver, base } = bouncing(4, { dma64BitAddresses: true, scatterGather: true });
    const { mdl } = driver.host.host.allocate({ lengthBytes: 12_288 });
    const runs = mapRuns(driver, mdl, base, true);
    expect(runs.length).toBeGreaterThan(1);
    let at = 0;
    for (const [index, { length }] of runs.entries()) {
      expect(flushOld(driver, mdl, base, at, length, true)).toBe(true);
      expect(driver.host.windows.live.size).toBe(runs.length - 1 - index);
      at += length;
    }
    mapRuns(driver, mdl, base, true);
    expect(flushOld(driver, mdl, base, 0, 12_288, true)).toBe(true);
    driver.freeChannel();
    expect(driver.findings).toEqual([]);
  });

  test("FlushAdapterBuffersEx flushes the runs of a packet, over its MDLs, and no less than a run", () => {
    const driver = new Driver();
    const parts = [5000, 100, 9000].map((lengthBytes) => driver.host.host.allocate({ lengthBytes }));
    const mdl = chainOf(parts);
    const base = driver.own(8);
    for (let each: Mdl | null = mdl; each !== null; each = each.next) mapRuns(driver, each, base, true);
    const open = driver.host.windows.live.size;
    expect(driver.flush(mdl, base, 0, 10)).toBe(STATUS_INVALID_PARAMETER);
    expect(driver.flush(mdl, base, 1, 14_099)).toBe(STATUS_INVALID_PARAMETER);
    expect(driver.host.windows.live.size).toBe(open);
    expect(driver.flush(mdl, base, 0, 14_100)).toBe(STATUS_SUCCESS);
    expect(driver.host.windows.live.size).toBe(0);
    driver.freeChannel();
    expect(driver.findings).toEqual(["FLUSH_BEYOND_MAPPING", "FLUSH_NOT_MAPPED"]);
  });

  test("FlushAdapterBuffersEx of one run leaves the others mapped", () => {
    const driver = new Driver();
    const { mdl } = driver.host.host.allocate({ lengthBytes: 8192 });
    const base = driver.own(2);
    const [first, ...others] = mapRuns(driver, mdl, base, true);
    expect(others).toHaveLength(1);
    expect(driver.flush(mdl, base, 0, first?.length ?? 0)).toBe(STATUS_SUCCESS);
    expect(driver.host.windows.live.size).toBe(1);
    expect(driver.flush(mdl, base, 4096, 4096)).toBe(STATUS_SUCCESS);
    expect(driver.findings).toEqual([]);
  });

  test("a flush of fewer bytes than an MDL has mapped is found, and ends the mappings of this MDL alone", () => {
    const { driver, base } = bouncing(3);
    const [x, y] = [high(driver, 64), high(driver, 64)];
    mapRun(driver, x.mdl, base, 0, true);
    mapRun(driver, y.mdl, base, 0, true);
    expect(flushOld(driver, x.mdl, base, 0, 60, true)).toBe(true);
    expect(flushOld(driver, x.mdl, base, 0, 64, true)).toBe(false);
    expect(flushOld(driver, y.mdl, base, 0, 64, true)).toBe(true);
    expect(driver.findings).toEqual(["FLUSH_BEYOND_MAPPING", "FLUSH_NOT_MAPPED"]);
  });
});

describe("what is counted before is what is mapped", () => {
  test.each([
    [64, false],
    [32, false],
    [64, true],
    [32, true],
  ])("%d bits, scatter/gather %s", (dmaAddressWidth, scatterGather) => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 13_000 }), { minLength: 1, maxLength: 3 }),
        fc.bigInt({ min: 0n, max: 99n }),
        (lengths, seed) => {
          const driver = new Driver(createHost(seed), { dmaAddressWidth, scatterGather });
          const { operations, adapter } = driver;
          const mdl = chainOf(lengths.map((lengthBytes) => driver.host.host.allocate({ lengthBytes })));
          const length = lengths.reduce((sum, each) => sum + each, 0);
          const info = { version: 1, scatterGatherElementCount: 0, scatterGatherListSize: 0 };
          expect(operations.getDmaTransferInfo(adapter, mdl, 0, length, false, info)).toBe(STATUS_SUCCESS);
          const size: Out<number> = { value: 0 };
          const va = mdl.startVa + BigInt(mdl.byteOffset);
          expect(operations.calculateScatterGatherList(adapter, mdl, va, length, size, null)).toBe(
            STATUS_SUCCESS,
          );
          expect(size.value).toBe(info.scatterGatherListSize);
          const list = driver.listNow(mdl, { length, bytes: info.scatterGatherListSize });
          // Bounce pages of a device with scatter/gather may happen to be neighbours.
          if (scatterGather)
            expect(list.numberOfElements).toBeLessThanOrEqual(info.scatterGatherElementCount);
          else {
            expect(info.scatterGatherElementCount).toBe(list.numberOfElements);
            expect(list.numberOfElements).toBe(lengths.length);
          }
          driver.put(list);
          expect(driver.findings).toEqual([]);
        },
      ),
    );
  });
});

test("a list buffer is used again: each of its lists is translated once, and not twice", () => {
  const driver = new Driver();
  const { operations, adapter } = driver;
  const { mdl } = driver.host.host.allocate({ lengthBytes: 64 });
  const buffer = scatterGatherBuffer();
  for (let round = 0; round < 2; round++) {
    const list = driver.listNow(mdl, { buffer, bytes: ROOM });
    expect(list).toBe(buffer);
    const build = () => operations.buildMdlFromScatterGatherList(adapter, list, mdl, { value: undefined });
    expect([build(), build()]).toEqual([STATUS_SUCCESS, STATUS_NONE_MAPPED]);
    driver.put(list);
  }
  expect(driver.findings).toEqual([]);
});

test("a partial MDL of a locked buffer counts as locked, at any level up to DISPATCH_LEVEL", () => {
  const driver = new Driver();
  const { mdl } = driver.host.host.allocate({ lengthBytes: 5000 });
  const partial = {
    ...mdl,
    mdlFlags: 0x10,
    byteOffset: mdl.byteOffset + 100,
    byteCount: 200,
    pageFrameNumbers: mdl.pageFrameNumbers.slice(0, 1),
  };
  driver.put(driver.listNow(partial));
  const base = driver.own(1);
  driver.at(DISPATCH_LEVEL, () => driver.map(partial, base, 0, 200));
  driver.flush(partial, base, 0, 200);
  driver.freeChannel();
  expect(driver.findings).toEqual([]);
});
