import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { physicalAddress } from "../../../src/core/address.ts";
import { Random } from "../../../src/core/random.ts";
import { HostMemory } from "../../../src/memory/host-memory.ts";
import { PhysicalMemory } from "../../../src/memory/physical-memory.ts";
import { KeepObject, STATUS_INVALID_PARAMETER, STATUS_SUCCESS } from "../../../src/wdm/constants.ts";
import type { MapRegisterBase, Out } from "../../../src/wdm/dma-adapter.ts";
import { DmaSystem } from "../../../src/wdm/dma-system.ts";
import { listBytes } from "../../../src/wdm/scatter-gather.ts";
import { chained, FOUR_GIB, load, members, store } from "./chains.ts";
import { addressesOf, bytesOf, Driver } from "./driver.ts";
import { createHost } from "./host.ts";
import { RecordingWindows } from "./recording-windows.ts";

describe("MapTransferEx", () => {
  test("A54 A55 A58 with all resources the elements are the bytes of the chain in order, from any offset", () => {
    fc.assert(
      fc.property(members, fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean(), (parts, from, write) => {
        const driver = new Driver();
        const mdl = chained(driver, parts);
        const total = parts.reduce((sum, [length]) => sum + length, 0);
        const offset = Math.min(total - 1, Math.floor(from * total));
        const base = driver.own(17);
        const { status, length, elements } = driver.map(mdl, base, offset, total - offset, { write });
        expect(status).toBe(STATUS_SUCCESS);
        expect(length).toBe(total - offset);
        expect(addressesOf(elements)).toEqual(bytesOf(mdl, offset));
        expect(driver.flush(mdl, base, offset, length, write)).toBe(STATUS_SUCCESS);
        driver.freeChannel();
        expect(driver.findings).toEqual([]);
        expect(driver.host.windows.live.size).toBe(0);
      }),
    );
  });

  test("A56 A57 A61 with few registers or little room for the list the loop covers every byte once", () => {
    fc.assert(
      fc.property(
        members,
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 4 }),
        fc.constantFrom(32, 64),
        (parts, registers, room, dmaAddressWidth) => {
          const driver = new Driver(createHost(), { dmaAddressWidth });
          const mdl = chained(driver, parts);
          const own = bytesOf(mdl);
          const total = own.length;
          store(driver, own, (at) => at % 251);
          const base = driver.own(registers);
          const bytes = listBytes(room) - 64;
          let offset = 0;
          while (offset < total) {
            const mapped = driver.map(mdl, base, offset, total - offset, { bytes });
            expect(mapped.status).toBe(STATUS_SUCCESS);
            expect(mapped.length).toBeGreaterThan(0);
            expect(mapped.elements.length).toBeLessThanOrEqual(room);
            const pages = new Set(bytesOf(mdl, offset, mapped.length).map((at) => Math.floor(at / 4096)));
            expect(pages.size).toBeLessThanOrEqual(registers);
            // Byte for byte what stands there in the chain: itself or, out of reach, a copy of it.
            const seen = addressesOf(mapped.elements);
            expect(load(driver, seen)).toEqual(load(driver, own.slice(offset, offset + mapped.length)));
            expect(seen).toHaveLength(mapped.length);
            expect(driver.flush(mdl, base, offset, mapped.length)).toBe(STATUS_SUCCESS);
            offset += mapped.length;
          }
          expect(offset).toBe(total);
          expect(driver.findings).toEqual([]);
        },
      ),
    );
  });

  test.each([
    ["A59 a list with room for less than one element", { bytes: 39 }],
    ["A60 no list", { list: null }],
    ["a device offset", { deviceOffset: 4 }],
  ])("%s is invalid", (_name, call) => {
    const driver = new Driver();
    const { mdl } = driver.host.host.allocate({ lengthBytes: 100 });
    const base = driver.own(2);
    expect(driver.map(mdl, base, 0, 100, call)).toMatchObject({
      status: STATUS_INVALID_PARAMETER,
      length: 0,
    });
    expect(driver.map(mdl, base, 0, 100, { bytes: 40 })).toMatchObject({
      status: STATUS_SUCCESS,
      length: 100,
    });
  });

  test.each([
    [100, 1],
    [-1, 1],
    [0.5, 1],
    [0, -1],
  ])("offset %d, length %d of 100 bytes is invalid", (offset, length) => {
    const driver = new Driver();
    const { mdl } = driver.host.host.allocate({ lengthBytes: 100 });
    expect(driver.map(mdl, driver.own(2), offset, length).status).toBe(STATUS_INVALID_PARAMETER);
  });

  test("more bytes than the chain has are invalid and found", () => {
    const driver = new Driver();
    const { mdl } = driver.host.host.allocate({ lengthBytes: 100 });
    expect(driver.map(mdl, driver.own(2), 1, 100).status).toBe(STATUS_INVALID_PARAMETER);
    expect(driver.host.system.findings).toMatchObject([{ code: "0x24", parameters: { missing: 1 } }]);
  });

  test("A62 a second map before the flush is refused and found", () => {
    const driver = new Driver();
    const { mdl } = driver.host.host.allocate({ lengthBytes: 100 });
    const base = driver.own(2);
    driver.map(mdl, base, 0, 50);
    expect(driver.map(mdl, base, 50, 50)).toMatchObject({ status: STATUS_INVALID_PARAMETER, length: 0 });
    expect(driver.host.system.findings).toMatchObject([
      { code: "0x0D", mapping: expect.stringContaining("50 bytes at byte 0") },
    ]);
    // The first one is as it was.
    expect(driver.host.windows.live.size).toBe(1);
    expect(driver.flush(mdl, base, 0, 50)).toBe(STATUS_SUCCESS);
    expect(driver.map(mdl, base, 50, 50).length).toBe(50);
  });

  test("A65 mapping moves nothing: the bytes of a buffer in reach are the same before and after", () => {
    const driver = new Driver();
    const buffer = driver.host.host.allocate({ lengthBytes: 5000 });
    buffer.write(new Uint8Array(5000).fill(3));
    driver.map(buffer.mdl, driver.own(2), 0, 5000, { write: false });
    expect(buffer.read()).toEqual(new Uint8Array(5000).fill(3));
  });

  test("A67 A68 elements in reach are the buffer's, others are copies in bounce pages inside the device's reach", () => {
    fc.assert(
      fc.property(members, fc.bigInt({ min: 0n, max: 1000n }), (parts, seed) => {
        const driver = new Driver(createHost(seed), { dmaAddressWidth: 32 });
        const mdl = chained(driver, parts);
        const own = bytesOf(mdl);
        store(driver, own, (at) => at);
        const { elements, length } = driver.map(mdl, driver.own(17), 0, own.length);
        const seen = addressesOf(elements);
        expect(length).toBe(own.length);
        expect(Math.max(...seen)).toBeLessThan(FOUR_GIB);
        const isReached = (address: number): boolean => address < FOUR_GIB;
        expect(seen.filter((_, at) => isReached(own[at] as number))).toEqual(own.filter(isReached));
        expect(load(driver, seen)).toEqual(own.map((_, at) => at & 0xff));
      }),
    );
  });

  test("A67 the last page below the device's reach is used as it is, the first one behind it is bounced", () => {
    const reach = 2 ** 29;
    const base = physicalAddress(BigInt(reach - 8 * 4096));
    const memory = new PhysicalMemory(new Uint8Array(16 * 4096), [
      { base, lengthBytes: 16 * 4096, offset: 0 },
    ]);
    const profile = { fragmentation: "contiguous", pageBytes: 4096 } as const;
    const host = new HostMemory(memory, new Random(1n), profile);
    const windows = new RecordingWindows();
    const system = new DmaSystem({ host, windows });
    const driver = new Driver({ memory, host, windows, system }, { dmaAddressWidth: 29 });
    // The adapter keeps the two lowest pages; the others but one are taken, so that the buffer lies on both sides.
    const below = host.allocate({ lengthBytes: 5 * 4096 });
    const { mdl } = host.allocate({ lengthBytes: 2 * 4096 });
    expect(mdl.pageFrameNumbers).toEqual([reach / 4096 - 1, reach / 4096]);
    below.free();
    const { elements } = driver.map(mdl, driver.own(2), 0, 2 * 4096);
    const seen = addressesOf(elements);
    expect(seen[4095]).toBe(reach - 1);
    expect(Math.max(...seen)).toBe(reach - 1);
  });

  test("A69 no bytes are found", () => {
    const driver = new Driver();
    const { mdl } = driver.host.host.allocate({ lengthBytes: 100 });
    const base = driver.own(1);
    expect(driver.map(mdl, base, 0, 0)).toEqual({ status: STATUS_SUCCESS, length: 0, elements: [] });
    expect(driver.host.system.findings).toMatchObject([{ name: "ZERO_LENGTH", code: "0x21" }]);
  });

  test("A70 pages that are not locked are found in every routine that maps", () => {
    const driver = new Driver();
    const mdl = { ...driver.host.host.allocate({ lengthBytes: 100 }).mdl, mdlFlags: 0 };
    const base = driver.own(1);
    driver.map(mdl, base, 0, 100);
    driver.flush(mdl, base, 0, 100);
    driver.freeChannel();
    driver.put(driver.listNow(mdl));
    expect(driver.host.system.findings.map(({ code }) => code)).toEqual(["0x0E", "0x0E"]);
    const pool = { ...mdl, mdlFlags: 4 };
    driver.put(driver.listNow(pool));
    expect(driver.findings).toHaveLength(2);
  });

  test("no element crosses 4 GiB, whatever the pages", () => {
    const driver = new Driver(createHost(1n, 64, [0xfff0_0000n, 0x1_0000_0000n]));
    const mdl = {
      ...driver.host.host.allocate({ lengthBytes: 8192 }).mdl,
      pageFrameNumbers: [0xf_ffff, 0x10_0000],
    };
    const info = { version: 1, scatterGatherElementCount: 0 };
    driver.operations.getDmaTransferInfo(driver.adapter, mdl, 0, 8192, false, info);
    expect(info.scatterGatherElementCount).toBe(2);
  });
});

describe("MapTransfer", () => {
  test.each([
    [true, "one run of neighbouring pages"],
    [false, "all, in one run"],
  ])("A66 with scatter/gather %s it maps %s", (scatterGather) => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30_000 }), fc.nat(4095), (lengthBytes, offset) => {
        const driver = new Driver(createHost(), { version: 2, scatterGather, dma64BitAddresses: true });
        const { operations, adapter } = driver;
        const { mdl } = driver.host.host.allocate({ lengthBytes, offset });
        const own = bytesOf(mdl);
        store(driver, own, (at) => at % 251);
        let base: MapRegisterBase = null;
        driver.atDispatch(() =>
          operations.allocateAdapterChannel(
            ...([adapter, driver.deviceObject, 17] as const),
            (_device, _irp, given) => {
              base = given;
              return KeepObject;
            },
            null,
          ),
        );
        const va = mdl.startVa + BigInt(mdl.byteOffset);
        const runs: number[][] = [];
        for (let done = 0; done < lengthBytes; done = runs.flat().length) {
          const out: Out<number> = { value: lengthBytes - done };
          const first = Number(operations.mapTransfer(adapter, mdl, base, va + BigInt(done), out, true));
          runs.push(Array.from({ length: out.value as number }, (_, byte) => first + byte));
        }
        if (scatterGather) {
          expect(runs.flat()).toEqual(own);
          const ends = runs.slice(0, -1).map((run) => (run.at(-1) as number) + 1);
          expect(ends.filter((end, index) => end === runs[index + 1]?.[0])).toEqual([]);
        } else expect(runs).toHaveLength(1);
        expect(load(driver, runs.flat())).toEqual(own.map((_, at) => at % 251));
        expect(operations.flushAdapterBuffers(adapter, mdl, base, va, lengthBytes, true)).toBe(true);
        driver.freeChannel();
        expect(driver.findings).toEqual([]);
      }),
    );
  });

  test("wrong use is found and maps nothing", () => {
    const driver = new Driver();
    const { operations, adapter } = driver;
    const { mdl } = driver.host.host.allocate({ lengthBytes: 5000 });
    const base = driver.own(1);
    const va = mdl.startVa;
    const call = (at: bigint, length: number, registers: MapRegisterBase = base, write = true): void => {
      const out = { value: length };
      expect(operations.mapTransfer(adapter, mdl, registers, at, out, write)).toBe(0n);
      expect(out.value).toBe(0);
    };
    call(va, 10, null);
    call(va - 1n, 10);
    call(va, 0);
    call(va, 5001);
    operations.mapTransfer(adapter, mdl, base, va, { value: 10 }, true);
    call(va, 10);
    expect(driver.findings).toEqual([
      ...["TOO_MANY_MAP_REGISTERS", "OUTSIDE_MDL", "ZERO_LENGTH", "BEYOND_BUFFER"],
      "TOO_MANY_MAP_REGISTERS",
    ]);
  });
});
