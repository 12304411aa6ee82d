import { PAGE_SIZE } from "../core/address.ts";
import type { Random } from "../core/random.ts";
import type { Bank } from "../memory/physical-memory.ts";

interface Table {
  readonly first: number;
  /** By page of the bank: the place of a device's page in it. */
  readonly places: readonly number[];
}

/**
 * The pages as devices see them, where an IOMMU translates: after each bank lie its pages in another order, and after those once more
 * in their own order, for what must be in one piece. So no physical address works as a logical one.
 */
export class LogicalPages {
  readonly #tables: readonly Table[];

  constructor(banks: readonly Bank[], random: Random) {
    this.#tables = banks.map(({ base, lengthBytes }) => {
      const pages = Array.from({ length: lengthBytes / PAGE_SIZE }, (_, page) => page);
      return { first: Number(base) / PAGE_SIZE, places: random.shuffle(pages) };
    });
  }

  /** Page frame number that a device has for that of a page of memory. Any other number is returned as it is. */
  scattered(frame: number): number {
    return this.#find(frame, ({ first, places }, page) => first + places.length + (places[page] as number));
  }

  /** The same so that neighbours stay neighbours. */
  inOrder(frame: number): number {
    return this.#find(frame, ({ first, places }, page) => first + 2 * places.length + page);
  }

  #find(frame: number, of: (table: Table, page: number) => number): number {
    for (const table of this.#tables) {
      const page = frame - table.first;
      if (page >= 0 && page < table.places.length) return of(table, page);
    }
    return frame;
  }
}
