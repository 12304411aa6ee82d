import { describe, expect, test } from "vitest";
import type { LogicalAddress } from "../../../src/core/address.ts";
import type { Out } from "../../../src/wdm/dma-adapter.ts";
import { Driver } from "./driver.ts";

function common({ operations, adapter }: Driver, length: number, cacheEnabled = true) {
  const logical: Out<LogicalAddress> = { value: undefined };
  const bytes = operations.allocateCommonBuffer(adapter, length, logical, cacheEnabled);
  return { bytes: bytes as Uint8Array, logical: logical.value as LogicalAddress };
}

describe("common buffers", () => {
  test.each([1, 100, 4096, 4097, 40_000])(
    "A94 of %d bytes: whole pages are taken, the device and the program have the bytes that were asked for",
    (length) => {
      const driver = new Driver();
      const { pages } = driver.host.host;
      const before = pages.freePages;
      const { bytes, logical } = common(driver, length);
      expect(bytes).toHaveLength(length);
      expect(before - pages.freePages).toBe(Math.ceil(length / 4096));
      expect([...driver.host.windows.live]).toMatchObject([
        { logical, lengthBytes: length, access: "read-write" },
      ]);
      driver.operations.freeCommonBuffer(driver.adapter, length, logical, bytes, true);
      expect(pages.freePages).toBe(before);
      expect(driver.host.windows.live.size).toBe(0);
    },
  );

  test.each([0, -1, 1.5, 4096 * 18])("of %d bytes there are none", (length) => {
    const driver = new Driver();
    const before = driver.host.host.pages.freePages;
    expect(common(driver, length).bytes).toBeNull();
    expect(driver.host.host.pages.freePages).toBe(before);
  });

  test("A97 leave the map registers to packets", () => {
    const driver = new Driver();
    common(driver, 40_000);
    expect(driver.host.system.freeMapRegisters).toBe(64);
  });
});

test("A91 there is no KeFlushIoBuffers to call: what the program wrote is what the device reads", () => {
  const driver = new Driver();
  expect("keFlushIoBuffers" in driver.host.system).toBe(false);
  const buffer = driver.host.host.allocate({ lengthBytes: 100 });
  buffer.write(new Uint8Array(100).fill(5));
  const list = driver.listNow(buffer);
  const [window] = driver.host.windows.live;
  expect(driver.host.memory.view((window as NonNullable<typeof window>).physical, 100)).toEqual(
    buffer.read(),
  );
  driver.put(list);
});

test("of several common buffers, all at one time in one memory, the one that is named is freed", () => {
  const driver = new Driver();
  const all = [100, 100, 100].map((length) => common(driver, length));
  const [first, second, third] = all as [(typeof all)[0], (typeof all)[0], (typeof all)[0]];
  for (const { bytes, logical } of [second, first, third]) {
    driver.operations.freeCommonBuffer(driver.adapter, 100, logical, bytes, true);
    expect([...driver.host.windows.live].map(({ logical: other }) => other)).not.toContain(logical);
  }
  expect(driver.findings).toEqual([]);
  const { bytes, logical } = common(driver, 100);
  driver.operations.freeCommonBuffer(driver.adapter, 100, logical, third.bytes.subarray(1), true);
  driver.operations.freeCommonBuffer(driver.adapter, 100, logical, new Uint8Array(100), true);
  expect(driver.findings).toEqual(["COMMON_BUFFER_FREED", "COMMON_BUFFER_FREED"]);
  driver.operations.freeCommonBuffer(driver.adapter, 100, logical, bytes, true);
  expect(driver.findings).toHaveLength(2);
});

test("MapTransfer says how many bytes are missing", () => {
  const driver = new Driver();
  const { mdl } = driver.host.host.allocate({ lengthBytes: 100 });
  const base = driver.own(1);
  const va = mdl.startVa + BigInt(mdl.byteOffset) + 30n;
  driver.operations.mapTransfer(driver.adapter, mdl, base, va, { value: 75 }, true);
  expect(driver.host.system.findings).toMatchObject([{ name: "BEYOND_BUFFER", parameters: { missing: 5 } }]);
});

test("AllocateCommonBufferEx: below the maximum address, which may be left out", () => {
  const driver = new Driver();
  const logical: Out<LogicalAddress> = { value: undefined };
  const allocate = (most: bigint | null) =>
    driver.operations.allocateCommonBufferEx(driver.adapter, most as LogicalAddress, 100, logical, true, 0);
  expect(allocate(null)).not.toBeNull();
  expect(allocate(0x1000_2000n)).not.toBeNull();
  expect(Number(logical.value)).toBeLessThan(0x1000_2000);
  expect(allocate(0x1000_2000n)).toBeNull();
});
