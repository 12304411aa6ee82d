/**
 * The design between two clock edges, as a graph of values up to 64 bits: what registers, inputs and memories hold, and
 * what follows from it. Equal values are one node. The constructors fold constants and drop work that changes nothing,
 * so that the code generator can translate nodes one by one.
 *
 * A value is unsigned and never has bits above its width; signed operations say so.
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
  | "mux";

export interface Node {
  readonly id: number;
  readonly op: Operation;
  /** 1 to 64. */
  readonly width: number;
  readonly args: readonly Node[];
  /** The value of a constant; which 64 bits of an input or element. */
  readonly value: bigint;
  /** Which input, register, memory or wide division; the lowest bit of a slice; which 64 bits of a result. */
  readonly index: number;
  /** Bits that may be other than 0: the value is below `1 << reach`. */
  readonly reach: number;
}

export const WIDEST = 64;

export function ones(width: number): bigint {
  return (1n << BigInt(width)) - 1n;
}

export class Graph {
  readonly #nodes = new Map<string, Node>();
  readonly #divisionIndex = new Map<string, number>();
  /** Limbs of the operands of each wide division. */
  readonly divisions: number[] = [];

  const(value: bigint, width: number): Node {
    const bits = BigInt.asUintN(width, value);
    return this.#node("const", width, [], { value: bits, reach: bits === 0n ? 0 : bits.toString(2).length });
  }

  /** 64 bits of an input, or what is left of it: `limb` counts them from the lowest. */
  input(index: number, width: number, limb = 0): Node {
    return this.#node("input", width, [], { index, value: BigInt(limb) });
  }

  register(index: number, width: number): Node {
    return this.#node("register", width, [], { index });
  }

  /** 64 bits of the element at `address` of a memory as it was before the edge, or what is left; 0 behind its end. */
  memory(index: number, width: number, address: Node, limb = 0): Node {
    return this.#node("memory", width, [address], { index, value: BigInt(limb) });
  }

  slice(x: Node, low: number, width: number): Node {
    if (low === 0 && width === x.width) return x;
    if (low >= x.reach) return this.const(0n, width);
    switch (x.op) {
      case "const":
        return this.const(x.value >> BigInt(low), width);
      case "slice":
        return this.slice(arg(x, 0), x.index + low, width);
      case "extend":
        return this.extend(this.slice(arg(x, 0), low, Math.min(width, arg(x, 0).width - low)), width);
      case "replicate":
        return this.replicate(arg(x, 0), width);
      case "concat":
        return this.#sliceConcat(x, low, width);
      case "mux": {
        const [condition, yes, no] = x.args as [Node, Node, Node];
        if (yes.op === "const" || no.op === "const") {
          return this.mux(condition, this.slice(yes, low, width), this.slice(no, low, width));
        }
      }
    }
    return this.#node("slice", width, [x], { index: low, reach: Math.min(width, x.reach - low) });
  }

  #sliceConcat(x: Node, low: number, width: number): Node {
    const pieces: Node[] = [];
    let at = 0;
    for (const piece of x.args) {
      const from = Math.max(low, at);
      const to = Math.min(low + width, at + piece.width);
      if (from < to) pieces.push(this.slice(piece, from - at, to - from));
      at += piece.width;
    }
    return this.concat(pieces);
  }

  /** Pieces from the lowest bit on. */
  concat(pieces: readonly Node[]): Node {
    const flat = this.#fusePieces(pieces.flatMap((piece) => splitPiece(piece, this)));
    const width = flat.reduce((sum, piece) => sum + piece.width, 0);
    if (flat.length === 1) return flat[0] as Node;
    const last = flat.at(-1) as Node;
    if (last.op === "const" && last.value === 0n) return this.extend(this.concat(flat.slice(0, -1)), width);
    const common = this.#commonMux(flat);
    if (common !== undefined) return common;
    return this.#node("concat", width, flat, { reach: width - last.width + last.reach });
  }

  /** Joins neighbours that are slices of one value, copies of one bit, or constants. */
  #fusePieces(pieces: readonly Node[]): Node[] {
    const fused: Node[] = [];
    for (const piece of pieces) {
      const before = fused.at(-1);
      const joined = before === undefined ? undefined : this.#join(before, piece);
      if (joined === undefined) fused.push(piece);
      else fused[fused.length - 1] = joined;
    }
    return fused;
  }

  #join(low: Node, high: Node): Node | undefined {
    const width = low.width + high.width;
    if (low.op === "const" && high.op === "const") {
      return this.const(low.value | (high.value << BigInt(low.width)), width);
    }
    const bit = replicatedBit(low);
    if (bit !== undefined && bit === replicatedBit(high)) return this.replicate(bit, width);
    const [whole, from] = sliceOf(low);
    const [next, to] = sliceOf(high);
    if (whole === next && to === from + low.width) return this.slice(whole, from, width);
    return undefined;
  }

  /** A concatenation of choices by one condition is one choice, if most of it is constant. */
  #commonMux(pieces: readonly Node[]): Node | undefined {
    const first = pieces.find((piece) => piece.op === "mux");
    if (first === undefined) return undefined;
    const condition = arg(first, 0);
    const isPart = (piece: Node) =>
      piece.op === "const" || (piece.op === "mux" && arg(piece, 0) === condition);
    if (!pieces.every(isPart)) return undefined;
    const side = (index: 1 | 2): Node =>
      this.concat(pieces.map((piece) => (piece.op === "mux" ? arg(piece, index) : piece)));
    return this.mux(condition, side(1), side(2));
  }

  /** Zeros above. */
  extend(x: Node, width: number): Node {
    if (width === x.width) return x;
    if (x.op === "const") return this.const(x.value, width);
    if (x.op === "extend") return this.extend(arg(x, 0), width);
    return this.#node("extend", width, [x], { reach: x.reach });
  }

  signExtend(x: Node, width: number): Node {
    if (width === x.width) return x;
    if (x.reach < x.width) return this.extend(x, width);
    if (x.width === 1) return this.replicate(x, width);
    if (x.op === "const") return this.const(BigInt.asIntN(x.width, x.value), width);
    return this.#node("signExtend", width, [x]);
  }

  /** `width` copies of one bit. */
  replicate(bit: Node, width: number): Node {
    if (width === 1) return bit;
    if (bit.op === "const") return this.const(bit.value === 0n ? 0n : -1n, width);
    return this.#node("replicate", width, [bit]);
  }

  not(x: Node): Node {
    if (x.op === "const") return this.const(~x.value, x.width);
    if (x.op === "not") return arg(x, 0);
    return this.#node("not", x.width, [x]);
  }

  and(a: Node, b: Node): Node {
    const [x, y] = constantLast(a, b);
    if (x === y) return x;
    if (y.op === "const") {
      if (x.op === "const") return this.const(x.value & y.value, x.width);
      if (y.value === 0n) return y;
      if (y.value === ones(x.width)) return x;
    }
    if (isNegation(x, y)) return this.const(0n, x.width);
    return this.#node("and", x.width, sorted(x, y), { reach: Math.min(x.reach, y.reach) });
  }

  or(a: Node, b: Node): Node {
    const [x, y] = constantLast(a, b);
    if (x === y) return x;
    if (y.op === "const") {
      if (x.op === "const") return this.const(x.value | y.value, x.width);
      if (y.value === 0n) return x;
      if (y.value === ones(x.width)) return y;
    }
    if (isNegation(x, y)) return this.const(-1n, x.width);
    return this.#node("or", x.width, sorted(x, y), { reach: Math.max(x.reach, y.reach) });
  }

  xor(a: Node, b: Node): Node {
    const [x, y] = constantLast(a, b);
    if (x === y) return this.const(0n, x.width);
    if (y.op === "const") {
      if (x.op === "const") return this.const(x.value ^ y.value, x.width);
      if (y.value === 0n) return x;
      if (y.value === ones(x.width)) return this.not(x);
    }
    return this.#node("xor", x.width, sorted(x, y), { reach: Math.max(x.reach, y.reach) });
  }

  /** 1 when an odd number of bits is set. */
  parity(x: Node): Node {
    if (x.width === 1) return x;
    if (x.op === "const") return this.const(BigInt(x.value.toString(2).replaceAll("0", "").length), 1);
    return this.#node("parity", 1, [x]);
  }

  add(a: Node, b: Node): Node {
    const [x, y] = constantLast(a, b);
    if (y.op === "const") {
      if (x.op === "const") return this.const(x.value + y.value, x.width);
      if (y.value === 0n) return x;
    }
    if (x.width === 1) return this.xor(x, y);
    const reach = Math.min(x.width, Math.max(x.reach, y.reach) + 1);
    return this.#node("add", x.width, sorted(x, y), { reach });
  }

  sub(x: Node, y: Node): Node {
    if (x === y) return this.const(0n, x.width);
    if (y.op === "const") {
      if (x.op === "const") return this.const(x.value - y.value, x.width);
      if (y.value === 0n) return x;
    }
    if (x.width === 1) return this.xor(x, y);
    return this.#node("sub", x.width, [x, y]);
  }

  mul(a: Node, b: Node): Node {
    const [x, y] = constantLast(a, b);
    if (x.op === "const" && y.op === "const") return this.const(x.value * y.value, x.width);
    if (y.op === "const" && y.value === 0n) return y;
    if (y.op === "const" && y.value === 1n) return x;
    return this.#node("mul", x.width, sorted(x, y), { reach: Math.min(x.width, x.reach + y.reach) });
  }

  /** Division by zero gives 0 and leaves the dividend as the remainder's 0: Verilog says `x`, we have two values. */
  division(op: "divide" | "modulo" | "divideSigned" | "moduloSigned", x: Node, y: Node): Node {
    if (x.op === "const" && y.op === "const") return this.const(divideBits(op, x, y), x.width);
    return this.#node(op, x.width, [x, y]);
  }

  /**
   * Quotient and remainder of unsigned values of more than 64 bits: as many limbs as each operand has. Both come from one
   * "wideDivide", whose value is where it leaves them; division by zero gives 0 for both.
   */
  wideDivision(a: readonly Node[], b: readonly Node[]): { quotient: Node[]; remainder: Node[] } {
    const args = [...a, ...b];
    const key = args.map((each) => each.id).join(",");
    let index = this.#divisionIndex.get(key);
    if (index === undefined) {
      index = this.divisions.push(a.length) - 1;
      this.#divisionIndex.set(key, index);
    }
    const division = this.#node("wideDivide", 32, args, { index });
    const limbs = (from: number): Node[] =>
      a.map(({ width }, limb) => this.#node("quotient", width, [division], { index: from + limb }));
    return { quotient: limbs(0), remainder: limbs(a.length) };
  }

  /** The amount is unsigned and of any width; shifting by the width or more leaves 0, or copies of the sign. */
  shift(op: "shiftLeft" | "shiftRight" | "shiftRightSigned", x: Node, amount: Node): Node {
    if (amount.op === "const") return this.#shiftByConstant(op, x, amount.value);
    if (x.op === "const" && x.value === 0n) return x;
    const reach = op === "shiftRight" ? x.reach : x.width;
    return this.#node(op, x.width, [x, amount], { reach });
  }

  #shiftByConstant(op: string, x: Node, amount: bigint): Node {
    if (amount === 0n) return x;
    const by = amount >= BigInt(x.width) ? x.width : Number(amount);
    if (op === "shiftRightSigned") {
      const sign = this.slice(x, x.width - 1, 1);
      if (by === x.width) return this.replicate(sign, x.width);
      return this.signExtend(this.slice(x, by, x.width - by), x.width);
    }
    if (by === x.width) return this.const(0n, x.width);
    if (op === "shiftRight") return this.extend(this.slice(x, by, x.width - by), x.width);
    return this.concat([this.const(0n, by), this.slice(x, 0, x.width - by)]);
  }

  equal(a: Node, b: Node): Node {
    const [x, y] = constantLast(a, b);
    if (x === y) return this.const(1n, 1);
    const simpler = y.op === "const" ? this.#equalToConstant(x, y) : undefined;
    return simpler ?? this.#node("equal", 1, sorted(x, y));
  }

  #equalToConstant(x: Node, y: Node): Node | undefined {
    if (x.op === "const") return this.const(x.value === y.value ? 1n : 0n, 1);
    if (x.width === 1) return y.value === 1n ? x : this.not(x);
    if (BigInt.asUintN(x.reach, y.value) !== y.value) return this.const(0n, 1);
    if (x.op === "extend") {
      const narrow = arg(x, 0);
      return this.equal(narrow, this.const(y.value, narrow.width));
    }
    if (y.value !== 0n) return undefined;
    if (x.op === "replicate") return this.not(arg(x, 0));
    if (x.op !== "concat" || x.args.some((piece) => piece.width > 1)) return undefined;
    return this.not(x.args.reduce((sum, piece) => this.or(sum, piece)));
  }

  less(x: Node, y: Node): Node {
    if (x === y || (y.op === "const" && y.value === 0n)) return this.const(0n, 1);
    if (x.op === "const" && y.op === "const") return this.const(x.value < y.value ? 1n : 0n, 1);
    if (y.op === "const" && y.value === 1n) return this.equal(x, this.const(0n, x.width));
    return this.#node("less", 1, [x, y]);
  }

  lessSigned(x: Node, y: Node): Node {
    if (x === y) return this.const(0n, 1);
    if (x.op === "const" && y.op === "const") {
      return this.const(BigInt.asIntN(x.width, x.value) < BigInt.asIntN(y.width, y.value) ? 1n : 0n, 1);
    }
    return this.#node("lessSigned", 1, [x, y]);
  }

  mux(condition: Node, yes: Node, no: Node): Node {
    if (yes === no) return yes;
    if (condition.op === "const") return condition.value === 1n ? yes : no;
    if (condition.op === "not") return this.mux(arg(condition, 0), no, yes);
    if (yes.op === "mux" && arg(yes, 0) === condition) return this.mux(condition, arg(yes, 1), no);
    if (no.op === "mux" && arg(no, 0) === condition) return this.mux(condition, yes, arg(no, 2));
    const simpler =
      yes.width === 1 ? this.#muxOfBits(condition, yes, no) : this.#muxOfMasks(condition, yes, no);
    const reach = Math.max(yes.reach, no.reach);
    return simpler ?? this.#node("mux", yes.width, [condition, yes, no], { reach });
  }

  #muxOfBits(condition: Node, yes: Node, no: Node): Node | undefined {
    if (no.op === "const")
      return no.value === 0n ? this.and(condition, yes) : this.or(this.not(condition), yes);
    if (yes.op === "const")
      return yes.value === 1n ? this.or(condition, no) : this.and(this.not(condition), no);
    return undefined;
  }

  #muxOfMasks(condition: Node, yes: Node, no: Node): Node | undefined {
    if (yes.op !== "const" || no.op !== "const") return undefined;
    const all = ones(yes.width);
    if (yes.value === all && no.value === 0n) return this.replicate(condition, yes.width);
    if (yes.value === 0n && no.value === all) return this.replicate(this.not(condition), yes.width);
    return undefined;
  }

  #node(
    op: Operation,
    width: number,
    args: readonly Node[],
    { value = 0n, index = 0, reach = width }: { value?: bigint; index?: number; reach?: number } = {},
  ): Node {
    const key = `${op}:${width}:${index}:${value}:${args.map((node) => node.id).join(",")}`;
    const known = this.#nodes.get(key);
    if (known !== undefined) return known;
    const node: Node = { id: this.#nodes.size, op, width, args, value, index, reach };
    this.#nodes.set(key, node);
    return node;
  }
}

/** The argument of a node that has it. */
export function arg(node: Node, index: number): Node {
  return node.args[index] as Node;
}

function constantLast(a: Node, b: Node): [Node, Node] {
  return a.op === "const" ? [b, a] : [a, b];
}

/** Constants stay last; otherwise the older node comes first, so that both orders are one node. */
function sorted(x: Node, y: Node): readonly [Node, Node] {
  return y.op === "const" || x.id <= y.id ? [x, y] : [y, x];
}

function isNegation(x: Node, y: Node): boolean {
  return (x.op === "not" && arg(x, 0) === y) || (y.op === "not" && arg(y, 0) === x);
}

function splitPiece(piece: Node, graph: Graph): readonly Node[] {
  if (piece.op === "concat") return piece.args;
  if (piece.op === "extend") {
    const inner = arg(piece, 0);
    return [...splitPiece(inner, graph), graph.const(0n, piece.width - inner.width)];
  }
  return [piece];
}

function replicatedBit(node: Node): Node | undefined {
  if (node.op === "replicate") return arg(node, 0);
  return node.width === 1 ? node : undefined;
}

function sliceOf(node: Node): [Node, number] {
  return node.op === "slice" ? [arg(node, 0), node.index] : [node, 0];
}

function divideBits(op: string, x: Node, y: Node): bigint {
  if (y.value === 0n) return 0n;
  if (op === "divide") return x.value / y.value;
  if (op === "modulo") return x.value % y.value;
  const a = BigInt.asIntN(x.width, x.value);
  const b = BigInt.asIntN(y.width, y.value);
  return op === "divideSigned" ? a / b : a % b;
}
