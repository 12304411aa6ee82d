/**
 * The three address spaces of a DMA transfer. They are never mixed, so each has a type of its own:
 * a virtual address is the program's, a physical address the RAM's, a logical address what the device emits.
 * All are unsigned 64-bit.
 */
declare const space: unique symbol;

export type VirtualAddress = bigint & { readonly [space]: "virtual" };
export type PhysicalAddress = bigint & { readonly [space]: "physical" };
export type LogicalAddress = bigint & { readonly [space]: "logical" };

const LIMIT = 1n << 64n;

function checked(value: bigint): bigint {
  if (value < 0n || value >= LIMIT) {
    throw new RangeError(`address ${value} is outside 0 to 2^64 - 1`);
  }
  return value;
}

export function virtualAddress(value: bigint): VirtualAddress {
  return checked(value) as VirtualAddress;
}

export function physicalAddress(value: bigint): PhysicalAddress {
  return checked(value) as PhysicalAddress;
}

export function logicalAddress(value: bigint): LogicalAddress {
  return checked(value) as LogicalAddress;
}

const word = new BigUint64Array(1);
const halves = new Uint32Array(word.buffer);

/**
 * `BigInt(value)` for a whole number from 0 to 2^53 - 1, without the call into the runtime that takes longer than all else
 * that a list does for an element.
 */
export function wideNumber(value: number): bigint {
  // Stores keep the lowest 32 bits of the whole part.
  halves[0] = value;
  halves[1] = value / 2 ** 32;
  return word[0] as bigint;
}

/** `Number(value)` for a whole number from 0 to 2^64 - 1, likewise without the call. */
export function narrowNumber(value: bigint): number {
  word[0] = value;
  return (halves[1] as number) * 2 ** 32 + (halves[0] as number);
}

/** Bytes of a page everywhere in the host model (PAGE_SIZE of wdm.h on x86 and x64). */
export const PAGE_SIZE = 4096;
export const PAGE_SHIFT = 12;

/** Pages that `lengthBytes` bytes touch when the first byte sits `offset` bytes into a page. */
export function spannedPages(offset: number, lengthBytes: number): number {
  return Math.ceil(((offset % PAGE_SIZE) + lengthBytes) / PAGE_SIZE);
}
