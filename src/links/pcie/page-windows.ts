import { WindowError } from "../../bus/errors.ts";
import type { Access, OpenWindow, Window, WindowTable } from "../../bus/window.ts";
import { PAGE_SHIFT, PAGE_SIZE } from "../../core/address.ts";
import type { PhysicalMemory } from "../../memory/physical-memory.ts";
import { WindowMap } from "../window-map.ts";
import type { DmaMemory, PcieDma } from "./pcie-device.ts";

/**
 * What a page that has windows allows the device. `both`: reads and writes. `strict`: what its first window asks for; one that
 * asks for more is refused. `exact`: what any of its windows allows; the page is mapped anew when that changes, which an
 * IOMMU cannot do without a gap: only where time stands still.
 */
export type PageRights = "both" | "strict" | "exact";

/**
 * Windows as pages of an IOMMU: a page is mapped with its first window and unmapped with its last, each on its own, because an
 * unmap that differs from its map is refused.
 */
export class PageWindows implements WindowTable {
  readonly #dma: PcieDma;
  readonly #ram: DmaMemory;
  readonly #memory: PhysicalMemory;
  readonly #rights: PageRights;
  /** By logical page. */
  readonly #windows = new WindowMap<PageWindow>();
  readonly #mapped = new Map<number, Mapped>();
  #isClosed = false;
  /** Why the device is gone. */
  #lost: Error | undefined;

  constructor(dma: PcieDma, ram: DmaMemory, memory: PhysicalMemory, rights: PageRights) {
    this.#dma = dma;
    this.#ram = ram;
    this.#memory = memory;
    this.#rights = rights;
  }

  get live(): ReadonlySet<Window> {
    return this.#windows.live;
  }

  /** The window that was opened last on the page of this address. */
  at(iova: bigint): Window | undefined {
    return [...this.#windows.on(Number(iova) / PAGE_SIZE)].at(-1);
  }

  open(window: Window): OpenWindow {
    const offset = this.#check(window);
    const first = Math.floor(Number(window.logical) / PAGE_SIZE);
    const last = Math.floor((Number(window.logical) + window.lengthBytes - 1) / PAGE_SIZE);
    const ramPage = Math.floor(offset / PAGE_SIZE);
    for (let page = first; page <= last; page++) this.#checkPage(window, page, ramPage + page - first);
    const open = new PageWindow(window, first, last, this.#close);
    for (let page = first; page <= last; page++) {
      try {
        this.#windows.add(page, open);
        this.#map(page, ramPage + page - first);
      } catch (cause) {
        this.#undo(open, first, page);
        throw new WindowError(window, (cause as Error).message, { cause });
      }
    }
    return open;
  }

  /** Nothing is mapped any more; whoever closes a window later does nothing. */
  closeAll(): void {
    if (this.#isClosed) return;
    for (const window of this.#windows.live as ReadonlySet<PageWindow>) window.close();
    this.#isClosed = true;
  }

  /** The device is gone, and its mappings with it. */
  abandon(lost: Error): void {
    this.#lost ??= lost;
    this.#isClosed = true;
  }

  readonly #close = (window: PageWindow): void => {
    if (this.#isClosed) return;
    this.#undo(window, window.first, window.last);
  };

  #undo(window: PageWindow, first: number, last: number): void {
    for (let page = first; page <= last; page++) {
      const isInUse = this.#windows.remove(page, window) !== undefined;
      const mapped = this.#mapped.get(page);
      if (mapped === undefined) continue;
      if (!isInUse) this.#unmap(page);
      else if (this.#rights === "exact") this.#map(page, mapped.ramPage);
    }
  }

  /** As its windows are now. */
  #map(page: number, ramPage: number): void {
    const mapped = this.#mapped.get(page);
    if (mapped !== undefined && this.#rights !== "exact") return;
    const access = this.#rights === "both" ? "read-write" : union([...this.#windows.on(page)]);
    if (mapped?.access === access) return;
    if (mapped !== undefined) this.#unmap(page);
    this.#dma.map(this.#ram, ramPage * PAGE_SIZE, PAGE_SIZE, BigInt(page) << BigInt(PAGE_SHIFT), access);
    this.#mapped.set(page, { ramPage, access });
  }

  #unmap(page: number): void {
    this.#mapped.delete(page);
    this.#dma.unmap(BigInt(page) << BigInt(PAGE_SHIFT), PAGE_SIZE);
  }

  /** The byte of memory at which the window begins. */
  #check(window: Window): number {
    const { logical, physical, lengthBytes } = window;
    if (!Number.isSafeInteger(lengthBytes) || lengthBytes < 1)
      throw new WindowError(window, "its length is not a positive number of bytes");
    if (logical % BigInt(PAGE_SIZE) !== physical % BigInt(PAGE_SIZE))
      throw new WindowError(window, "the two addresses differ in their page offset");
    const end = logical + BigInt(lengthBytes) - 1n;
    if (!this.#dma.ranges.some(({ first, last }) => logical >= first && end <= last))
      throw new WindowError(window, "the device's I/O addresses have no such range");
    if (this.#lost !== undefined) throw new WindowError(window, this.#lost.message, { cause: this.#lost });
    if (this.#isClosed) throw new WindowError(window, "the link is closed");
    try {
      return this.#memory.offsetOf(physical, lengthBytes);
    } catch (cause) {
      throw new WindowError(window, (cause as Error).message, { cause });
    }
  }

  #checkPage(window: Window, page: number, ramPage: number): void {
    const mapped = this.#mapped.get(page);
    if (mapped === undefined) return;
    if (mapped.ramPage !== ramPage)
      throw new WindowError(window, "another window has its page on other memory");
    if (this.#rights === "strict" && union([mapped, window]) !== mapped.access)
      throw new WindowError(
        window,
        `another window has its page, for ${mapped.access} alone, and a page that is mapped cannot be given other rights`,
      );
  }
}

interface Mapped {
  readonly ramPage: number;
  readonly access: Access;
}

function union(windows: readonly { readonly access: Access }[]): Access {
  const first = windows[0]?.access ?? "read-write";
  return windows.every(({ access }) => access === first) ? first : "read-write";
}

class PageWindow implements OpenWindow {
  readonly logical: Window["logical"];
  readonly physical: Window["physical"];
  readonly lengthBytes: number;
  readonly access: Access;
  readonly use: Window["use"];
  /** Logical pages, both included. */
  readonly first: number;
  readonly last: number;
  readonly #end: (window: PageWindow) => void;
  #isOpen = true;

  constructor(window: Window, first: number, last: number, end: (window: PageWindow) => void) {
    this.logical = window.logical;
    this.physical = window.physical;
    this.lengthBytes = window.lengthBytes;
    this.access = window.access;
    this.use = window.use;
    this.first = first;
    this.last = last;
    this.#end = end;
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#end(this);
  }
}
