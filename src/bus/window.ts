import type { LogicalAddress, PhysicalAddress } from "../core/address.ts";

/**
 * Windows: the only ranges of host memory that a device may touch.
 *
 * The WDM model opens a window for each element that it hands to a driver and closes it when the mapping ends. A link
 * checks every access of the device against the windows that are open, in the units of its traits.
 */

/** What the device may do inside a window, from the device's point of view. */
export type Access = "read" | "write" | "read-write";

/**
 * When the bytes that the host writes count. `mapped`: as of the opening; the program keeps its hands off while the device
 * has them. `shared` (a common buffer): as of the last call on the link, a posted write or anything awaited.
 */
export type WindowUse = "mapped" | "shared";

export interface Window {
  readonly logical: LogicalAddress;
  readonly physical: PhysicalAddress;
  /** At least 1. May span pages when both ranges are contiguous. */
  readonly lengthBytes: number;
  readonly access: Access;
  readonly use: WindowUse;
}

export interface WindowTable {
  /**
   * Throws `WindowError` at once for what this side knows: a range outside the logical or the physical address space of
   * the link, a limit, a refused system call.
   */
  open(window: Window): OpenWindow;
  readonly live: ReadonlySet<Window>;
}

export interface OpenWindow extends Window {
  /**
   * When it returns, the device is served no access in the window: nothing that it writes there reaches memory, and nothing
   * that the host puts there reaches the device. Where the device has a copy of the memory and cannot hear of it yet, its
   * transfer may go on in the copy; what it writes is dropped, and its accesses are faults. Idempotent.
   */
  close(): void;
}
