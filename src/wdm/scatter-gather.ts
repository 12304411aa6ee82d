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

/** Bytes of SCATTER_GATHER_LIST without its elements, and of one element, on a 64-bit system. */
export const LIST_HEADER_BYTES = 16;
export const ELEMENT_BYTES = 24;
/** What the system keeps behind the elements of a list that a driver's buffer holds. */
const PRIVATE_BYTES = 64;

/** Bytes of a buffer for a list of so many elements, with the system's own data. */
export function listBytes(elements: number): number {
  return LIST_HEADER_BYTES + elements * ELEMENT_BYTES + PRIVATE_BYTES;
}

/** Memory of the driver's for a list: empty until the system fills it. */
export function scatterGatherBuffer(): ScatterGatherList {
  return { numberOfElements: 0, reserved: undefined, elements: [] };
}

/** There is one: a call that was refused leaves none in an out parameter. */
export function isList(list: ScatterGatherList | null | undefined): list is ScatterGatherList {
  return list !== undefined && list !== null;
}

/** The system fills a list, its own or the driver's. */
export function fillList(list: ScatterGatherList, elements: readonly ScatterGatherElement[]): void {
  const filled = list as { -readonly [Name in keyof ScatterGatherList]: ScatterGatherList[Name] };
  filled.numberOfElements = elements.length;
  filled.elements = elements;
}
