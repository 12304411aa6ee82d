import { PAGE_SIZE, physicalAddress, type VirtualAddress } from "../core/address.ts";
import type { PhysicalMemory } from "./physical-memory.ts";

/** Values of `mdlFlags` (wdm.h). */
export const MDL_PAGES_LOCKED = 0x0002;
export const MDL_SOURCE_IS_NONPAGED_POOL = 0x0004;
/** Describes a part of another MDL, whose pages stay where they are. */
export const MDL_PARTIAL = 0x0010;

/** A memory descriptor list: the physical pages of a locked buffer, with the field names of wdm.h. */
export interface Mdl {
  readonly next: Mdl | null;
  readonly mdlFlags: number;
  /** Start of the page in which the buffer starts. */
  readonly startVa: VirtualAddress;
  /** Byte 0 of the buffer in its first page. */
  readonly byteOffset: number;
  readonly byteCount: number;
  /** One for each page that the buffer touches. */
  readonly pageFrameNumbers: readonly number[];
}

/** Bytes of a chain of MDLs. */
export interface Range {
  readonly mdl: Mdl;
  /** From the first byte of the first MDL. */
  readonly offset: number;
  readonly length: number;
}

/** Of page frame numbers that are a part of a buffer's: those, and whether its MDL was locked. */
const sources = new WeakMap<
  readonly number[],
  { readonly frames: readonly number[]; readonly isLocked: boolean }
>();

/** Page frame numbers `first` to `end` of an MDL, for one that describes a part of it. */
export function partOfFrames(source: Mdl, first: number, end: number): readonly number[] {
  const part = source.pageFrameNumbers.slice(first, end);
  sources.set(part, { frames: framesOfBuffer(source.pageFrameNumbers), isLocked: isOneLocked(source) });
  return part;
}

/** The page frame numbers of the whole buffer of which an MDL has these. */
export function framesOfBuffer(frames: readonly number[]): readonly number[] {
  return sources.get(frames)?.frames ?? frames;
}

/** Two MDLs describe one buffer, as copies do, and parts. */
export function isSameBuffer(one: Mdl, other: Mdl): boolean {
  return framesOfBuffer(one.pageFrameNumbers) === framesOfBuffer(other.pageFrameNumbers);
}

const STAYING = MDL_PAGES_LOCKED | MDL_SOURCE_IS_NONPAGED_POOL;

/** The pages of a partial MDL stay as those of its source do; of one that was built by hand, as its flag says. */
function isOneLocked({ mdlFlags, pageFrameNumbers }: Mdl): boolean {
  if ((mdlFlags & STAYING) !== 0) return true;
  return (mdlFlags & MDL_PARTIAL) !== 0 && sources.get(pageFrameNumbers)?.isLocked !== false;
}

/** The pages of every MDL of the chain stay where they are. */
export function isLocked(mdl: Mdl): boolean {
  for (let each: Mdl | null = mdl; each !== null; each = each.next) {
    if (!isOneLocked(each)) return false;
  }
  return true;
}

/**
 * Why an MDL and those after it cannot be walked, in words; undefined when they can. That a chain leads back is found by
 * Brent's algorithm: the MDL at the last power of two is met again.
 */
export function chainFault(mdl: Mdl): string | undefined {
  let mark = mdl;
  let again = 1;
  let each = mdl;
  for (let number = 1; ; number++) {
    const fault = mdlFault(each, number);
    if (fault !== undefined) return fault;
    if (each.next === null) return undefined;
    each = each.next;
    if (each === mark) return "it leads back to an MDL that it has passed";
    if (number !== again) continue;
    mark = each;
    again *= 2;
  }
}

function mdlFault(mdl: Mdl, number: number): string | undefined {
  if (typeof mdl !== "object" || mdl === null) return `MDL ${number} is ${mdl}`;
  const { byteOffset, byteCount, startVa, pageFrameNumbers } = mdl;
  if (!Number.isSafeInteger(byteCount) || byteCount < 0) return `byteCount of MDL ${number} is ${byteCount}`;
  if (!Number.isSafeInteger(byteOffset) || byteOffset < 0 || byteOffset >= PAGE_SIZE)
    return `byteOffset of MDL ${number} is ${byteOffset}, which is not a byte of its first page`;
  if (typeof startVa !== "bigint") return `startVa of MDL ${number} is not an address`;
  return Array.isArray(pageFrameNumbers) ? undefined : `pageFrameNumbers of MDL ${number} are not a list`;
}

/** Sum of the bytes of an MDL and those behind it. */
export function chainBytes(mdl: Mdl): number {
  let total = 0;
  for (let each: Mdl | null = mdl; each !== null; each = each.next) total += each.byteCount;
  return total;
}

/**
 * Calls `visit` for each piece of a page that holds bytes `offset` to `offset + length` of a chain, in order. The
 * address is a number: physical addresses are below 2^52.
 */
export function walkPages(
  mdl: Mdl,
  offset: number,
  length: number,
  visit: (address: number, lengthBytes: number) => void,
): void {
  let skip = offset;
  let left = length;
  for (let each: Mdl | null = mdl; each !== null && left > 0; each = each.next) {
    if (skip >= each.byteCount) {
      skip -= each.byteCount;
      continue;
    }
    let at = each.byteOffset + skip;
    let here = Math.min(left, each.byteCount - skip);
    skip = 0;
    left -= here;
    while (here > 0) {
      const inPage = at % PAGE_SIZE;
      const bytes = Math.min(here, PAGE_SIZE - inPage);
      visit((each.pageFrameNumbers[(at - inPage) / PAGE_SIZE] as number) * PAGE_SIZE + inPage, bytes);
      at += bytes;
      here -= bytes;
    }
  }
}

/** Bytes `at` to `at + lengthBytes` are some of the first `all`. */
export function isRange(at: number, lengthBytes: number, all: number): boolean {
  const isWhole = Number.isSafeInteger(at) && Number.isSafeInteger(lengthBytes);
  return isWhole && at >= 0 && lengthBytes >= 0 && at + lengthBytes <= all;
}

/** Copies `bytes` to where bytes `at` and following of a chain lie. */
export function writePages(memory: PhysicalMemory, mdl: Mdl, at: number, bytes: Uint8Array): void {
  let done = 0;
  walkPages(mdl, at, bytes.length, (address, length) => {
    memory.view(physicalAddress(BigInt(address)), length).set(bytes.subarray(done, done + length));
    done += length;
  });
}

/** A copy of bytes `at` to `at + lengthBytes` of a chain. */
export function readPages(memory: PhysicalMemory, mdl: Mdl, at: number, lengthBytes: number): Uint8Array {
  const bytes = new Uint8Array(lengthBytes);
  let done = 0;
  walkPages(mdl, at, lengthBytes, (address, length) => {
    bytes.set(memory.view(physicalAddress(BigInt(address)), length), done);
    done += length;
  });
  return bytes;
}
