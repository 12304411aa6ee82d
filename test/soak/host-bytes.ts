import { logicalAddress, type PhysicalAddress, physicalAddress } from "../../src/core/address.ts";
import type { SimulatorLink } from "../../src/links/simulator/simulator-link.ts";
import type { PhysicalMemory } from "../../src/memory/physical-memory.ts";

/** The bytes of a physical range, which may go on in the next bank: neighbours lie one after the other in memory. */
export function hostBytes(memory: PhysicalMemory, address: PhysicalAddress, lengthBytes: number): Uint8Array {
  if (!memory.holds(Number(address), lengthBytes))
    throw new RangeError(`no RAM at 0x${address.toString(16)} for ${lengthBytes} bytes`);
  const offset = memory.offsetOf(address);
  return memory.bytes.subarray(offset, offset + lengthBytes);
}

/** Opens a range, one window for each bank that it touches. */
export function openWindows(
  { memory, windows }: Pick<SimulatorLink, "memory" | "windows">,
  address: bigint,
  lengthBytes: number,
  access: "read" | "write",
): void {
  const bank = memory.banks.find(
    ({ base, lengthBytes: bytes }) => address >= base && address < base + BigInt(bytes),
  );
  if (bank === undefined) throw new RangeError(`no RAM at 0x${address.toString(16)}`);
  const here = Math.min(lengthBytes, Number(bank.base + BigInt(bank.lengthBytes) - address));
  const [logical, physical] = [logicalAddress(address), physicalAddress(address)];
  windows.open({ logical, physical, lengthBytes: here, access, use: "mapped" });
  if (here < lengthBytes)
    openWindows({ memory, windows }, address + BigInt(here), lengthBytes - here, access);
}
