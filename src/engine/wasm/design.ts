import type { Graph } from "./graph.ts";
import type { MemoryDescription } from "./netlist.ts";
import type { Node } from "./node.ts";
import type { ScopedName } from "./scoped-names.ts";

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
  readonly effects: readonly Effect[];
  /** What initial blocks say, in order: once, with the initial values. */
  readonly initial: readonly EffectUpdate[];
  /** The output that ends a run, as one bit. */
  readonly stop: Node | undefined;
  /** Absent where the rising edge of the clock is all that happens. */
  readonly events: Events | undefined;
}

/** For a design with more than one kind of edge: the updates are run until nothing is pending. */
export interface Events {
  /** The register that holds the clock. */
  readonly clock: number;
  /** 1 while something has changed that the updates have not seen. */
  readonly pending: Node;
  /** Registers that start with a value that follows from the others. */
  readonly starts: readonly { readonly register: number; readonly value: Node }[];
}

/** What a design says or asks for at an edge: `$display`, `$finish`, an assertion. */
export interface Effect {
  readonly kind: EffectKind;
  /** Yosys' format string, with the widths of its arguments; for `$display` and what is like it. */
  readonly format: string;
  readonly widths: readonly number[];
  /** Source file and line. */
  readonly place: string;
}

export const effectKinds = [
  "display",
  "finish",
  "stop",
  "fatal",
  "error",
  "warning",
  "info",
  "assert",
  "assume",
  "cover",
] as const;
export type EffectKind = (typeof effectKinds)[number];

export interface InputPort {
  readonly name: string;
  readonly width: number;
}

export interface OutputPort {
  readonly name: string;
  readonly width: number;
  /** 64 bits each, the lowest first. */
  readonly limbs: readonly Node[];
}

export interface Register {
  readonly width: number;
  /** Value before the first edge where the source gives one; `mask` says for which bits. */
  readonly init: { readonly value: bigint; readonly mask: bigint };
}

export interface Memory extends MemoryDescription {
  readonly scoped: ScopedName;
  /** Contents before the first edge: runs of elements from an index on. */
  readonly init: readonly MemoryRun[];
}

/** Elements of a memory from an index on, repeated `times` times. */
export interface MemoryRun {
  readonly index: number;
  readonly elements: bigint[];
  times: number;
}

/** What happens at the clock edge; all of it is computed from the values before. */
export type Update = RegisterUpdate | MemoryUpdate | EffectUpdate;

export interface EffectUpdate {
  readonly kind: "effect";
  /** Which of `effects`. */
  readonly effect: number;
  readonly enable: Node;
  /** Its arguments, end to end: 64 bits each, the lowest first. */
  readonly limbs: readonly Node[];
}

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
  /** Which 64 bits of the element. */
  readonly limb: number;
  readonly data: Node;
  readonly mask: Node;
}

export interface Trace {
  readonly name: string;
  readonly scoped: ScopedName;
  /** Of its bits, as the source numbers them: `[31:2]`. */
  readonly range: string;
  readonly width: number;
  /** 64 bits each, the lowest first. */
  readonly limbs: readonly Node[];
}
