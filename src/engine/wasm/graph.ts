/**
 * The design between two clock edges, as a graph of values up to 64 bits: what registers, inputs and memories hold, and
 * what follows from it. Equal values are one node. The constructors fold constants and drop work that changes nothing,
 * so that the code generator can translate nodes one by one.
 *
 * A value is unsigned and never has bits above its width; signed operations say so.
 */
import { commonMux, fusePieces, sliceConcat } from "./concatenation.ts";
import { chooseMask, muxOfBits, muxOfMasks } from "./mask-choice.ts";
import {
  arg,
  constantLast,
  divideBits,
  isNegation,
  isShallow,
  isTable,
  type Node,
  ones,
  sorted,
} from "./node.ts";
import { NodeTable } from "./node-table.ts";

export class Graph {
  readonly #nodes = new NodeTable();
  readonly #divisionIndex = new Map<string, number>();
  /** Limbs of the operands of each wide division. */
  readonly divisions: number[] = [];
  /** Values whose comparison with 0 became another node. */
  readonly #zeroTests = new Map<Node, Node>();
  readonly #pickIndices = new Map<string, number>();
  /** For each value of the selector of a "choose", which of its arms. */
  readonly picks: (readonly number[])[] = [];

  /** Nodes are numbered below this. */
  get nodeCount(): number {
    return this.#nodes.count;
  }

  const(value: bigint, width: number): Node {
    const bits = BigInt.asUintN(width, value);
    return this.#nodes.take("const", width, [], {
      value: bits,
      reach: bits === 0n ? 0 : bits.toString(2).length,
    });
  }

  /** 64 bits of an input, or what is left of it: `limb` counts them from the lowest. */
  input(index: number, width: number, limb = 0): Node {
    return this.#nodes.take("input", width, [], { index, value: BigInt(limb) });
  }

  register(index: number, width: number): Node {
    return this.#nodes.take("register", width, [], { index });
  }

  /** 64 bits of the element at `address` of a memory as it was before the edge, or what is left; 0 beyond its end. */
  memory(index: number, width: number, address: Node, limb = 0): Node {
    return this.#nodes.take("memory", width, [address], { index, value: BigInt(limb) });
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
        return sliceConcat(this, x, low, width);
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
    return this.#nodes.take("slice", width, [x], { index: low, reach: Math.min(width, x.reach - low) });
  }

  /** Pieces from the lowest bit on. */
  concat(pieces: readonly Node[]): Node {
    const flat = fusePieces(this, pieces);
    const width = flat.reduce((sum, piece) => sum + piece.width, 0);
    if (flat.length === 1) return flat[0] as Node;
    const last = flat.at(-1) as Node;
    if (last.op === "const" && last.value === 0n) return this.extend(this.concat(flat.slice(0, -1)), width);
    const common = commonMux(this, flat);
    if (common !== undefined) return common;
    return this.#nodes.take("concat", width, flat, { reach: width - last.width + last.reach });
  }

  /** Zeros above. */
  extend(x: Node, width: number): Node {
    if (width === x.width) return x;
    if (x.op === "const") return this.const(x.value, width);
    if (x.op === "extend") return this.extend(arg(x, 0), width);
    return this.#nodes.take("extend", width, [x], { reach: x.reach });
  }

  signExtend(x: Node, width: number): Node {
    if (width === x.width) return x;
    if (x.reach < x.width) return this.extend(x, width);
    if (x.width === 1) return this.replicate(x, width);
    if (x.op === "const") return this.const(BigInt.asIntN(x.width, x.value), width);
    return this.#nodes.take("signExtend", width, [x]);
  }

  /** `width` copies of one bit. */
  replicate(bit: Node, width: number): Node {
    if (width === 1) return bit;
    if (bit.op === "const") return this.const(bit.value === 0n ? 0n : -1n, width);
    return this.#nodes.take("replicate", width, [bit]);
  }

  not(x: Node): Node {
    if (x.op === "const") return this.const(~x.value, x.width);
    if (x.op === "not") return arg(x, 0);
    return this.#nodes.take("not", x.width, [x]);
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
    return this.#nodes.take("and", x.width, sorted(x, y), { reach: Math.min(x.reach, y.reach) });
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
    return this.#nodes.take("or", x.width, sorted(x, y), { reach: Math.max(x.reach, y.reach) });
  }

  xor(a: Node, b: Node): Node {
    const [x, y] = constantLast(a, b);
    if (x === y) return this.const(0n, x.width);
    if (y.op === "const") {
      if (x.op === "const") return this.const(x.value ^ y.value, x.width);
      if (y.value === 0n) return x;
      if (y.value === ones(x.width)) return this.not(x);
    }
    return this.#nodes.take("xor", x.width, sorted(x, y), { reach: Math.max(x.reach, y.reach) });
  }

  /** 1 when an odd number of bits is set. */
  parity(x: Node): Node {
    if (x.width === 1) return x;
    if (x.op === "const") return this.const(BigInt(x.value.toString(2).replaceAll("0", "").length), 1);
    return this.#nodes.take("parity", 1, [x]);
  }

  add(a: Node, b: Node): Node {
    const [x, y] = constantLast(a, b);
    if (y.op === "const") {
      if (x.op === "const") return this.const(x.value + y.value, x.width);
      if (y.value === 0n) return x;
    }
    if (x.width === 1) return this.xor(x, y);
    const reach = Math.min(x.width, Math.max(x.reach, y.reach) + 1);
    return this.#nodes.take("add", x.width, sorted(x, y), { reach });
  }

  sub(x: Node, y: Node): Node {
    if (x === y) return this.const(0n, x.width);
    if (y.op === "const") {
      if (x.op === "const") return this.const(x.value - y.value, x.width);
      if (y.value === 0n) return x;
    }
    if (x.width === 1) return this.xor(x, y);
    return this.#nodes.take("sub", x.width, [x, y]);
  }

  mul(a: Node, b: Node): Node {
    const [x, y] = constantLast(a, b);
    if (x.op === "const" && y.op === "const") return this.const(x.value * y.value, x.width);
    if (y.op === "const" && y.value === 0n) return y;
    if (y.op === "const" && y.value === 1n) return x;
    return this.#nodes.take("mul", x.width, sorted(x, y), { reach: Math.min(x.width, x.reach + y.reach) });
  }

  /** Division by zero gives 0 and leaves the dividend as the remainder's 0: Verilog says `x`, we have two values. */
  division(op: "divide" | "modulo" | "divideSigned" | "moduloSigned", x: Node, y: Node): Node {
    if (x.op === "const" && y.op === "const") return this.const(divideBits(op, x, y), x.width);
    return this.#nodes.take(op, x.width, [x, y]);
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
    const division = this.#nodes.take("wideDivide", 32, args, { index });
    const limbs = (from: number): Node[] =>
      a.map(({ width }, limb) => this.#nodes.take("quotient", width, [division], { index: from + limb }));
    return { quotient: limbs(0), remainder: limbs(a.length) };
  }

  /** The amount is unsigned and of any width; shifting by the width or more leaves 0, or copies of the sign. */
  shift(op: "shiftLeft" | "shiftRight" | "shiftRightSigned", x: Node, amount: Node): Node {
    if (amount.op === "const") return this.#shiftByConstant(op, x, amount.value);
    if (x.op === "const" && x.value === 0n) return x;
    const reach = op === "shiftRight" ? x.reach : x.width;
    return this.#nodes.take(op, x.width, [x, amount], { reach });
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
    return simpler ?? this.#nodes.take("equal", 1, sorted(x, y));
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
    return this.#nodes.take("less", 1, [x, y]);
  }

  lessSigned(x: Node, y: Node): Node {
    if (x === y) return this.const(0n, 1);
    if (x.op === "const" && y.op === "const") {
      return this.const(BigInt.asIntN(x.width, x.value) < BigInt.asIntN(y.width, y.value) ? 1n : 0n, 1);
    }
    return this.#nodes.take("lessSigned", 1, [x, y]);
  }

  mux(condition: Node, yes: Node, no: Node): Node {
    if (yes === no) return yes;
    if (condition.op === "const") return condition.value === 1n ? yes : no;
    if (condition.op === "not") return this.mux(arg(condition, 0), no, yes);
    if (yes.op === "mux" && arg(yes, 0) === condition) return this.mux(condition, arg(yes, 1), no);
    if (no.op === "mux" && arg(no, 0) === condition) return this.mux(condition, yes, arg(no, 2));
    const simpler =
      yes.width === 1 ? muxOfBits(this, condition, yes, no) : muxOfMasks(this, condition, yes, no);
    const reach = Math.max(yes.reach, no.reach);
    return simpler ?? this.#nodes.take("mux", yes.width, [condition, yes, no], { reach });
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
      (more.length === 0 ? chooseMask(this, selector, places, first, second) : undefined) ??
      this.#nodes.take("choose", first.width, [selector, ...place.keys()], {
        index: this.#pickIndex(places),
        reach: widestReach(place.keys()),
      })
    );
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
}

function widestReach(nodes: Iterable<Node>): number {
  let most = 0;
  for (const { reach } of nodes) if (reach > most) most = reach;
  return most;
}
