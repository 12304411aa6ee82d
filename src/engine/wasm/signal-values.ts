import type { CellContext } from "./cells.ts";
import { Graph } from "./graph.ts";
import type { Bit, Netlist } from "./netlist.ts";
import { type Node, WIDEST } from "./node.ts";

/** What the bits of the netlist are worth, as nodes of the graph. */
export class SignalValues implements CellContext {
  readonly graph = new Graph();
  /** By the number of a bit: the value that it is part of, which those with several drivers do not have. */
  readonly #nodes: (Node | "several" | undefined)[];
  /** Which bit of that value it is. */
  readonly #indices: Int32Array;

  constructor({ bitCount }: Pick<Netlist, "bitCount">) {
    this.#nodes = new Array(bitCount);
    this.#indices = new Int32Array(bitCount);
  }

  value(bits: readonly Bit[]): Node {
    const pieces: Node[] = [];
    let at = 0;
    while (at < bits.length) {
      const [piece, width] = this.#piece(bits, at);
      pieces.push(piece);
      at += width;
    }
    return this.graph.concat(pieces);
  }

  /** The longest run of bits from one source, or of constants. */
  #piece(bits: readonly Bit[], from: number): [Node, number] {
    const first = bits[from] as Bit;
    if (typeof first === "string") {
      let to = from + 1;
      while (typeof bits[to] === "string") to++;
      return [this.graph.const(constantOf(bits.slice(from, to)), to - from), to - from];
    }
    const node = this.#nodes[first] as Node;
    const index = this.#indices[first] as number;
    let width = 1;
    while (from + width < bits.length) {
      const bit = bits[from + width];
      if (typeof bit !== "number" || this.#nodes[bit] !== node || this.#indices[bit] !== index + width) break;
      width++;
    }
    return [this.graph.slice(node, index, width), width];
  }

  /** 64 bits each, the lowest first. */
  limbs(bits: readonly Bit[]): Node[] {
    return limbStarts(bits.length).map((low) => this.value(bits.slice(low, low + WIDEST)));
  }

  /** What has several drivers is read by nobody (`pruneNetlist`), and has no value. */
  drive(bits: readonly Bit[], node: Node): void {
    for (let index = 0; index < bits.length; index++) {
      const bit = bits[index];
      if (typeof bit !== "number") continue;
      this.#nodes[bit] = this.#nodes[bit] === undefined ? node : "several";
      this.#indices[bit] = index;
    }
  }

  driveLimbs(bits: readonly Bit[], limbs: readonly Node[]): void {
    let low = 0;
    for (const limb of limbs) {
      this.drive(bits.slice(low, low + limb.width), limb);
      low += limb.width;
    }
  }

  /** A wire that nobody drives or reads has no value, nor has a clock that is all there is. */
  isReadable(bits: readonly Bit[]): boolean {
    return bits.every((bit) => typeof bit === "string" || typeof this.#nodes[bit] === "object");
  }
}

/** The lowest bit of each 64. */
export function limbStarts(width: number): number[] {
  return Array.from({ length: Math.ceil(width / WIDEST) }, (_, limb) => limb * WIDEST);
}

export function constantOf(bits: readonly Bit[]): bigint {
  return bits.reduce<bigint>((sum, bit, index) => sum | (bit === "1" ? 1n << BigInt(index) : 0n), 0n);
}
