import type { CellContext } from "./cells.ts";
import { Graph } from "./graph.ts";
import type { Bit } from "./netlist.ts";
import { type Node, WIDEST } from "./node.ts";

/** Where the value of a bit comes from. */
interface Source {
  readonly node: Node;
  readonly index: number;
}

/** What the bits of the netlist are worth, as nodes of the graph. */
export class SignalValues implements CellContext {
  readonly graph = new Graph();
  readonly #sources = new Map<number, Source | undefined>();

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

  /** The longest run of bits from one source. */
  #piece(bits: readonly Bit[], from: number): [Node, number] {
    const first = bits[from] as Bit;
    if (typeof first === "string") return [this.graph.const(first === "1" ? 1n : 0n, 1), 1];
    const { node, index } = this.#sources.get(first) as Source;
    let width = 1;
    while (from + width < bits.length) {
      const bit = bits[from + width];
      const next = typeof bit === "number" ? this.#sources.get(bit) : undefined;
      if (next?.node !== node || next.index !== index + width) break;
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
    for (const [index, bit] of bits.entries()) {
      if (typeof bit === "number")
        this.#sources.set(bit, this.#sources.has(bit) ? undefined : { node, index });
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
    return bits.every((bit) => typeof bit === "string" || this.#sources.get(bit) !== undefined);
  }
}

/** The lowest bit of each 64. */
export function limbStarts(width: number): number[] {
  return Array.from({ length: Math.ceil(width / WIDEST) }, (_, limb) => limb * WIDEST);
}

export function constantOf(bits: readonly Bit[]): bigint {
  return bits.reduce<bigint>((sum, bit, index) => sum | (bit === "1" ? 1n << BigInt(index) : 0n), 0n);
}
