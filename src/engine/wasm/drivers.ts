import type { Bit, Cell, Netlist } from "./netlist.ts";

/** A cell, or an input of the top module. */
export type Driver = Cell | "input";

/** What drives each bit of a netlist. */
export class Drivers {
  /** By the number of the bit: the first one. */
  readonly #first: (Driver | undefined)[];
  readonly #more = new Map<number, Driver[]>();
  /** Cells whose output is a constant in the netlist, which something else drives it with. */
  readonly ofConstants: Cell[] = [];

  constructor({ bitCount, ports, cells }: Pick<Netlist, "bitCount" | "ports" | "cells">) {
    this.#first = new Array(bitCount);
    for (const { direction, bits } of ports)
      if (direction === "input") for (const bit of bits) this.#add(bit, "input");
    for (const cell of cells) for (const bits of cell.outputs) for (const bit of bits) this.#add(bit, cell);
  }

  of(bit: Bit): readonly Driver[] {
    if (typeof bit !== "number") return [];
    const first = this.#first[bit];
    return first === undefined ? [] : [first, ...(this.#more.get(bit) ?? [])];
  }

  /** The only one, or one of several. */
  firstOf(bit: number): Driver | undefined {
    return this.#first[bit];
  }

  hasSeveral(bit: Bit): boolean {
    return this.#more.size > 0 && typeof bit === "number" && this.#more.has(bit);
  }

  /** Bits that have several. */
  get several(): number[] {
    return [...this.#more.keys()];
  }

  #add(bit: Bit, driver: Driver): void {
    if (typeof bit !== "number") {
      if (bit !== "z" && driver !== "input") this.ofConstants.push(driver);
      return;
    }
    const first = this.#first[bit];
    if (first === undefined) this.#first[bit] = driver;
    else if (!this.of(bit).includes(driver)) this.#more.set(bit, [...(this.#more.get(bit) ?? []), driver]);
  }
}
