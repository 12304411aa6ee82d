import { closeSync, ftruncateSync } from "node:fs";
import { discardMapped } from "./discard-memory.ts";
import { systemCall } from "./libc.ts";
import { mapFile } from "./map-file.ts";

/** `sys/mman.h` of Linux. */
const MFD_CLOEXEC = 1;

const memfdCreate = systemCall("int memfd_create(const char *name, unsigned int flags)");

/**
 * Zeroed memory, aligned to a page, that another process sees when it is given the descriptor. It stays mapped as long as
 * the process: a view of it is never left without memory. What is not touched costs nothing.
 */
export class SharedMemory implements Disposable {
  readonly descriptor: number;
  readonly bytes: Uint8Array;
  #isOpen = true;

  /** Throws `SystemCallError`. `name` is for people who look at /proc. */
  constructor(name: string, lengthBytes: number) {
    this.descriptor = memfdCreate(name, MFD_CLOEXEC);
    ftruncateSync(this.descriptor, lengthBytes);
    this.bytes = mapFile(this.descriptor, lengthBytes);
  }

  /** The bytes are zero from now on, here and wherever they are mapped, and take no memory. */
  clear(): void {
    discardMapped(this.bytes);
  }

  /** Closes the descriptor; the bytes stay. */
  [Symbol.dispose](): void {
    if (this.#isOpen) closeSync(this.descriptor);
    this.#isOpen = false;
  }
}
