import { PAGE_SIZE, physicalAddress } from "../core/address.ts";
import { GuardBytesError } from "./errors.ts";
import { type Mdl, readPages, writePages } from "./mdl.ts";
import type { PhysicalMemory } from "./physical-memory.ts";

/** What guard bytes hold: a pattern that depends on the address, so that a copy of it to another place shows. */
function guardByte(address: number): number {
  return 0xa5 ^ (address & 0xff) ^ ((address >>> 12) & 0xff);
}

/**
 * A buffer of a program in scattered pages of host memory, locked, with an MDL. The rest of its first and last page is
 * filled with guard bytes, which nobody may touch.
 */
export class HostBuffer {
  readonly name: string;
  readonly mdl: Mdl;
  readonly lengthBytes: number;
  readonly #memory: PhysicalMemory;
  readonly #release: () => void;
  #isFree = false;

  constructor(name: string, mdl: Mdl, memory: PhysicalMemory, release: () => void) {
    this.name = name;
    this.mdl = mdl;
    this.lengthBytes = mdl.byteCount;
    this.#memory = memory;
    this.#release = release;
    this.#eachGuard((address, byte) => {
      byte[0] = guardByte(address);
    });
  }

  /** Copies `bytes` into the buffer from byte `at` on. */
  write(bytes: Uint8Array, at = 0): void {
    this.#check(at, bytes.length);
    writePages(this.#memory, this.mdl, at, bytes);
  }

  /** A copy of `lengthBytes` bytes from byte `at` on; the whole buffer by default. */
  read(at = 0, lengthBytes: number = this.lengthBytes - at): Uint8Array {
    this.#check(at, lengthBytes);
    return readPages(this.#memory, this.mdl, at, lengthBytes);
  }

  /** Throws `GuardBytesError` for the first guard byte that is not what it was. */
  checkGuards(): void {
    this.#eachGuard((address, byte, where) => {
      const expected = guardByte(address);
      const found = byte[0] as number;
      if (found !== expected) {
        throw new GuardBytesError(this.name, physicalAddress(BigInt(address)), where, expected, found);
      }
    });
  }

  /** Checks the guard bytes and gives the pages back. */
  free(): void {
    if (this.#isFree) throw new RangeError(`${this.name} is already free`);
    this.#isFree = true;
    this.#release();
    this.checkGuards();
  }

  #eachGuard(visit: (address: number, byte: Uint8Array, where: string) => void): void {
    const { byteOffset, byteCount, pageFrameNumbers } = this.mdl;
    const firstPage = (pageFrameNumbers[0] as number) * PAGE_SIZE;
    const lastPage = (pageFrameNumbers.at(-1) as number) * PAGE_SIZE;
    const one = (address: number, where: string): void => {
      visit(address, this.#memory.view(physicalAddress(BigInt(address)), 1), where);
    };
    for (let at = 0; at < byteOffset; at++) one(firstPage + at, `${byteOffset - at} bytes before it`);
    const end = (byteOffset + byteCount - 1) % PAGE_SIZE;
    for (let at = end + 1; at < PAGE_SIZE; at++) one(lastPage + at, `${at - end} bytes behind its last`);
  }

  #check(at: number, lengthBytes: number): void {
    if (at < 0 || lengthBytes < 0 || at + lengthBytes > this.lengthBytes) {
      throw new RangeError(
        `${this.name} has ${this.lengthBytes} bytes; ${lengthBytes} bytes at ${at} are not all in it`,
      );
    }
  }
}
