import { PAGE_SIZE, spannedPages, type VirtualAddress, virtualAddress } from "../core/address.ts";
import { counted } from "../core/counted.ts";
import { MDL_PARTIAL, MDL_SOURCE_IS_NONPAGED_POOL, type Mdl, partOfFrames } from "../memory/mdl.ts";
import type { Out } from "./dma-adapter.ts";

/** Address of the first byte that an MDL describes. */
export function MmGetMdlVirtualAddress(mdl: Mdl): VirtualAddress {
  return virtualAddress(mdl.startVa + BigInt(mdl.byteOffset));
}

/** Bytes that an MDL describes, without those of the MDLs after it. */
export function MmGetMdlByteCount(mdl: Mdl): number {
  return mdl.byteCount;
}

/** Byte of its first page at which the buffer begins, 0 to 4095. */
export function MmGetMdlByteOffset(mdl: Mdl): number {
  return mdl.byteOffset;
}

/** Pages that `size` bytes from an address on touch. */
export function ADDRESS_AND_SIZE_TO_SPAN_PAGES(address: bigint, size: number): number {
  return spannedPages(Number(address % BigInt(PAGE_SIZE)), size);
}

/** Pages that hold `size` bytes. */
export function BYTES_TO_PAGES(size: number): number {
  return Math.ceil(size / PAGE_SIZE);
}

/**
 * An MDL for a part of another one's buffer, from `address` on: `length` bytes, or up to the end for 0. Throws `RangeError` for what
 * the source does not describe. Page: nf-wdm-iobuildpartialmdl.
 */
export function IoBuildPartialMdl(
  sourceMdl: Mdl,
  targetMdl: Out<Mdl>,
  address: bigint,
  length: number,
): void {
  const from = Number(address - MmGetMdlVirtualAddress(sourceMdl));
  const byteCount = length === 0 ? sourceMdl.byteCount - from : length;
  if (!Number.isSafeInteger(length) || from < 0 || byteCount < 1 || from + byteCount > sourceMdl.byteCount)
    throw new RangeError(
      `IoBuildPartialMdl of ${counted(length, "byte")} from byte ${from} of an MDL of ${counted(sourceMdl.byteCount, "byte")}`,
    );
  const at = sourceMdl.byteOffset + from;
  const first = Math.floor(at / PAGE_SIZE);
  const byteOffset = at % PAGE_SIZE;
  targetMdl.value = {
    next: null,
    mdlFlags: MDL_PARTIAL | (sourceMdl.mdlFlags & MDL_SOURCE_IS_NONPAGED_POOL),
    startVa: virtualAddress(address - BigInt(byteOffset)),
    byteOffset,
    byteCount,
    pageFrameNumbers: partOfFrames(sourceMdl, first, first + spannedPages(byteOffset, byteCount)),
  };
}
