import { PAGE_SIZE, physicalAddress } from "../core/address.ts";
import { type CallSite, describeSite } from "../core/call-sites.ts";
import { counted } from "../core/counted.ts";
import { BufferFreedError, GuardBytesError } from "./errors.ts";
import { isRange, type Mdl, readPages, writePages } from "./mdl.ts";
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
  readonly lengthBytes: number;
  readonly #mdl: Mdl;
  readonly #memory: PhysicalMemory;
  readonly #release: () => CallSite | undefined;
  #isFree = false;
  #freedAt: CallSite | undefined;

  /** `release` takes the pages, and says where the call stood. */
  constructor(name: string, mdl: Mdl, memory: PhysicalMemory, release: () => CallSite | undefined) {
    this.name = name;
    this.#mdl = mdl;
    this.lengthBytes = mdl.byteCount;
    this.#memory = memory;
    this.#release = release;
    for (const { page, bytes, from, to } of this.#guards)
      for (let at = from; at < to; at++) bytes[at] = guardByte(page + at);
  }

  /** Throws `BufferFreedError` when the buffer is free. */
  get mdl(): Mdl {
    this.#checkAlive();
    return this.#mdl;
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
    for (const { page, bytes, from, to } of this.#guards) {
      for (let at = from; at < to; at++) {
        const expected = guardByte(page + at);
        const found = bytes[at] as number;
        if (found === expected) continue;
        const [distance, side] = from === 0 ? [to - at, "before it"] : [at - from + 1, "after its last"];
        const where = `${counted(distance, "byte")} ${side}`;
        throw new GuardBytesError(this.name, physicalAddress(BigInt(page + at)), where, expected, found);
      }
    }
  }

  /** Checks the guard bytes and gives the pages back. */
  free(): void {
    this.#checkAlive("freed again");
    this.#isFree = true;
    this.#freedAt = this.#release();
    this.checkGuards();
  }

  /** The rest of the first page and of the last, which may be the same one: bytes `from` up to `to` of the page at an address. */
  get #guards(): { page: number; bytes: Uint8Array; from: number; to: number }[] {
    const { byteOffset, byteCount, pageFrameNumbers } = this.#mdl;
    const end = (byteOffset + byteCount - 1) % PAGE_SIZE;
    const part = (frame: number | undefined, from: number, to: number) => {
      const page = (frame as number) * PAGE_SIZE;
      return { page, bytes: this.#memory.view(physicalAddress(BigInt(page)), PAGE_SIZE), from, to };
    };
    return [part(pageFrameNumbers[0], 0, byteOffset), part(pageFrameNumbers.at(-1), end + 1, PAGE_SIZE)];
  }

  #checkAlive(how: "used" | "freed again" = "used"): void {
    if (this.#isFree) throw new BufferFreedError(this.name, how, describeSite(this.#freedAt));
  }

  #check(at: number, lengthBytes: number): void {
    if (!isRange(at, lengthBytes, this.lengthBytes)) {
      throw new RangeError(
        `${this.name} has ${counted(this.lengthBytes, "byte")}, not ${counted(lengthBytes, "byte")} from byte ${at} on`,
      );
    }
  }
}
