/**
 * The design between two clock edges, as a graph of values up to 64 bits: what registers, inputs and memories hold, and
 * what follows from it. Equal values are one node. The constructors fold constants and drop work that changes nothing,
 * so that the code generator can translate nodes one by one.
 *
 * A value is unsigned and never has bits above its width; signed operations say so.
 */
import {
  arg,
  constantLast,
  divideBits,
  isNegation,
  isTable,
  type Node,
  type Operation,
  ones,
  replicatedBit,
  sliceOf,
  sorted,
} from "./node.ts";

export class Graph {
  readonly #nodes = new Map<string, Node>();
  readonly #divisionIndex = new Map<string, number>();
  /** Limbs of the operands of each wide division. */
  readonly divisions: number[] = [];
  /** Values whose comparison with 0 became another node. */
  readonly #zeroTests = new Map<Node, Node>();
  readonly #pickIndices = new Map<string, number>();
  /** For each value of the selector of a "choose", which of its arms. */
  readonly picks: (readonly number[])[] = [];

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
        if (isShallow(x) && (yes.op === "const" || no.op === "const")) {
          return this.mux(condition, this.slice(yes, low, width), this.slice(no, low, width));
        }
        break;
      }
      case "choose":
        if (isTable(x)) return this.#mapArms(x, (arm) => this.slice(arm, low, width));
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
    if (first === undefined || !isShallow(first)) return undefined;
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
    if (isTable(x)) return this.#mapArms(x, (arm) => this.equal(arm, y));
    if (y.value !== 0n) return undefined;
    if (x.op === "replicate") return this.not(arg(x, 0));
    if (x.op !== "concat" || x.args.some((piece) => piece.width > 1)) return undefined;
    const isZero = this.not(x.args.reduce((sum, piece) => this.or(sum, piece)));
    this.#zeroTests.set(isZero, x);
    return isZero;
  }

  /** What a comparison with a constant compares. */
  equality(node: Node): { readonly selector: Node; readonly value: bigint } | undefined {
    const tested = this.#zeroTests.get(node);
    if (tested !== undefined) return { selector: tested, value: 0n };
    if (node.op !== "equal" || arg(node, 1).op !== "const") return undefined;
    return { selector: arg(node, 0), value: arg(node, 1).value };
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

  /**
   * One of `arms`: `arms[pick[v]]` while the selector is `v`. The pick has an entry for each value below
   * `1 << selector.reach`.
   */
  choose(selector: Node, pick: readonly number[], arms: readonly Node[]): Node {
    if (selector.op === "const") return arms[pick[Number(selector.value)] as number] as Node;
    const place = new Map<Node, number>();
    const places = pick.map((index) => {
      const arm = arms[index] as Node;
      if (!place.has(arm)) place.set(arm, place.size);
      return place.get(arm) as number;
    });
    const [first, second, ...more] = place.keys() as Iterable<Node> as [Node, Node?, ...Node[]];
    if (second === undefined) return first;
    return (
      (more.length === 0 ? this.#chooseMask(selector, places, first, second) : undefined) ??
      this.#node("choose", first.width, [selector, ...place.keys()], {
        index: this.#pickIndex(places),
        reach: widestReach(place.keys()),
      })
    );
  }

  /** All ones or nothing, as the masks of writes are, is a choice of one bit. */
  #chooseMask(selector: Node, places: readonly number[], first: Node, second: Node): Node | undefined {
    const { width } = first;
    if (width === 1 || first.op !== "const" || second.op !== "const") return undefined;
    if (first.value + second.value !== ones(width) || first.value * second.value !== 0n) return undefined;
    const bits = [first, second].map((arm) => this.const(arm.value & 1n, 1));
    return this.replicate(this.choose(selector, places, bits), width);
  }

  #mapArms(x: Node, change: (arm: Node) => Node): Node {
    const [selector, ...arms] = x.args as [Node, ...Node[]];
    return this.choose(selector, this.picks[x.index] as readonly number[], arms.map(change));
  }

  #pickIndex(pick: readonly number[]): number {
    const key = pick.join(",");
    let index = this.#pickIndices.get(key);
    if (index === undefined) {
      index = this.picks.push(pick) - 1;
      this.#pickIndices.set(key, index);
    }
    return index;
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
    let depth = 0;
    let isSteady = op !== "register" && op !== "memory";
    for (const argument of args) {
      if (argument.depth >= depth) depth = argument.depth + 1;
      isSteady &&= argument.isSteady;
    }
    const node: Node = { id: this.#nodes.size, op, width, args, value, index, reach, depth, isSteady };
    this.#nodes.set(key, node);
    return node;
  }
}

/** Rules that copy a choice once more for each node above it stop here, before they recurse too deep. */
const SHALLOW = 100;

function isShallow(node: Node): boolean {
  return node.depth < SHALLOW;
}

function splitPiece(piece: Node, graph: Graph): readonly Node[] {
  if (piece.op === "concat") return piece.args;
  if (piece.op === "extend") {
    const inner = arg(piece, 0);
    return [...splitPiece(inner, graph), graph.const(0n, piece.width - inner.width)];
  }
  return [piece];
}

function widestReach(nodes: Iterable<Node>): number {
  let most = 0;
  for (const { reach } of nodes) if (reach > most) most = reach;
  return most;
}
