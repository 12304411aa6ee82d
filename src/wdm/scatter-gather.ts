import type { LogicalAddress } from "../core/address.ts";

/** SCATTER_GATHER_ELEMENT of wdm.h. */
export interface ScatterGatherElement {
  /** What the device emits. */
  readonly address: LogicalAddress;
  /** In bytes. */
  readonly length: number;
  /** The system's. */
  readonly reserved: unknown;
}

/** SCATTER_GATHER_LIST of wdm.h; the elements are in the order of the bytes of the MDL chain. */
export interface ScatterGatherList {
  readonly numberOfElements: number;
  /** The system's. */
  readonly reserved: unknown;
  readonly elements: readonly ScatterGatherElement[];
}
