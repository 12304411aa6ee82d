import type { Bit } from "./netlist.ts";

/** Which bits of the flattened design are the same one, or a constant. */
export class BitAliases {
  /** Of each bit, by its number: another one that it is, or itself. */
  readonly #targets: Bit[] = [];

  /** Bits are numbered below this. */
  get count(): number {
    return this.#targets.length;
  }

  fresh(): number {
    return this.#targets.push(this.#targets.length) - 1;
  }

  resolve(bit: Bit): Bit {
    if (typeof bit !== "number") return bit;
    const target = this.#targets[bit] as Bit;
    if (target === bit) return bit;
    let root = target;
    while (typeof root === "number" && this.#targets[root] !== root) root = this.#targets[root] as Bit;
    // The next time it is found at once.
    this.#targets[bit] = root;
    return root;
  }

  /** The very list where nothing in it is an alias. */
  all(bits: readonly Bit[]): readonly Bit[] {
    return bits.every((bit) => this.resolve(bit) === bit) ? bits : bits.map((bit) => this.resolve(bit));
  }

  /** Makes `bit` the same as `other`. False where it is a constant, and `other` is not the same one. */
  join(bit: Bit, other: Bit): boolean {
    const [from, to] = [this.resolve(bit), this.resolve(other)];
    if (typeof from === "number") this.#targets[from] = to;
    else if (typeof to === "number") this.#targets[to] = from;
    else return from === to;
    return true;
  }
}
