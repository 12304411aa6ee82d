import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  STATUS_BUFFER_TOO_SMALL,
  STATUS_INSUFFICIENT_RESOURCES,
  STATUS_INVALID_PARAMETER,
  STATUS_NONE_MAPPED,
  STATUS_NOT_IMPLEMENTED,
  STATUS_NOT_SUPPORTED,
  STATUS_SUCCESS,
} from "../../../src/wdm/constants.ts";
import type { DmaTransferInfo, Out } from "../../../src/wdm/dma-adapter.ts";
import { listBytes } from "../../../src/wdm/scatter-gather.ts";
import { addressesOf, bytesOf, Driver } from "./driver.ts";
import { createHost } from "./host.ts";

const OK = STATUS_SUCCESS;
const BAD = STATUS_INVALID_PARAMETER;
const BUSY = STATUS_INSUFFICIENT_RESOURCES;

describe("what a driver may ask before", () => {
  const range = fc.tuple(fc.integer({ min: 1, max: 40_000 }), fc.nat(4095), fc.boolean());

  test("A29 A30 A31 GetDmaTransferInfo is enough for one list and for one map", () => {
    fc.assert(
      fc.property(range, fc.constantFrom(32, 64), ([lengthBytes, offset, contiguous], dmaAddressWidth) => {
        const driver = new Driver(createHost(), { dmaAddressWidth });
        const buffer = driver.host.host.allocate({ lengthBytes, offset, contiguous });
        const info: DmaTransferInfo = { version: 2 };
        driver.operations.getDmaTransferInfo(driver.adapter, buffer.mdl, 0, lengthBytes, false, info);
        const list = driver.listNow(buffer, { bytes: info.scatterGatherListSize as number });
        expect(list.numberOfElements).toBeLessThanOrEqual(info.scatterGatherElementCount as number);
        driver.put(list);
        const base = driver.own(info.mapRegisterCount as number);
        expect(driver.map(buffer.mdl, base, 0, lengthBytes).length).toBe(lengthBytes);
      }),
    );
  });

  test("A28 A32 an unknown version: not supported, nothing written, nothing taken", () => {
    const driver = new Driver();
    const { adapter, operations } = driver;
    const { mdl } = driver.host.host.allocate({ lengthBytes: 10 });
    for (const version of [0, 3]) {
      const info = { version };
      expect(operations.getDmaTransferInfo(adapter, mdl, 0, 10, false, info)).toBe(STATUS_NOT_SUPPORTED);
      expect(operations.getDmaAdapterInfo(adapter, info)).toBe(version === 1 ? OK : STATUS_NOT_SUPPORTED);
      expect(info).toEqual({ version });
    }
    expect(driver.host.system.holdings()).toEqual([]);
  });

  test("A33 A34 A35 CalculateScatterGatherList without an MDL is the worst case, at any IRQL", () => {
    fc.assert(
      fc.property(range, ([lengthBytes, offset, contiguous]) => {
        const driver = new Driver();
        const { adapter, operations } = driver;
        const { mdl } = driver.host.host.allocate({ lengthBytes, offset, contiguous });
        const va = mdl.startVa + BigInt(offset);
        const [worst, exact, registers] = [{ value: 0 }, { value: 0 }, { value: 0 }];
        driver.at(15, () => {
          expect(operations.calculateScatterGatherList(adapter, null, va, lengthBytes, worst, null)).toBe(OK);
          expect(operations.calculateScatterGatherList(adapter, mdl, va, lengthBytes, exact, registers)).toBe(
            OK,
          );
        });
        expect(exact.value).toBeLessThanOrEqual(worst.value);
        expect(registers.value).toBe(mdl.pageFrameNumbers.length);
        const calculate = (bytes: number): number =>
          operations.calculateScatterGatherList(adapter, mdl, va, bytes, exact, null);
        expect(calculate(lengthBytes + 1)).toBe(STATUS_BUFFER_TOO_SMALL);
        expect(operations.calculateScatterGatherList(adapter, null, va, 18 * 4096, exact, null)).toBe(BUSY);
        expect(driver.findings).toEqual([]);
      }),
    );
  });

  test("GetDmaAdapterInfo writes every member, and no flag", () => {
    const driver = new Driver();
    const info = { version: 1 };
    expect(driver.operations.getDmaAdapterInfo(driver.adapter, info)).toBe(OK);
    expect(info).toEqual({
      version: 1,
      readDmaCounterAvailable: false,
      scatterGatherLimit: 2 ** 32 - 1,
      dmaAddressWidth: 64,
      flags: 0,
      minimumTransferUnit: 1,
    });
  });

  test("CalculateScatterGatherList of no bytes is a list of no elements", () => {
    const driver = new Driver();
    const { mdl } = driver.host.host.allocate({ lengthBytes: 10, offset: 0 });
    const size: Out<number> = { value: undefined };
    const registers: Out<number> = { value: undefined };
    const call = [driver.adapter, mdl, mdl.startVa, 0, size, registers] as const;
    expect(driver.operations.calculateScatterGatherList(...call)).toBe(OK);
    expect([size.value, registers.value]).toEqual([listBytes(0), 0]);
  });

  test.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])(
    "a length of %d bytes is none",
    (bytes) => {
      const driver = new Driver();
      const { adapter, operations } = driver;
      const { mdl } = driver.host.host.allocate({ lengthBytes: 10 });
      const size = { value: 77 };
      expect(operations.calculateScatterGatherList(adapter, mdl, mdl.startVa, bytes, size, null)).toBe(BAD);
      expect(operations.calculateScatterGatherList(adapter, null, mdl.startVa, bytes, size, null)).toBe(BAD);
      const info = { version: 2 };
      expect(operations.getDmaTransferInfo(adapter, mdl, 0, bytes, false, info)).toBe(BAD);
      expect([size, info]).toEqual([{ value: 77 }, { version: 2 }]);
    },
  );

  test("a list may need as many map registers as there are, and not one more", () => {
    const driver = new Driver();
    const { adapter, operations } = driver;
    const registers = { value: 0 };
    const calculate = (bytes: number): number =>
      operations.calculateScatterGatherList(adapter, null, 0n, bytes, { value: 0 }, registers);
    const most = 17 * 4096;
    expect(calculate(most)).toBe(OK);
    expect(registers.value).toBe(17);
    expect(calculate(most + 1)).toBe(BUSY);
  });

  test("A98 BuildMdlFromScatterGatherList: the buffer's own MDL unless something was bounced, once", () => {
    for (const dmaAddressWidth of [64, 32]) {
      const driver = new Driver(createHost(), { dmaAddressWidth });
      const { mdl } = driver.host.host.allocate({ lengthBytes: 40_000 });
      const list = driver.listNow(mdl);
      const out: Out<typeof mdl> = { value: undefined };
      const build = (original: typeof mdl | null): number =>
        driver.operations.buildMdlFromScatterGatherList(driver.adapter, list, original as never, out);
      expect(build(null)).toBe(BAD);
      expect(build(mdl)).toBe(OK);
      if (dmaAddressWidth === 64) expect(out.value).toBe(mdl);
      else expect(bytesOf(out.value as typeof mdl)).toEqual(addressesOf(list.elements));
      expect(build(mdl)).toBe(STATUS_NONE_MAPPED);
    }
  });

  test("A100 routines of system DMA", () => {
    const driver = new Driver();
    const { adapter, operations } = driver;
    expect(operations.configureAdapterChannel(adapter, 1, null)).toBe(STATUS_NOT_IMPLEMENTED);
    expect(operations.cancelMappedTransfer(adapter, driver.context())).toBe(BAD);
    expect(operations.readDmaCounter(adapter)).toBe(0);
    expect(driver.host.system.findings).toMatchObject([{ code: "X14" }]);
    expect(operations.getDmaAlignment(adapter)).toBe(1);
  });
});

describe("common buffers", () => {
  const bytesAt = (driver: Driver, logical: bigint, length: number) =>
    driver.host.memory.view(logical as never, length);

  test("A93 A95 one run of logical addresses in reach, zeroed; each side sees what the other writes, at once", () => {
    const driver = new Driver(createHost(), { dmaAddressWidth: 32 });
    const { adapter, operations, host } = driver;
    const logical: Out<bigint> = { value: undefined };
    const view = operations.allocateCommonBuffer(adapter, 10_000, logical as never, true) as Uint8Array;
    const at = logical.value as bigint;
    expect(view).toEqual(new Uint8Array(10_000));
    expect(at + 10_000n).toBeLessThanOrEqual(1n << 32n);
    const [window] = host.windows.live;
    expect(window).toMatchObject({ logical: at, lengthBytes: 10_000, access: "read-write" });
    view[9999] = 7;
    bytesAt(driver, at, 10_000)[0] = 8;
    expect(bytesAt(driver, at, 10_000)[9999]).toBe(7);
    expect(view[0]).toBe(8);
    const low = operations.allocateCommonBufferEx(
      adapter,
      0x1000_8000n as never,
      4096,
      logical as never,
      true,
      0,
    );
    expect(low).not.toBeNull();
    expect((logical.value as bigint) + 4096n).toBeLessThanOrEqual(0x1000_8000n);
  });

  test("A96 freed with any other value it is found and stays", () => {
    const driver = new Driver();
    const { adapter, operations, host } = driver;
    const out: Out<bigint> = { value: undefined };
    const view = operations.allocateCommonBuffer(adapter, 100, out as never, true) as Uint8Array;
    const at = out.value as never;
    operations.freeCommonBuffer(adapter, 101, at, view, true);
    operations.freeCommonBuffer(adapter, 100, 0n as never, view, true);
    operations.freeCommonBuffer(adapter, 100, at, view.subarray(1), true);
    operations.freeCommonBuffer(adapter, 100, at, view, false);
    expect(host.windows.live.size).toBe(1);
    operations.freeCommonBuffer(adapter, 100, at, view, true);
    operations.freeCommonBuffer(adapter, 100, at, view, true);
    expect(host.windows.live.size).toBe(0);
    expect(host.system.findings.map(({ code }) => code)).toEqual(Array(5).fill("0x03"));
  });

  test("none when there is no memory for it", () => {
    const { adapter, operations } = new Driver();
    const out: Out<bigint> = { value: undefined };
    expect(operations.allocateCommonBuffer(adapter, 1 << 26, out as never, true)).toBeNull();
    expect(operations.allocateCommonBuffer(adapter, 0, out as never, true)).toBeNull();
  });
});
