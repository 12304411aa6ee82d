import { describe, expect, test } from "vitest";
import type { LogicalAddress } from "../../../src/core/address.ts";
import {
  DeallocateObjectKeepRegisters,
  DMA_SYNCHRONOUS_CALLBACK,
  Internal,
  STATUS_INVALID_PARAMETER,
} from "../../../src/wdm/constants.ts";
import type { DmaAdapterInfo, DriverControl, Out } from "../../../src/wdm/dma-adapter.ts";
import { DmaSystem } from "../../../src/wdm/dma-system.ts";
import { Driver } from "./driver.ts";
import { adapterOf, createHost, description, threeBanks } from "./host.ts";

/** Address bits of an adapter, as it says itself or as its lists show. */
function widthOf(changes: object): number | undefined {
  const { system } = createHost(1n, 64, threeBanks);
  const adapter = adapterOf(system, { ...description, ...changes });
  const info: DmaAdapterInfo = { version: 1 };
  adapter.dmaOperations.getDmaAdapterInfo(adapter, info);
  return info.dmaAddressWidth;
}

const newest = ["initializeDmaTransferContext", "getScatterGatherListEx", "freeAdapterObject"];
const second = ["calculateScatterGatherList", "buildScatterGatherList", "buildMdlFromScatterGatherList"];

describe("IoGetDmaAdapter", () => {
  test("A01 A24 the routines of version 3 are had from the table of a version 3 adapter alone", () => {
    const { system } = createHost();
    expect(Object.keys(adapterOf(system).dmaOperations)).toEqual(expect.arrayContaining(newest));
    for (const version of [0, 1, 2]) {
      const { dmaOperations } = adapterOf(system, { version });
      expect(Object.keys(dmaOperations).filter((name) => newest.includes(name))).toEqual([]);
    }
  });

  test("A02 null says that there is no DMA for this device; the count is as it was", () => {
    const { system } = createHost();
    const count: Out<number> = { value: 7 };
    expect(system.ioGetDmaAdapter(null, { ...description, master: false }, count)).toBeNull();
    expect(count.value).toBe(7);
  });

  test.each([
    [0, 0x68, false],
    [1, 0x68, false],
    [2, 0x80, true],
    [3, 0xe8, true],
  ])("A03 A12 version %d: a table of %d bytes, with later members absent", (version, size, hasSecond) => {
    const { dmaOperations } = adapterOf(createHost().system, { version });
    const names = Object.keys(dmaOperations).filter((name) => name !== "size");
    expect(names.filter((name) => second.includes(name))).toEqual(hasSecond ? expect.anything() : []);
    expect(dmaOperations.size).toBe(size);
    expect(dmaOperations.size).toBe(8 * (names.length + 1));
  });

  test.each([0, 1, 2, 3])("A04 the adapter's own version is 1 for description version %d", (version) => {
    expect(adapterOf(createHost().system, { version }).version).toBe(1);
  });

  test.each([
    [65_536, 17],
    [1, 2],
    [4097, 3],
    [1 << 30, 64],
  ])("A05 most bytes %d: %d map registers", (maximumLength, registers) => {
    const { system } = createHost();
    const count: Out<number> = { value: 0 };
    system.ioGetDmaAdapter(null, { ...description, maximumLength }, count);
    expect(count.value).toBe(registers);
  });

  test("A06 version 3: the width alone decides the reach", () => {
    for (const dmaAddressWidth of [24, 32, 40, 64]) {
      for (const flags of [{}, { dma32BitAddresses: true }, { dma64BitAddresses: true }]) {
        expect(widthOf({ ...flags, dmaAddressWidth })).toBe(dmaAddressWidth);
      }
    }
  });

  test.each([
    [{ dma32BitAddresses: true, dma64BitAddresses: true }, 64],
    [{ dma32BitAddresses: true }, 32],
    [{}, 32],
    [{ interfaceType: Internal }, 24],
    [{ scatterGather: false }, 24],
    [{ scatterGather: false, dma32BitAddresses: true }, 32],
  ])("A07 before version 3 %o reaches %d bits", (flags, bits) => {
    const high = createHost(1n, 64, threeBanks);
    const driver = new Driver(high, { version: 2, ...flags });
    const buffer = high.host.allocate({ lengthBytes: 4096 * 40 });
    const seen: bigint[] = [];
    driver.atDispatch(() => {
      for (let page = 0; page < 40; page++) {
        driver.operations.getScatterGatherList(
          ...([driver.adapter, driver.deviceObject, buffer.mdl] as const),
          ...([buffer.mdl.startVa + BigInt(page * 4096), 1] as const),
          (_device, _irp, list) => {
            seen.push(...list.elements.map(({ address }) => address));
            driver.operations.putScatterGatherList(driver.adapter, list, true);
          },
          null,
          true,
        );
      }
    });
    expect(seen).toHaveLength(40);
    const reached = (each: number) => seen.every((address) => address < 1n << BigInt(each));
    expect([24, 32, 64].find(reached)).toBe(bits);
  });

  test.each([
    [{ dmaAddressWidth: 0 }, "dmaAddressWidth is 0"],
    [{ dmaAddressWidth: 65 }, "dmaAddressWidth is 65"],
    [{ dmaAddressWidth: 24.5 }, "dmaAddressWidth is 24.5"],
    [{ dmaAddressWidth: 23 }, "no memory is free that a device of 23 address bits reaches"],
    [{ version: 2, dma32BitAddresses: false, scatterGather: false }, "a device of 24 address bits"],
    [{ master: false }, "no system DMA"],
    [{ maximumLength: 0 }, "maximumLength is 0"],
  ])("A08 %o gives no adapter, and the log says why", (changes, reason) => {
    const { host, windows } = createHost();
    const lines: string[] = [];
    const system = new DmaSystem({ host, windows, log: (text) => lines.push(text) });
    expect(system.ioGetDmaAdapter(null, { ...description, ...changes }, { value: 0 })).toBeNull();
    expect(lines).toEqual([expect.stringContaining(reason)]);
    expect(system.findings).toEqual([]);
  });

  test("A09 above PASSIVE_LEVEL it is found", () => {
    const { system } = createHost();
    system.keRaiseIrql(1);
    adapterOf(system);
    expect(system.findings).toMatchObject([
      { name: "IRQL", code: "0x13", parameters: { expected: 0, current: 1 } },
    ]);
    expect(system.findings[0]?.callSite).toContain("host.ts");
  });

  test("a description of a later version is refused by name", () => {
    const { system } = createHost();
    expect(system.ioGetDmaAdapter(null, { ...description, version: 4 }, { value: 0 })).toBeNull();
    expect(system.findings).toMatchObject([{ name: "DESCRIPTION_VERSION", code: "0x25" }]);
  });
});

describe("PutDmaAdapter", () => {
  test("A10 afterwards every routine refuses", () => {
    const driver = new Driver();
    const { adapter, operations } = driver;
    operations.putDmaAdapter(adapter);
    const names = Object.keys(operations).filter((name) => name !== "size") as (keyof typeof operations)[];
    for (const name of names) {
      const rest = Array.from({ length: 8 }, () => ({ value: 64 }));
      const refusal = (operations[name] as (...all: unknown[]) => unknown)(adapter, ...rest);
      const emptied = rest.filter(({ value }) => value === 0).length;
      expect([name, emptied]).toEqual([name, name.startsWith("mapTransfer") ? 1 : 0]);
      expect([undefined, null, false, 0, 0n, STATUS_INVALID_PARAMETER]).toContain(refusal);
    }
    expect(driver.findings).toEqual(names.map(() => "ADAPTER_RELEASED"));
    expect(driver.host.system.findings[0]?.code).toBe("0x18");
  });

  test("A11 what is left is named, and the adapter stays", () => {
    const driver = new Driver();
    const { adapter, operations, host } = driver;
    const buffer = host.host.allocate({ lengthBytes: 100 });
    const logical: Out<LogicalAddress> = { value: undefined };
    const common = operations.allocateCommonBuffer(adapter, 100, logical, true);
    const base: Out<object | null> = { value: null };
    const keep: DriverControl = (_device, _irp, registers) => {
      base.value = registers;
      return DeallocateObjectKeepRegisters;
    };
    driver.allocate({ registers: 2, routine: keep });
    const list = driver.listNow(buffer);
    const kept = driver.own(1);
    const waiting = driver.context();
    driver.allocate({ context: waiting, routine: () => 2 });

    operations.putDmaAdapter(adapter);
    expect(host.system.findings.map(({ code }) => code)).toEqual(["0x07", "0x08", "0x09", "0x0A", "0x11"]);

    expect(driver.cancel(waiting)).toBe(true);
    expect(kept).not.toBeNull();
    driver.freeChannel();
    driver.put(list);
    driver.freeRegisters(base.value as object, 2);
    operations.freeCommonBuffer(adapter, 100, logical.value as never, common as Uint8Array, true);
    operations.putDmaAdapter(adapter);
    expect(driver.findings).toHaveLength(5);
    expect(host.system.holdings({ isEnding: true })).toEqual([]);
  });

  test("an adapter of nobody's is found", () => {
    const driver = new Driver();
    expect(driver.operations.initializeDmaTransferContext({} as never, new Uint8Array(128))).toBe(
      STATUS_INVALID_PARAMETER,
    );
    driver.allocate({ flags: DMA_SYNCHRONOUS_CALLBACK, base: { value: null } });
    expect(driver.findings).toEqual(["NO_ADAPTER"]);
  });
});
