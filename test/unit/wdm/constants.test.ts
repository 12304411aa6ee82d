import { expect, test } from "vitest";
import * as mdl from "../../../src/memory/mdl.ts";
import * as constants from "../../../src/wdm/constants.ts";

/** As ntstatus.h and wdm.h of the Windows SDK 10.0.26100 define them, by hand. */
const published: Readonly<Record<string, number>> = {
  STATUS_SUCCESS: 0x0000_0000,
  STATUS_NOT_IMPLEMENTED: 0xc000_0002,
  STATUS_INVALID_PARAMETER: 0xc000_000d,
  STATUS_BUFFER_TOO_SMALL: 0xc000_0023,
  STATUS_NONE_MAPPED: 0xc000_0073,
  STATUS_INSUFFICIENT_RESOURCES: 0xc000_009a,
  STATUS_NOT_SUPPORTED: 0xc000_00bb,
  STATUS_CANCELLED: 0xc000_0120,
  PASSIVE_LEVEL: 0,
  APC_LEVEL: 1,
  DISPATCH_LEVEL: 2,
  DEVICE_DESCRIPTION_VERSION: 0,
  DEVICE_DESCRIPTION_VERSION1: 1,
  DEVICE_DESCRIPTION_VERSION2: 2,
  DEVICE_DESCRIPTION_VERSION3: 3,
  InterfaceTypeUndefined: -1,
  Internal: 0,
  PCIBus: 5,
  DMA_TRANSFER_CONTEXT_VERSION1: 1,
  DMA_TRANSFER_CONTEXT_SIZE_V1: 128,
  DMA_ADAPTER_INFO_VERSION1: 1,
  DMA_TRANSFER_INFO_VERSION1: 1,
  DMA_TRANSFER_INFO_VERSION2: 2,
  DMA_SYNCHRONOUS_CALLBACK: 0x01,
  DMA_ZERO_BUFFERS: 0x02,
  DMA_FAIL_ON_BOUNCE: 0x04,
  KeepObject: 1,
  DeallocateObject: 2,
  DeallocateObjectKeepRegisters: 3,
  MAXULONG: 0xffff_ffff,
  MDL_PAGES_LOCKED: 0x0002,
  MDL_SOURCE_IS_NONPAGED_POOL: 0x0004,
  MDL_PARTIAL: 0x0010,
};

test("constants have the values of the published headers, and each is held here", () => {
  const all = Object.entries({ ...constants, ...mdl }).filter(([, value]) => typeof value === "number");
  expect(Object.fromEntries(all)).toEqual(published);
});

test("NT_SUCCESS takes success and information, and no warning or error; statuses have names", () => {
  const { NT_SUCCESS, statusName } = constants;
  expect([0, 0x103, 0x4000_0000, 0x7fff_ffff].map(NT_SUCCESS)).toEqual([true, true, true, true]);
  expect([0x8000_0000, 0x8000_0005, 0xc000_000d, 0xffff_ffff].map(NT_SUCCESS)).toEqual([
    false,
    false,
    false,
    false,
  ]);
  for (const [name, value] of Object.entries(published))
    if (name.startsWith("STATUS_")) expect(statusName(value)).toBe(name);
  expect(statusName(0xc000_0001)).toBe("0xc0000001");
});
