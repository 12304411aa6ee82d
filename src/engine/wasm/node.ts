/**
 * A value of a design between two clock edges, of up to 64 bits. It is unsigned and never has bits above its width;
 * signed operations say so.
 */
export type Operation =
  | "const"
  | "input"
  | "register"
  | "memory"
  | "quotient"
  | "slice"
  | "concat"
  | "extend"
  | "replicate"
  | Computation;

export type Computation =
  | "not"
  | "and"
  | "or"
  | "xor"
  | "parity"
  | "add"
  | "sub"
  | "mul"
  | "divide"
  | "modulo"
  | "divideSigned"
  | "moduloSigned"
  | "wideDivide"
  | "shiftLeft"
  | "shiftRight"
  | "shiftRightSigned"
  | "signExtend"
  | "equal"
  | "less"
  | "lessSigned"
  | "mux"
  | "choose";

export interface Node {
  readonly id: number;
  readonly op: Operation;
  /** 1 to 64. */
  readonly width: number;
  readonly args: readonly Node[];
  /** The value of a constant; which 64 bits of an input or element. */
  readonly value: bigint;
  /** Which input, register, memory, wide division or pick; the lowest bit of a slice; which 64 bits of a result. */
  readonly index: number;
  /** Bits that may be other than 0: the value is below `1 << reach`. */
  readonly reach: number;
  /** The longest chain of nodes below it; what recurses over nodes must bound itself by it. */
  readonly depth: number;
  /** Depends on inputs and constants only, which do not change during a run. */
  readonly isSteady: boolean;
}

export const WIDEST = 64;

export function ones(width: number): bigint {
  return (1n << BigInt(width)) - 1n;
}

/** The argument of a node that has it. */
export function arg(node: Node, index: number): Node {
  return node.args[index] as Node;
}

export function constantLast(a: Node, b: Node): [Node, Node] {
  return a.op === "const" ? [b, a] : [a, b];
}

/** Constants stay last; otherwise the older node comes first, so that both orders are one node. */
export function sorted(x: Node, y: Node): readonly [Node, Node] {
  return y.op === "const" || x.id <= y.id ? [x, y] : [y, x];
}

export function isNegation(x: Node, y: Node): boolean {
  return (x.op === "not" && arg(x, 0) === y) || (y.op === "not" && arg(y, 0) === x);
}

export function replicatedBit(node: Node): Node | undefined {
  if (node.op === "replicate") return arg(node, 0);
  return node.width === 1 ? node : undefined;
}

export function sliceOf(node: Node): [Node, number] {
  return node.op === "slice" ? [arg(node, 0), node.index] : [node, 0];
}

export function divideBits(op: string, x: Node, y: Node): bigint {
  if (y.value === 0n) return 0n;
  if (op === "divide") return x.value / y.value;
  if (op === "modulo") return x.value % y.value;
  const a = BigInt.asIntN(x.width, x.value);
  const b = BigInt.asIntN(y.width, y.value);
  return op === "divideSigned" ? a / b : a % b;
}

/** Whether a choice is between constants only. */
export function isTable(node: Node): boolean {
  return node.op === "choose" && node.args.every((each, index) => index === 0 || each.op === "const");
}

/** Rules that copy a choice once more for each node above it stop here, before they recurse too deep. */
const SHALLOW = 100;

export function isShallow(node: Node): boolean {
  return node.depth < SHALLOW;
}
