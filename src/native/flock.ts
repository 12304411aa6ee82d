import koffi from "koffi";
import { SystemCallError } from "./errors.ts";

/** `sys/file.h` of Linux and macOS. */
const LOCK_EX = 2;
const LOCK_NB = 4;
const { EWOULDBLOCK, EAGAIN, EINTR } = koffi.os.errno;

const call = koffi.load(null).func("int flock(int descriptor, int operation)") as (
  descriptor: number,
  operation: number,
) => number;

/**
 * Locks an open file exclusively, without waiting. False when someone else has it locked: another process, or another
 * opening of the file in this one. The lock ends when the descriptor is closed; the kernel closes it with the process,
 * however that ends. It is advisory and belongs to the file, not to its path: a file that serves as a lock must not be
 * removed. Throws `SystemCallError` where the file cannot be locked at all.
 */
export function flock(descriptor: number): boolean {
  for (;;) {
    if (call(descriptor, LOCK_EX | LOCK_NB) === 0) return true;
    const errno = koffi.errno();
    if (errno === EWOULDBLOCK || errno === EAGAIN) return false;
    if (errno !== EINTR) throw new SystemCallError("flock", errno);
  }
}
