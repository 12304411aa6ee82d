import type { PhysicalAddress } from "../core/address.ts";
import { type Blame, HiltError } from "../core/errors.ts";
import { hex, hexAddress } from "../core/hex.ts";

/** Not enough free pages that meet the request. */
export class OutOfMemoryError extends HiltError {
  readonly code = "E_OUT_OF_MEMORY";
  readonly blame: Blame = "product";
}

/** A buffer was used, or freed, after it was freed: its pages may be another's. */
export class BufferFreedError extends HiltError {
  readonly code = "E_BUFFER_FREED";
  readonly blame: Blame = "product";

  /** `how`: what is done with it now. */
  constructor(buffer: string, how: "used" | "freed again", place: string) {
    super(`${buffer} is ${how} after it was freed ${place}`);
  }
}

/** A byte next to a buffer changed: somebody wrote outside it. */
export class GuardBytesError extends HiltError {
  readonly code = "E_GUARD_BYTES";
  readonly blame: Blame = "product";

  constructor(buffer: string, address: PhysicalAddress, where: string, expected: number, found: number) {
    super(
      `${buffer}: the guard byte ${where}, physical ${hexAddress(address)}, is ${hex(found, 2)} instead of ${hex(expected, 2)}`,
    );
  }
}
