import { describe, expect, test } from "vitest";
import { physicalAddress } from "../../../src/core/address.ts";
import { layOutBanks, PhysicalMemory } from "../../../src/memory/physical-memory.ts";

const PAGE = 4096;
const at = (address: number) => physicalAddress(BigInt(address));

describe("memory in three banks, two of them neighbours", () => {
  const banks = layOutBanks([
    { base: 0x10_0000, bytes: 2 * PAGE },
    { base: 0x10_2000, bytes: PAGE },
    { base: 0x4000_0000, bytes: PAGE },
  ]);
  const memory = new PhysicalMemory(new Uint8Array(4 * PAGE), banks);

  test("lies one after the other in its bytes", () => {
    expect(banks.map(({ offset }) => offset)).toEqual([0, 2 * PAGE, 3 * PAGE]);
    expect(memory.offsetOf(at(0x10_0000), 2 * PAGE)).toBe(0);
    expect(memory.offsetOf(at(0x10_1fff), PAGE + 1)).toBe(2 * PAGE - 1);
    expect(memory.offsetOf(at(0x4000_0001), PAGE - 1)).toBe(3 * PAGE + 1);
    for (const offset of [0, 2 * PAGE - 1, 2 * PAGE, 4 * PAGE - 1])
      expect(memory.offsetOf(memory.addressOf(offset))).toBe(offset);
    expect(() => memory.addressOf(4 * PAGE)).toThrow(/^no bank holds byte 16384 of memory/);
  });

  test.each([
    [0x0f_ffff, 1],
    [0x10_0000, 3 * PAGE + 1],
    [0x10_2fff, 2],
    [0x10_3000, 1],
    [0x4000_0000, PAGE + 1],
  ])("has no view of what is not all in one piece: 0x%s, %d bytes", (address, length) => {
    expect(() => memory.view(at(address), length)).toThrow(/^no RAM at physical 0x/);
  });

  test.each([
    [0x0f_ffff, 1, false],
    [0x10_0000, 1, true],
    [0x10_0000, 2 * PAGE, true],
    [0x10_0000, 3 * PAGE, true],
    [0x10_0000, 3 * PAGE + 1, false],
    [0x10_2fff, 1, true],
    [0x10_2fff, 2, false],
    [0x10_3000, 1, false],
    [0x3fff_ffff, 1, false],
    [0x4000_0000, PAGE, true],
    [0x4000_0000, PAGE + 1, false],
    [Number.NaN, 1, false],
  ])("0x%s with %d bytes is memory: %s", (address, length, isMemory) => {
    expect(memory.holds(address, length)).toBe(isMemory);
  });

  test("a view is the memory, not a copy", () => {
    memory.view(at(0x10_2000), 2).set([1, 2]);
    expect([...memory.bytes.subarray(2 * PAGE, 2 * PAGE + 2)]).toEqual([1, 2]);
    expect(memory.view(at(0x10_2001), 5)).toHaveLength(5);
  });
});

test("a bank that ends after the bytes is refused", () => {
  const banks = layOutBanks([{ base: 0, bytes: 2 * PAGE }]);
  expect(() => new PhysicalMemory(new Uint8Array(2 * PAGE), banks)).not.toThrow();
  expect(() => new PhysicalMemory(new Uint8Array(2 * PAGE - 1), banks)).toThrow(
    /^bank at 0x0+ ends after the 8191 bytes of memory/,
  );
});
