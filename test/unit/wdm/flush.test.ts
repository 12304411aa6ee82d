import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { HostBuffer } from "../../../src/memory/host-buffer.ts";
import {
  DeallocateObject,
  DeallocateObjectKeepRegisters,
  KeepObject,
  STATUS_INVALID_PARAMETER,
  STATUS_SUCCESS,
} from "../../../src/wdm/constants.ts";
import type { MapRegisterBase } from "../../../src/wdm/dma-adapter.ts";
import { chained, FOUR_GIB, load, members, store } from "./chains.ts";
import { addressesOf, bytesOf, Driver, ROOM } from "./driver.ts";
import { createHost } from "./host.ts";

function keptRegisters(driver: Driver, registers: number): MapRegisterBase {
  let base: MapRegisterBase = null;
  driver.allocate({
    registers,
    routine: (_device, _irp, given) => {
      base = given;
      return DeallocateObjectKeepRegisters;
    },
  });
  return base;
}

describe("FlushAdapterBuffersEx", () => {
  test("A82 A83 bounced data are in the buffer after the flush, not before; a buffer that is read never changes", () => {
    fc.assert(
      fc.property(members, fc.boolean(), fc.bigInt({ min: 0n, max: 1000n }), (parts, write, seed) => {
        const driver = new Driver(createHost(seed), { dmaAddressWidth: 32 });
        const mdl = chained(driver, parts);
        const own = bytesOf(mdl);
        const base = driver.own(17);
        const { elements, length } = driver.map(mdl, base, 0, own.length, { write });
        const seen = addressesOf(elements);
        // The device, right or wrong, writes all that it was shown.
        store(driver, seen, () => 0x77);
        const beyond = own.filter((address) => address >= FOUR_GIB);
        expect(load(driver, beyond)).toEqual(beyond.map(() => 0));
        driver.flush(mdl, base, 0, length, write);
        const arrived = write ? beyond : own;
        expect(load(driver, arrived)).toEqual(arrived.map(() => (write ? 0 : 0x77)));
        expect(driver.findings).toEqual([]);
      }),
    );
  });

  test("A84 one flush covers a chain", () => {
    const driver = new Driver();
    const mdl = chained(driver, [
      [100, 5],
      [5000, 0],
      [1, 4095],
    ]);
    const base = driver.own(17);
    driver.map(mdl, base, 0, 5101);
    expect(driver.flush(mdl, base, 0, 5101)).toBe(STATUS_SUCCESS);
    expect(driver.host.windows.live.size).toBe(0);
  });

  test("what does not fit the map is refused and found; nothing is unmapped by it", () => {
    const driver = new Driver();
    const { mdl } = driver.host.host.allocate({ lengthBytes: 100 });
    const base = driver.own(1);
    expect(driver.flush(mdl, base, 0, 0)).toBe(STATUS_SUCCESS);
    expect(driver.flush(mdl, base, 0, 10)).toBe(STATUS_INVALID_PARAMETER);
    driver.map(mdl, base, 10, 50);
    expect(driver.flush(mdl, base, 0, 50)).toBe(STATUS_INVALID_PARAMETER);
    expect(driver.flush(mdl, base, 10, 51)).toBe(STATUS_INVALID_PARAMETER);
    expect(driver.flush(mdl, base, 10, 50, false)).toBe(STATUS_INVALID_PARAMETER);
    expect(driver.host.system.findings.map(({ code }) => code)).toEqual(["0x16", "0x16", "0x00", "X8"]);
    expect(driver.host.windows.live.size).toBe(1);
    expect(driver.flush(mdl, base, 10, 50)).toBe(STATUS_SUCCESS);
  });

  test.each([
    ["FreeAdapterChannel", (driver: Driver) => driver.freeChannel(), KeepObject],
    [
      "FreeAdapterObject",
      (driver: Driver) => driver.operations.freeAdapterObject(driver.adapter, 2),
      KeepObject,
    ],
    ["DeallocateObject", () => {}, DeallocateObject],
    [
      "FreeMapRegisters",
      (driver: Driver, base: MapRegisterBase) => driver.freeRegisters(base, 2),
      DeallocateObjectKeepRegisters,
    ],
  ])("A86 %s before the flush is found; the data arrive all the same", (name, free, action) => {
    // A bounced buffer: its data come with the flush that was forgotten.
    const driver = new Driver(createHost(), { dmaAddressWidth: 32 });
    const high = Array.from({ length: 20 }, () => driver.host.host.allocate({ lengthBytes: 100 })).find(
      ({ mdl: one }) => (one.pageFrameNumbers[0] as number) * 4096 >= FOUR_GIB,
    );
    const { mdl } = high as HostBuffer;
    let base: MapRegisterBase = null;
    driver.allocate({
      registers: 2,
      routine: (_device, _irp, given) => {
        base = given;
        const { elements } = driver.map(mdl, given, 0, 100, { write: false });
        store(driver, addressesOf(elements), () => 0x77);
        return action;
      },
    });
    free(driver, base);
    expect(driver.host.system.findings).toMatchObject([
      { code: "0x10", message: `${name} before the flush of 100 bytes` },
    ]);
    expect(high?.read()).toEqual(new Uint8Array(100).fill(0x77));
    expect(driver.host.windows.live.size).toBe(0);
    expect(driver.host.system.freeMapRegisters).toBe(64);
  });

  test("registers kept after the routine are mapped and flushed without the channel", () => {
    const driver = new Driver();
    const { mdl } = driver.host.host.allocate({ lengthBytes: 9000 });
    const base = keptRegisters(driver, 1);
    const first = driver.map(mdl, base, 0, 9000, { bytes: ROOM });
    expect(first.length).toBe(4096);
    driver.flush(mdl, base, 0, 4096);
    driver.freeRegisters(base, 1);
    expect(driver.findings).toEqual([]);
  });
});
