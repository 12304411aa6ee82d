import type { OpenWindow, WindowTable } from "../bus/window.ts";
import { logicalAddress, PAGE_SIZE, physicalAddress } from "../core/address.ts";
import { type Mdl, walkPages } from "../memory/mdl.ts";
import type { PageAllocator } from "../memory/page-allocator.ts";
import type { PhysicalMemory } from "../memory/physical-memory.ts";
import type { ScatterGatherElement, ScatterGatherList } from "./scatter-gather.ts";

export interface Request {
  readonly mdl: Mdl;
  readonly offset: number;
  readonly length: number;
  /** The device reads host memory. */
  readonly writeToDevice: boolean;
  /** The device reaches physical addresses below this. */
  readonly reach: number;
}

export interface MappingParts {
  readonly memory: PhysicalMemory;
  readonly pages: PageAllocator;
  readonly windows: WindowTable;
}

interface Bounce {
  readonly buffer: number;
  readonly bounce: number;
  readonly lengthBytes: number;
}

const FOUR_GIB = 2 ** 32;

/** Map registers that a request takes: one for each page that the device cannot reach. */
export function registersNeeded({ mdl, offset, length, reach }: Request): number {
  let count = 0;
  walkPages(mdl, offset, length, (address, bytes) => {
    if (address + bytes > reach) count++;
  });
  return count;
}

/**
 * A range of a buffer as the device sees it, from the moment it is mapped until it is given back. Pages beyond the
 * device's reach are replaced by bounce pages: filled when mapped if the device reads, copied back at the end if it
 * writes. Without an IOMMU a logical address is the physical one; a translation would take place in `#elements`.
 */
export class Mapping {
  readonly list: ScatterGatherList;
  readonly writeToDevice: boolean;
  readonly registers: number;
  readonly #parts: MappingParts;
  readonly #bounces: Bounce[] = [];
  readonly #bouncePages: readonly number[];
  readonly #windows: OpenWindow[];

  constructor(parts: MappingParts, request: Request) {
    this.#parts = parts;
    this.writeToDevice = request.writeToDevice;
    this.registers = registersNeeded(request);
    this.#bouncePages = parts.pages.allocate(this.registers, request.reach / PAGE_SIZE);
    const elements = this.#elements(request);
    this.list = { numberOfElements: elements.length, reserved: this, elements };
    if (request.writeToDevice) this.#copy("in");
    this.#windows = elements.map(({ address, length }) =>
      parts.windows.open({
        logical: address,
        physical: physicalAddress(address),
        lengthBytes: length,
        access: request.writeToDevice ? "read" : "write",
      }),
    );
  }

  /** Ends the mapping: what the device wrote is in the buffer now, and the device may touch nothing of it. */
  release(): void {
    for (const window of this.#windows) window.close();
    if (!this.writeToDevice) this.#copy("out");
    this.#parts.pages.free(this.#bouncePages);
  }

  /** Neighbouring pages are one element, but none crosses a multiple of 4 GiB. */
  #elements({ mdl, offset, length, reach }: Request): ScatterGatherElement[] {
    const elements: ScatterGatherElement[] = [];
    let start = -1;
    let end = -1;
    const flush = (): void => {
      if (start >= 0)
        elements.push({ address: logicalAddress(BigInt(start)), length: end - start, reserved: 0 });
    };
    walkPages(mdl, offset, length, (address, bytes) => {
      const seen = address + bytes > reach ? this.#bounce(address, bytes) : address;
      if (seen === end && end % FOUR_GIB !== 0) {
        end += bytes;
        return;
      }
      flush();
      start = seen;
      end = seen + bytes;
    });
    flush();
    return elements;
  }

  #bounce(buffer: number, lengthBytes: number): number {
    const frame = this.#bouncePages[this.#bounces.length] as number;
    const bounce = frame * PAGE_SIZE + (buffer % PAGE_SIZE);
    this.#bounces.push({ buffer, bounce, lengthBytes });
    return bounce;
  }

  #copy(direction: "in" | "out"): void {
    const { memory } = this.#parts;
    for (const { buffer, bounce, lengthBytes } of this.#bounces) {
      const inside = memory.view(physicalAddress(BigInt(buffer)), lengthBytes);
      const outside = memory.view(physicalAddress(BigInt(bounce)), lengthBytes);
      if (direction === "in") outside.set(inside);
      else inside.set(outside);
    }
  }
}
