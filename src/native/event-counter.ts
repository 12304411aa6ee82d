import { closeSync, writeSync } from "node:fs";
import { promptCall, systemCall } from "./libc.ts";
import { watchReadable } from "./watch-readable.ts";

/** `sys/eventfd.h` of Linux. */
const EFD_CLOEXEC = 0o2000000;
const EFD_NONBLOCK = 0o4000;
const COUNTER_BYTES = 8;

const eventfd = systemCall("int eventfd(unsigned int initial, int flags)");
const read = promptCall("intptr_t read(int descriptor, void *bytes, size_t length)");

/** A counter of the kernel that another process, or the kernel itself, adds to: how interrupts arrive. */
export class EventCounter implements Disposable {
  readonly descriptor: number;
  readonly #bytes = Buffer.alloc(COUNTER_BYTES);
  #isOpen = true;

  /** Throws `SystemCallError`. */
  constructor() {
    this.descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  }

  /** What was added since the last call. */
  take(): number {
    if (read(this.descriptor, this.#bytes, COUNTER_BYTES) === undefined) return 0;
    return Number(this.#bytes.readBigUInt64LE(0));
  }

  add(count: number): void {
    const bytes = Buffer.alloc(COUNTER_BYTES);
    bytes.writeBigUInt64LE(BigInt(count), 0);
    writeSync(this.descriptor, bytes);
  }

  /** Calls `listener` on the event loop with what was added, until the result is disposed of. */
  watch(listener: (count: number) => void): Disposable {
    return watchReadable(this.descriptor, () => {
      const count = this.take();
      if (count > 0) listener(count);
    });
  }

  [Symbol.dispose](): void {
    if (this.#isOpen) closeSync(this.descriptor);
    this.#isOpen = false;
  }
}
