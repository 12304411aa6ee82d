import type { Graph, Node } from "./graph.ts";
import type { MemoryDescription } from "./netlist.ts";

/** A design as values and what a clock edge does with them. */
export interface Design {
  readonly graph: Graph;
  /** Inputs other than the clock. */
  readonly inputs: readonly InputPort[];
  readonly outputs: readonly OutputPort[];
  readonly registers: readonly Register[];
  readonly memories: readonly Memory[];
  readonly updates: readonly Update[];
  readonly traces: readonly Trace[];
  /** The output that ends a run, as one bit. */
  readonly stop: Node | undefined;
}

export interface InputPort {
  readonly name: string;
  readonly width: number;
}

export interface OutputPort {
  readonly name: string;
  readonly width: number;
  readonly value: Node;
}

export interface Register {
  readonly width: number;
  /** Value before the first edge where the source gives one; `mask` says for which bits. */
  readonly init: { readonly value: bigint; readonly mask: bigint };
}

export interface Memory extends MemoryDescription {
  /** Contents before the first edge: runs of elements from an index on. */
  readonly init: readonly { readonly index: number; readonly elements: readonly bigint[] }[];
}

/** What happens at the clock edge; all of it is computed from the values before. */
export type Update = RegisterUpdate | MemoryUpdate;

export interface RegisterUpdate {
  readonly kind: "register";
  readonly register: number;
  readonly value: Node;
}

/** Writes the bits of `data` where `mask` is 1. Updates of one memory happen in their order. */
export interface MemoryUpdate {
  readonly kind: "memory";
  readonly memory: number;
  readonly address: Node;
  readonly data: Node;
  readonly mask: Node;
}

export interface Trace {
  readonly name: string;
  readonly width: number;
  /** 64 bits each, the lowest first. */
  readonly limbs: readonly Node[];
}
