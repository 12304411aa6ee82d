import { narrowNumber, type PhysicalAddress, physicalAddress } from "../core/address.ts";
import { counted } from "../core/counted.ts";
import { hexAddress } from "../core/hex.ts";
import type { BankLayout } from "./platform-profile.ts";

/** A contiguous range of RAM in the physical address space. */
export interface Bank {
  readonly base: PhysicalAddress;
  /** A multiple of the page size. */
  readonly lengthBytes: number;
  /** Where the bank starts in the bytes of the memory. */
  readonly offset: number;
}

/** The banks one after the other in one block of bytes, in order of address. */
export function layOutBanks(layouts: readonly BankLayout[]): Bank[] {
  let offset = 0;
  const ordered = [...layouts].sort((a, b) => a.base - b.base);
  return ordered.map(({ base, bytes }) => {
    const bank = { base: physicalAddress(BigInt(base)), lengthBytes: bytes, offset };
    offset += bytes;
    return bank;
  });
}

/** Banks that are neighbours, also in the bytes, are one: what lies across their border is one piece of memory. */
function joined(banks: readonly Bank[]): Bank[] {
  const pieces: Bank[] = [];
  for (const bank of banks) {
    const last = pieces.at(-1);
    const isNext =
      last !== undefined &&
      last.base + BigInt(last.lengthBytes) === bank.base &&
      last.offset + last.lengthBytes === bank.offset;
    if (isNext) pieces.splice(-1, 1, { ...last, lengthBytes: last.lengthBytes + bank.lengthBytes });
    else pieces.push(bank);
  }
  return pieces;
}

/**
 * The host's RAM: one block of real bytes that the link provides, laid out in banks of physical addresses.
 *
 * The bytes are shared with the device, so a view is never a copy. A link may not grow or move them.
 */
export class PhysicalMemory {
  readonly bytes: Uint8Array;
  /** No two of them are neighbours, unless they are apart in the bytes. */
  readonly banks: readonly Bank[];
  /** Physical addresses are below 2^52: numbers do. */
  readonly #bases: readonly number[];
  readonly #ends: readonly number[];

  constructor(bytes: Uint8Array, banks: readonly Bank[]) {
    for (const bank of banks) {
      if (bank.offset + bank.lengthBytes > bytes.length) {
        throw new RangeError(
          `bank at ${hexAddress(bank.base)} ends after the ${bytes.length} bytes of memory`,
        );
      }
    }
    this.bytes = bytes;
    this.banks = joined(banks);
    this.#bases = this.banks.map(({ base }) => Number(base));
    this.#ends = this.banks.map(({ base, lengthBytes }) => Number(base) + lengthBytes);
  }

  /** Byte offset in `bytes` of a physical range, which must lie in one bank. */
  offsetOf(address: PhysicalAddress, lengthBytes = 1): number {
    const start = narrowNumber(address);
    for (let index = 0; index < this.banks.length; index++) {
      const bank = this.banks[index] as Bank;
      const offset = start - (this.#bases[index] as number);
      if (offset >= 0 && offset + lengthBytes <= bank.lengthBytes) return bank.offset + offset;
    }
    throw new RangeError(`no RAM at physical ${hexAddress(address)} for ${counted(lengthBytes, "byte")}`);
  }

  /** Whether all of a range is RAM, be it in neighbouring banks. */
  holds(address: number, lengthBytes: number): boolean {
    for (let index = 0; index < this.#ends.length; index++) {
      const end = this.#ends[index] as number;
      if (!(address >= (this.#bases[index] as number) && address < end)) continue;
      const rest = address + lengthBytes - end;
      return rest <= 0 || this.holds(end, rest);
    }
    return false;
  }

  /** The bytes of a physical range themselves: writing to the view writes RAM. */
  view(address: PhysicalAddress, lengthBytes: number): Uint8Array {
    const offset = this.offsetOf(address, lengthBytes);
    return this.bytes.subarray(offset, offset + lengthBytes);
  }

  /** Physical address of the byte at `offset` of `bytes`. */
  addressOf(offset: number): PhysicalAddress {
    for (const bank of this.banks) {
      if (offset >= bank.offset && offset < bank.offset + bank.lengthBytes) {
        return physicalAddress(bank.base + BigInt(offset - bank.offset));
      }
    }
    throw new RangeError(`no bank holds byte ${offset} of memory`);
  }
}
