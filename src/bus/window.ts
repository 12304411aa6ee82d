import type { LogicalAddress, PhysicalAddress } from "../core/address.ts";

/**
 * Windows: the only ranges of host memory that a device may touch.
 *
 * The WDM model opens a window for each element that it hands to a driver and closes it when the mapping ends. A link
 * checks every beat of the device against the windows that are open: by bus word, because AXI reads carry no strobes.
 */

/** What the device may do inside a window, from the device's point of view. */
export type Access = "read" | "write" | "read-write";

export interface Window {
  readonly logical: LogicalAddress;
  readonly physical: PhysicalAddress;
  /** At least 1. May span pages when both ranges are contiguous. */
  readonly lengthBytes: number;
  readonly access: Access;
}

export interface WindowTable {
  /** Throws `RangeError` when the window leaves the logical or the physical address space of the link. */
  open(window: Window): OpenWindow;
  readonly live: ReadonlySet<Window>;
}

export interface OpenWindow extends Window {
  /** Idempotent. */
  close(): void;
}
