import { expect, test } from "vitest";
import { logicalAddress, physicalAddress } from "../../../src/core/address.ts";
import { PinLimitError } from "../../../src/links/pcie/card-errors.ts";
import { PageWindows } from "../../../src/links/pcie/page-windows.ts";
import { PhysicalMemory } from "../../../src/memory/physical-memory.ts";
import { SharedMemory } from "../../../src/native/shared-memory.ts";

const PAGE = 4096;
const ranges = [{ first: 0n, last: 2n ** 32n - 1n }];
const window = {
  logical: logicalAddress(0n),
  physical: physicalAddress(0n),
  lengthBytes: 3 * PAGE,
  access: "read",
  use: "mapped",
} as const;

/** Windows whose third page the system refuses with `error`. */
function windowsThatFail(ram: SharedMemory, error: Error): { windows: PageWindows; mapped: Set<bigint> } {
  const mapped = new Set<bigint>();
  const memory = new PhysicalMemory(ram.bytes, [
    { base: physicalAddress(0n), offset: 0, lengthBytes: ram.bytes.length },
  ]);
  const dma = {
    ranges,
    allocate: () => ram,
    map: (_memory: unknown, _offset: number, _lengthBytes: number, iova: bigint) => {
      if (mapped.size === 2) throw error;
      mapped.add(iova);
    },
    unmap: (iova: bigint) => void mapped.delete(iova),
  };
  return { windows: new PageWindows(dma, ram, memory, "both"), mapped };
}

test.each([
  [
    "the kernel pins no more memory",
    new PinLimitError("8 MiB are pinned"),
    { code: "E_PIN_LIMIT", blame: "environment" },
  ],
  ["the system refuses the window", new Error("EINVAL"), { code: "E_WINDOW_REFUSED", blame: "product" }],
])("%s: the error says whose fault it is, and no page stays mapped", (_what, cause, expected) => {
  using ram = new SharedMemory("hilt-test", 4 * PAGE);
  const { windows, mapped } = windowsThatFail(ram, cause);
  expect(() => windows.open(window)).toThrow(expect.objectContaining({ ...expected, cause }));
  expect(() => windows.open(window)).toThrow(`window of 12288 bytes at logical 0x0000000000000000`);
  expect([windows.live.size, mapped.size]).toEqual([0, 0]);
});
