import { chooseFirst } from "./choice.ts";
import type { Graph } from "./graph.ts";
import { POSITION_BITS } from "./indexed-parts.ts";
import type { Bit, Cell } from "./netlist.ts";
import { type Node, WIDEST } from "./node.ts";
import { widePower } from "./power.ts";
import {
  type Limbs,
  wideAdd,
  wideDivide,
  wideLess,
  wideMul,
  wideShift,
  wideSub,
  zeros,
} from "./wide-arithmetic.ts";

/** What a cell's translation may ask for. */
export interface CellContext {
  readonly graph: Graph;
  /** The value of up to 64 bits; undefined ones are 0. */
  value(bits: readonly Bit[]): Node;
}

/** From a cell to its output, in pieces of at most 64 bits, the lowest first. */
type Translation = (cell: Cell, context: CellContext) => Node[];

/**
 * The combinational word-level cells of Yosys ("Internal cell library" of its manual), by type. A cell that is not here
 * is refused. All may be of any width.
 */
export const combinationalCells: ReadonlyMap<string, Translation> = new Map<string, Translation>([
  ["$pos", bitwise(({ a }) => a)],
  ["$not", bitwise(({ g, a }) => g.not(a))],
  ["$and", bitwise(({ g, a, b }) => g.and(a, b))],
  ["$or", bitwise(({ g, a, b }) => g.or(a, b))],
  ["$xor", bitwise(({ g, a, b }) => g.xor(a, b))],
  ["$xnor", bitwise(({ g, a, b }) => g.not(g.xor(a, b)))],
  ["$reduce_and", bit((cell, context) => isAll(context, cell.port("A")))],
  ["$reduce_or", bit((cell, context) => isAny(context, cell.port("A")))],
  ["$reduce_bool", bit((cell, context) => isAny(context, cell.port("A")))],
  ["$reduce_xor", bit((cell, context) => parity(context, cell.port("A")))],
  ["$reduce_xnor", bit((cell, context) => context.graph.not(parity(context, cell.port("A"))))],
  ["$logic_not", bit((cell, context) => context.graph.not(isAny(context, cell.port("A"))))],
  ["$logic_and", bit((cell, context) => logic(cell, context, "and"))],
  ["$logic_or", bit((cell, context) => logic(cell, context, "or"))],
  ["$eq", bit(isEqual)],
  ["$eqx", bit(isIdentical)],
  ["$ne", bit(isDifferent)],
  ["$nex", bit((cell, context) => context.graph.not(isIdentical(cell, context)))],
  ["$lt", bit((cell, context) => less(cell, context, "A", "B"))],
  ["$gt", bit((cell, context) => less(cell, context, "B", "A"))],
  ["$le", bit((cell, context) => context.graph.not(less(cell, context, "B", "A")))],
  ["$ge", bit((cell, context) => context.graph.not(less(cell, context, "A", "B")))],
  ["$neg", arithmetic((g, a) => wideSub(g, zeros(g, a), a))],
  ["$add", arithmetic(wideAdd)],
  ["$sub", arithmetic(wideSub)],
  ["$mul", arithmetic(wideMul)],
  [
    "$div",
    division("quotient", ({ g, a, b, signed }) => g.division(signed ? "divideSigned" : "divide", a, b)),
  ],
  [
    "$mod",
    division("remainder", ({ g, a, b, signed }) => g.division(signed ? "moduloSigned" : "modulo", a, b)),
  ],
  ["$shl", shift(shiftLeft)],
  ["$sshl", shift((g, a, b) => wideShift(g, "shiftLeft", a, b))],
  ["$shr", shift((g, a, b) => wideShift(g, "shiftRight", a, b))],
  [
    "$sshr",
    shift((g, a, b, cell) => wideShift(g, cell.flag("A_SIGNED") ? "shiftRightSigned" : "shiftRight", a, b)),
  ],
  ["$shift", shift(shiftBothWays)],
  ["$shiftx", shift(shiftBothWays)],
  ["$pow", power],
  ["$mux", mux],
  ["$pmux", parallelMux],
]);

interface Operands {
  readonly g: Graph;
  readonly a: Node;
  readonly b: Node;
  readonly signed: boolean;
  readonly cell: Cell;
}

function bit(compute: (cell: Cell, context: CellContext) => Node): Translation {
  return (cell, context) => extended(context, compute(cell, context), cell.number("Y_WIDTH"));
}

/** A value as the pieces of a wider output. */
function extended({ graph }: CellContext, value: Node, width: number): Node[] {
  const pieces = [graph.extend(value, Math.min(width, WIDEST))];
  for (let at = WIDEST; at < width; at += WIDEST) pieces.push(graph.const(0n, Math.min(WIDEST, width - at)));
  return pieces;
}

function bitwise(compute: (operands: Omit<Operands, "signed" | "cell">) => Node): Translation {
  return (cell, context) => {
    const width = cell.number("Y_WIDTH");
    const as = pieces(context, extendBits(cell.port("A"), width, cell.flag("A_SIGNED")));
    const bs = pieces(context, extendBits(cell.port("B"), width, cell.flag("B_SIGNED")));
    return as.map((a, index) => compute({ g: context.graph, a, b: bs[index] as Node }));
  };
}

function arithmetic(compute: (g: Graph, a: Limbs, b: Limbs) => Limbs): Translation {
  return (cell, context) => {
    const width = cell.number("Y_WIDTH");
    const signed = isSigned(cell);
    const as = pieces(context, extendBits(cell.port("A"), width, signed));
    const bs = pieces(context, extendBits(cell.port("B"), width, signed));
    return [...compute(context.graph, as, bs)];
  };
}

/** Quotients need the whole operands, even where only the lower bits of the result are kept. */
function division(result: "quotient" | "remainder", compute: (operands: Operands) => Node): Translation {
  return (cell, context) => {
    const { graph } = context;
    const [aWidth, bWidth, yWidth] = ["A_WIDTH", "B_WIDTH", "Y_WIDTH"].map((name) => cell.number(name)) as [
      number,
      number,
      number,
    ];
    const width = Math.max(aWidth, bWidth, yWidth);
    if (width <= WIDEST) {
      return [graph.slice(compute(operandsOf(cell, context, width)), 0, yWidth)];
    }
    const signed = isSigned(cell);
    const as = pieces(context, extendBits(cell.port("A"), width, signed));
    const bs = pieces(context, extendBits(cell.port("B"), width, signed));
    return cutLimbs(graph, wideDivide(graph, as, bs, signed)[result], yWidth);
  };
}

function power(cell: Cell, context: CellContext): Node[] {
  const width = Math.max(cell.number("A_WIDTH"), cell.number("Y_WIDTH"));
  const isBaseSigned = cell.flag("A_SIGNED");
  const result = widePower(context.graph, {
    base: pieces(context, extendBits(cell.port("A"), width, isBaseSigned)),
    isBaseSigned,
    exponent: cell.port("B").map((each) => context.value([each])),
    isExponentSigned: cell.flag("B_SIGNED"),
  });
  return cutLimbs(context.graph, result, cell.number("Y_WIDTH"));
}

function shift(compute: (g: Graph, a: Limbs, b: Node, cell: Cell) => Limbs): Translation {
  return (cell, context) => {
    const width = Math.max(cell.number("A_WIDTH"), cell.number("Y_WIDTH"));
    const a = pieces(context, extendBits(cell.port("A"), width, cell.flag("A_SIGNED")));
    const shifted = compute(context.graph, a, amountOf(cell, context), cell);
    return cutLimbs(context.graph, shifted, cell.number("Y_WIDTH"));
  };
}

/** In 64 bits: an amount that needs more shifts everything out, as the largest that fits does. */
function amountOf(cell: Cell, context: CellContext): Node {
  const bits = cell.port("B");
  const [low, ...high] = pieces(context, bits) as [Node, ...Node[]];
  if (high.length === 0) return low;
  const { graph } = context;
  if (!cell.flag("B_SIGNED")) {
    return graph.mux(isAny(context, bits.slice(WIDEST)), graph.const(-1n, WIDEST), low);
  }
  // The smallest and the largest that fit, unless the upper bits are copies of the sign.
  const upper = bits.slice(WIDEST - 1);
  const fits = graph.or(isAll(context, upper), graph.not(isAny(context, upper)));
  const largest = graph.const((1n << BigInt(WIDEST - 1)) - 1n, WIDEST);
  const smallest = graph.const(1n << BigInt(WIDEST - 1), WIDEST);
  return graph.mux(fits, low, graph.mux(context.value([bits.at(-1) as Bit]), smallest, largest));
}

/** A negative amount of `$shift` and `$shiftx` shifts to the left. */
function shiftBothWays(g: Graph, a: Limbs, b: Node, cell: Cell): Limbs {
  const hasSign = cell.flag("B_SIGNED") || b.width >= POSITION_BITS;
  return hasSign ? shiftSigned(g, a, b) : wideShift(g, "shiftRight", a, b);
}

/** To the right, or to the left where the amount is negative. */
function shiftSigned(g: Graph, a: Limbs, b: Node): Limbs {
  const right = wideShift(g, "shiftRight", a, b);
  const negative = g.slice(b, b.width - 1, 1);
  const left = wideShift(g, "shiftLeft", a, g.sub(g.const(0n, b.width), b));
  return left.map((limb, index) => g.mux(negative, limb, right[index] as Node));
}

/** In an element of a memory the part's position is the amount of a `$shl` that has no line in the source. */
function shiftLeft(g: Graph, a: Limbs, b: Node, cell: Cell): Limbs {
  const isPosition = cell.place.endsWith(":0") && b.width >= POSITION_BITS;
  return isPosition ? shiftSigned(g, a, g.sub(g.const(0n, b.width), b)) : wideShift(g, "shiftLeft", a, b);
}

/** The lowest `width` bits. */
function cutLimbs(g: Graph, limbs: Limbs, width: number): Node[] {
  return limbs
    .slice(0, Math.ceil(width / WIDEST))
    .map((limb, index) => g.slice(limb, 0, Math.min(limb.width, width - index * WIDEST)));
}

function mux(cell: Cell, context: CellContext): Node[] {
  const condition = context.value(cell.port("S"));
  return choose(context, condition, cell.port("B"), cell.port("A"));
}

/** Between two choices of which one is undefined there is no choice. */
function choose(context: CellContext, condition: Node, yes: readonly Bit[], no: readonly Bit[]): Node[] {
  if (isUndefined(no)) return pieces(context, yes);
  if (isUndefined(yes)) return pieces(context, no);
  const nos = pieces(context, no);
  return pieces(context, yes).map((piece, index) => context.graph.mux(condition, piece, nos[index] as Node));
}

/** At most one selector is 1 where the source is right; where it is not, the first one counts. */
function parallelMux(cell: Cell, context: CellContext): Node[] {
  const width = cell.number("WIDTH");
  const arms = Array.from({ length: cell.port("S").length }, (_, index) => {
    const bits = cell.port("B").slice(index * width, (index + 1) * width);
    return { condition: context.value([cell.port("S")[index] as Bit]), limbs: pieces(context, bits) };
  });
  const otherwise = isUndefined(cell.port("A")) ? arms.pop()?.limbs : pieces(context, cell.port("A"));
  return chooseFirst(context.graph, arms, otherwise as Node[]);
}

function isAny(context: CellContext, bits: readonly Bit[]): Node {
  const { graph } = context;
  return pieces(context, bits)
    .map((piece) => graph.not(graph.equal(piece, graph.const(0n, piece.width))))
    .reduce((any, next) => graph.or(any, next));
}

function isAll(context: CellContext, bits: readonly Bit[]): Node {
  const { graph } = context;
  return pieces(context, bits)
    .map((piece) => graph.equal(piece, graph.const(-1n, piece.width)))
    .reduce((all, next) => graph.and(all, next));
}

function parity(context: CellContext, bits: readonly Bit[]): Node {
  const { graph } = context;
  return pieces(context, bits)
    .map((piece) => graph.parity(piece))
    .reduce((odd, next) => graph.xor(odd, next));
}

function logic(cell: Cell, context: CellContext, op: "and" | "or"): Node {
  return context.graph[op](isAny(context, cell.port("A")), isAny(context, cell.port("B")));
}

/** `==`: with an undefined bit it is undefined or 0, and both are no. */
function isEqual(cell: Cell, context: CellContext): Node {
  const [a, b] = compared(cell);
  if ([...a, ...b].some((bit) => !isKnown(bit))) return context.graph.const(0n, 1);
  return areEqual(a, b, context);
}

/** `!=`: bits that are known can differ, and else it is undefined, which is a no. */
function isDifferent(cell: Cell, context: CellContext): Node {
  const [a, b] = compared(cell);
  const known = [...a.keys()].filter((index) => isKnown(a[index]) && isKnown(b[index]));
  const pick = (bits: readonly Bit[]): Bit[] => known.map((index) => bits[index] as Bit);
  return context.graph.not(areEqual(pick(a), pick(b), context));
}

/** `===`: an undefined bit of a constant is like no bit of a value, for those are defined here. */
function isIdentical(cell: Cell, context: CellContext): Node {
  const [a, b] = compared(cell);
  const differs = a.some((bit, index) => bit !== b[index] && !(isKnown(bit) && isKnown(b[index])));
  return differs ? context.graph.const(0n, 1) : areEqual(a, b, context);
}

/** Both sides of a comparison, in one width. */
function compared(cell: Cell): [readonly Bit[], readonly Bit[]] {
  const width = Math.max(cell.number("A_WIDTH"), cell.number("B_WIDTH"));
  const signed = isSigned(cell);
  return [extendBits(cell.port("A"), width, signed), extendBits(cell.port("B"), width, signed)];
}

function isKnown(bit: Bit | undefined): boolean {
  return bit !== "x" && bit !== "z";
}

function areEqual(a: readonly Bit[], b: readonly Bit[], context: CellContext): Node {
  if (a.length === 0) return context.graph.const(1n, 1);
  const [as, bs] = [pieces(context, a), pieces(context, b)];
  return as
    .map((each, index) => context.graph.equal(each, bs[index] as Node))
    .reduce((all, next) => context.graph.and(all, next));
}

function less(cell: Cell, context: CellContext, small: "A" | "B", large: "A" | "B"): Node {
  const width = Math.max(cell.number("A_WIDTH"), cell.number("B_WIDTH"));
  const signed = isSigned(cell);
  const [x, y] = [small, large].map((port) => pieces(context, extendBits(cell.port(port), width, signed)));
  return wideLess(context.graph, x as Limbs, y as Limbs, signed);
}

function operandsOf(cell: Cell, context: CellContext, width: number): Operands {
  const signed = isSigned(cell);
  const a = operand(cell, context, "A", width, signed);
  const b = cell.port("B").length === 0 ? a : operand(cell, context, "B", width, signed);
  return { g: context.graph, a, b, signed, cell };
}

/** IEEE 1364-2005, section 5.5: an operation is signed when all of its operands are. */
function isSigned(cell: Cell): boolean {
  return cell.flag("A_SIGNED") && (cell.port("B").length === 0 || cell.flag("B_SIGNED"));
}

/** An operand in `width` bits: extended by its sign or by zeros, or cut. */
function operand(
  cell: Cell,
  context: CellContext,
  port: "A" | "B",
  width: number,
  signed: boolean = cell.flag(`${port}_SIGNED`),
): Node {
  const bits = cell.port(port);
  const value = context.value(bits.slice(0, width));
  return signed ? context.graph.signExtend(value, width) : context.graph.extend(value, width);
}

function pieces(context: CellContext, bits: readonly Bit[]): Node[] {
  return Array.from({ length: Math.ceil(bits.length / WIDEST) }, (_, index) =>
    context.value(bits.slice(index * WIDEST, (index + 1) * WIDEST)),
  );
}

function extendBits(bits: readonly Bit[], width: number, signed: boolean): readonly Bit[] {
  if (bits.length >= width) return bits.slice(0, width);
  const fill: Bit = signed ? (bits.at(-1) ?? "0") : "0";
  return [...bits, ...Array<Bit>(width - bits.length).fill(fill)];
}

function isUndefined(bits: readonly Bit[]): boolean {
  return bits.length > 0 && bits.every((each) => each === "x");
}
