import type { Update } from "./design.ts";
import type { Graph } from "./graph.ts";
import type { Bit } from "./netlist.ts";
import type { Node } from "./node.ts";

/** What makes the sequential cells of a design work. */
export interface Triggers {
  /** 1 when the bit has an edge of this polarity (true: rising). */
  clockEdge(bit: Bit, polarity: boolean): Node;
  /** The same for a set or reset; one that is active from the start counts as an edge. */
  controlEdge(bit: Bit, polarity: boolean): Node;
}

/** All that a design has is the rising edge of its clock: every pass of the update code is one. */
export class SingleClock implements Triggers {
  readonly #always: Node;

  constructor(graph: Graph) {
    this.#always = graph.const(1n, 1);
  }

  clockEdge(): Node {
    return this.#always;
  }

  controlEdge(): Node {
    return this.#always;
  }
}

/** How the value that an edge is told from starts: as the bit itself, so that there is no edge, or inactive. */
interface Watched {
  readonly bit: Bit;
  readonly register: number;
  readonly current: Node;
  readonly before: Node;
  readonly start: Node;
}

/**
 * Edges of any bit, derived from registers, gated or from outside, by comparing with the value of the pass before. A
 * design is settled when no watched bit differs from what it was and no latch from what it holds; until then, the update
 * code is run again. So everything that one edge triggers sees the values before it, and what it changes may be the next
 * edge: the order of IEEE 1364-2005, section 11.4, for assignments that do not block.
 */
export class EdgeTriggers implements Triggers {
  readonly #graph: Graph;
  readonly #value: (bit: Bit) => Node;
  readonly #newRegister: () => number;
  readonly #watched = new Map<string, Watched>();

  constructor(graph: Graph, value: (bit: Bit) => Node, newRegister: () => number) {
    this.#graph = graph;
    this.#value = value;
    this.#newRegister = newRegister;
  }

  clockEdge(bit: Bit, polarity: boolean): Node {
    return this.#edge(this.#watch(`${bit} clock`, bit, undefined), polarity);
  }

  controlEdge(bit: Bit, polarity: boolean): Node {
    const inactive = this.#graph.const(polarity ? 0n : 1n, 1);
    return this.#edge(this.#watch(`${bit} ${polarity}`, bit, inactive), polarity);
  }

  /** What follows the watched bits. */
  updates(): Update[] {
    return [...this.#watched.values()].map(({ register, current }) => {
      return { kind: "register", register, value: current };
    });
  }

  /** What the watched bits are taken to have been when a simulation opens. */
  starts(): { register: number; value: Node }[] {
    return [...this.#watched.values()].map(({ register, start }) => ({ register, value: start }));
  }

  /** A watched bit has changed. */
  get pending(): Node {
    return [...this.#watched.values()]
      .map(({ current, before }) => this.#graph.xor(current, before))
      .reduce((any, next) => this.#graph.or(any, next), this.#graph.const(0n, 1));
  }

  get bits(): Bit[] {
    return [...new Set([...this.#watched.values()].map(({ bit }) => bit))];
  }

  #watch(key: string, bit: Bit, start: Node | undefined): Watched {
    const known = this.#watched.get(key);
    if (known !== undefined) return known;
    const register = this.#newRegister();
    const current = this.#value(bit);
    const before = this.#graph.register(register, 1);
    const watched = { bit, register, current, before, start: start ?? current };
    this.#watched.set(key, watched);
    return watched;
  }

  #edge({ current, before }: Watched, polarity: boolean): Node {
    const graph = this.#graph;
    return polarity ? graph.and(current, graph.not(before)) : graph.and(graph.not(current), before);
  }
}
