import { WindowError } from "../../bus/errors.ts";
import type { Direction } from "../../bus/event.ts";
import type { OpenWindow, Window, WindowTable } from "../../bus/window.ts";
import { PAGE_SIZE } from "../../core/address.ts";
import type { PhysicalMemory } from "../../memory/physical-memory.ts";
import { WindowMap } from "../window-map.ts";

/** Addresses are numbers here: those beyond are refused. */
const ADDRESS_BITS = 52;

interface BoardWindow extends OpenWindow {
  /** Logical, both included. */
  readonly first: number;
  readonly last: number;
  /** To be added to a logical address: the place in the bytes of memory. */
  readonly shift: number;
}

/** Windows of a device whose every access is asked of this side. */
export class BoardWindows implements WindowTable {
  readonly #memory: PhysicalMemory;
  readonly #end: number;
  readonly #windows = new WindowMap<BoardWindow>();

  /** `addressBits`: of the device's addresses. */
  constructor(memory: PhysicalMemory, addressBits: number) {
    this.#memory = memory;
    this.#end = 2 ** Math.min(addressBits, ADDRESS_BITS);
  }

  get live(): ReadonlySet<Window> {
    return this.#windows.live;
  }

  open(window: Window): OpenWindow {
    const { logical, physical, lengthBytes } = window;
    const first = Number(logical);
    if (!Number.isSafeInteger(lengthBytes) || lengthBytes < 1)
      throw new WindowError(window, "its length is not a positive number of bytes");
    if (first + lengthBytes > this.#end)
      throw new WindowError(window, `the device has addresses below ${this.#end.toString(16)} (hexadecimal)`);
    if (first % PAGE_SIZE !== Number(physical) % PAGE_SIZE)
      throw new WindowError(window, "the two addresses differ in their page offset");
    const last = first + lengthBytes - 1;
    let isOpen = true;
    const open: BoardWindow = {
      ...window,
      ...{ first, last, shift: this.#offsetOf(window) - first },
      close: () => {
        if (!isOpen) return;
        isOpen = false;
        for (const page of pagesOf(first, last)) this.#windows.remove(page, open);
      },
    };
    for (const page of pagesOf(first, last)) this.#windows.add(page, open);
    return open;
  }

  /**
   * Place in the bytes of memory of the logical address `at` when the device may touch it; -1 otherwise. Allowed is the unit
   * of `unitBytes` of which any byte is in a window.
   */
  offsetOf(at: number, direction: Direction, unitBytes: number): number {
    const unit = at - (at % unitBytes);
    for (const { access, first, last, shift } of this.#windows.on(Math.floor(at / PAGE_SIZE))) {
      const isAllowed = access === "read-write" || access === direction;
      if (isAllowed && first < unit + unitBytes && last >= unit) return at + shift;
    }
    return -1;
  }

  /** As `offsetOf` with a unit of 1 byte, for `lengthBytes` bytes in one window; -1 also when they are in several. */
  rangeOf(at: number, lengthBytes: number, direction: Direction): number {
    const end = at + lengthBytes - 1;
    for (const { access, first, last, shift } of this.#windows.on(Math.floor(at / PAGE_SIZE))) {
      const isAllowed = access === "read-write" || access === direction;
      if (isAllowed && first <= at && last >= end) return at + shift;
    }
    return -1;
  }

  #offsetOf(window: Window): number {
    try {
      return this.#memory.offsetOf(window.physical, window.lengthBytes);
    } catch (cause) {
      throw new WindowError(window, (cause as Error).message, { cause });
    }
  }
}

function* pagesOf(first: number, last: number): Iterable<number> {
  for (let page = Math.floor(first / PAGE_SIZE); page <= Math.floor(last / PAGE_SIZE); page++) yield page;
}
