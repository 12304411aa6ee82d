import koffi from "koffi";
import { SystemCallError } from "./errors.ts";

/** `sys/mman.h` of Linux and macOS. */
const PROT_READ = 1;
const PROT_WRITE = 2;
const MAP_SHARED = 1;
const MAP_FAILED = 2n ** 64n - 1n;

const mmap = koffi
  .load(null)
  .func(
    "void *mmap(void *address, size_t length, int protection, int flags, int descriptor, int64_t offset)",
  );

/**
 * The first bytes of an open file as memory: what is written there is in the file, also when this process is killed the
 * moment after. The file must have the bytes. It stays mapped as long as the process. Throws `SystemCallError` where the
 * file system cannot map it.
 */
export function mapFile(descriptor: number, lengthBytes: number): Uint8Array {
  return new Uint8Array(koffi.view(mapPages(descriptor, lengthBytes, 0), lengthBytes));
}

/** The address of bytes of an open file in this process, from `offset` on, shared with who else has them. */
export function mapPages(descriptor: number, lengthBytes: number, offset: number): bigint {
  const address: bigint = mmap(null, lengthBytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, offset);
  if (address === MAP_FAILED) throw SystemCallError.last("mmap");
  return address;
}

/** Where mapped bytes are in this process. */
export function addressOf(bytes: Uint8Array): bigint {
  return koffi.address(bytes);
}
