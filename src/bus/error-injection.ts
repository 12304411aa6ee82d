import type { LogicalAddress } from "../core/address.ts";
import type { Direction } from "./event.ts";

/** What host memory answers instead of OKAY (Arm IHI 0022, A3.4.4). */
export type ErrorResponse = "SLVERR" | "DECERR";

/** Errors of host memory on purpose. A beat that fails moves no data. */
export interface ErrorInjection {
  /** Addresses that may fail at the same time. */
  readonly addresses: number;
  /**
   * From now on, beats in `direction` that touch the 8 bytes round `address` answer `response`, until the result is
   * called. Throws `RangeError` when `addresses` of them are in use.
   */
  at(address: LogicalAddress, direction: Direction, response: ErrorResponse): () => void;
  /** The beat that follows after `beats` more in `direction` answers `response`; it replaces an earlier one. */
  afterBeats(beats: number, direction: Direction, response: ErrorResponse): void;
}
