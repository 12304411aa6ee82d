import { WindowError } from "../../../src/bus/errors.ts";
import type { OpenWindow, Window, WindowTable } from "../../../src/bus/window.ts";
import { logicalAddress, PAGE_SIZE, physicalAddress } from "../../../src/core/address.ts";

const PAGE = BigInt(PAGE_SIZE);

/** Windows as an IOMMU keeps them: the device may touch every byte of a page on which one is open. */
export class PageWindows implements WindowTable {
  readonly live: Set<OpenWindow> = new Set();
  readonly #table: WindowTable;

  constructor(table: WindowTable) {
    this.#table = table;
  }

  open(window: Window): OpenWindow {
    const { live } = this;
    const pages = this.#table.open(wholePages(window));
    const open: OpenWindow = {
      ...window,
      close: () => {
        live.delete(open);
        pages.close();
      },
    };
    live.add(open);
    return open;
  }
}

function wholePages(window: Window): Window {
  const { logical, physical, lengthBytes } = window;
  const before = logical % PAGE;
  if (before !== physical % PAGE)
    throw new WindowError(window, "the two addresses differ in their page offset");
  // What is wrong with a length is for the table to say.
  if (!Number.isSafeInteger(lengthBytes) || lengthBytes < 1) return window;
  return {
    ...window,
    logical: logicalAddress(logical - before),
    physical: physicalAddress(physical - before),
    lengthBytes: Math.ceil((Number(before) + lengthBytes) / PAGE_SIZE) * PAGE_SIZE,
  };
}
