import koffi from "koffi";

/** `sys/mman.h` of Linux: private pages without a file read as zero from now on. */
const MADV_DONTNEED = 4;

const madvise =
  process.platform === "linux"
    ? koffi.load(null).func("int madvise(void *address, size_t length, int advice)")
    : undefined;

/**
 * Makes memory read as zero: `bytes` are whole pages that belong to this process alone. What was never written costs
 * nothing, and nobody has to know what was. False where the system cannot do it; then nothing has changed.
 */
export function discardMemory(bytes: Uint8Array): boolean {
  return madvise?.(bytes, bytes.length, MADV_DONTNEED) === 0;
}

/** `sys/mman.h` of Linux: shared pages of a file read as zero from now on, and its bytes there are gone. */
const MADV_REMOVE = 9;

/** As `discardMemory`, for the memory of a file that is mapped (`mapFile`). */
export function discardMapped(bytes: Uint8Array): boolean {
  return madvise?.(bytes, bytes.length, MADV_REMOVE) === 0;
}
