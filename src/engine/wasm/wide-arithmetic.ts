import type { Graph } from "./graph.ts";
import type { Node } from "./node.ts";

/** A value of any width: 64 bits each, the lowest first; only the last may have fewer. */
export type Limbs = readonly Node[];

export function zeros(g: Graph, like: Limbs): Limbs {
  return like.map((limb) => g.const(0n, limb.width));
}

/** Both operands and the result have the same width. */
export function wideAdd(g: Graph, a: Limbs, b: Limbs): Limbs {
  if (a.length === 1) return [g.add(a[0] as Node, b[0] as Node)];
  let carry: Node = g.const(0n, 1);
  return a.map((x, index) => {
    const y = b[index] as Node;
    const partial = g.add(x, y);
    const sum = g.add(partial, g.extend(carry, x.width));
    carry = g.or(g.less(partial, x), g.less(sum, partial));
    return sum;
  });
}

export function wideSub(g: Graph, a: Limbs, b: Limbs): Limbs {
  if (a.length === 1) return [g.sub(a[0] as Node, b[0] as Node)];
  let borrow: Node = g.const(0n, 1);
  return a.map((x, index) => {
    const y = b[index] as Node;
    const partial = g.sub(x, y);
    const difference = g.sub(partial, g.extend(borrow, x.width));
    borrow = g.or(g.less(x, y), g.less(partial, g.extend(borrow, x.width)));
    return difference;
  });
}

/** Schoolbook multiplication in digits of 32 bits, whose products fit in a limb. */
export function wideMul(g: Graph, a: Limbs, b: Limbs): Limbs {
  if (a.length === 1) return [g.mul(a[0] as Node, b[0] as Node)];
  const widths = a.map((limb) => limb.width);
  const total = widths.reduce((sum, width) => sum + width, 0);
  const count = Math.ceil(total / 32);
  const [x, y] = [digits(g, a), digits(g, b)];
  const result: Node[] = [];
  // What is carried into the digit at hand: the sum of a column has more than 64 bits, so it is kept in two parts.
  let low: Node = g.const(0n, 64);
  let high: Node = g.const(0n, 64);
  for (let place = 0; place < count; place++) {
    for (let i = 0; i <= place; i++) {
      const product = g.mul(g.extend(x[i] as Node, 64), g.extend(y[place - i] as Node, 64));
      low = g.add(low, g.extend(g.slice(product, 0, 32), 64));
      high = g.add(high, g.extend(g.slice(product, 32, 32), 64));
    }
    result.push(g.slice(low, 0, 32));
    low = g.add(high, g.extend(g.slice(low, 32, 32), 64));
    high = g.const(0n, 64);
  }
  return widths.map((width, index) => {
    const pair = g.concat([result[2 * index] as Node, result[2 * index + 1] ?? g.const(0n, 32)]);
    return g.slice(pair, 0, width);
  });
}

/** Quotient and remainder of more than 64 bits, rounded towards zero; the remainder has the sign of the dividend. */
export function wideDivide(
  g: Graph,
  a: Limbs,
  b: Limbs,
  signed: boolean,
): { readonly quotient: Limbs; readonly remainder: Limbs } {
  if (!signed) return g.wideDivision(a, b);
  const isNegative = (limbs: Limbs): Node => {
    const top = limbs.at(-1) as Node;
    return g.slice(top, top.width - 1, 1);
  };
  const negateIf = (condition: Node, limbs: Limbs): Node[] => {
    const negated = wideSub(g, zeros(g, limbs), limbs);
    return limbs.map((limb, index) => g.mux(condition, negated[index] as Node, limb));
  };
  const [minusA, minusB] = [isNegative(a), isNegative(b)];
  const { quotient, remainder } = g.wideDivision(negateIf(minusA, a), negateIf(minusB, b));
  return { quotient: negateIf(g.xor(minusA, minusB), quotient), remainder: negateIf(minusA, remainder) };
}

function digits(g: Graph, limbs: Limbs): Node[] {
  return limbs.flatMap((limb) => {
    const whole = g.extend(limb, 64);
    return [g.slice(whole, 0, 32), g.slice(whole, 32, 32)];
  });
}

export function wideLess(g: Graph, a: Limbs, b: Limbs, signed: boolean): Node {
  const last = a.length - 1;
  let result: Node = g.const(0n, 1);
  for (const [index, x] of a.entries()) {
    const y = b[index] as Node;
    const isLess = signed && index === last ? g.lessSigned(x, y) : g.less(x, y);
    result = index === 0 ? isLess : g.or(isLess, g.and(g.equal(x, y), result));
  }
  return result;
}

type Direction = "shiftLeft" | "shiftRight" | "shiftRightSigned";

/** Stage by stage, one for each bit of the amount; the amount is unsigned. */
export function wideShift(g: Graph, op: Direction, a: Limbs, amount: Node): Limbs {
  if (a.length === 1) return [g.shift(op, a[0] as Node, amount)];
  const width = a.reduce((sum, limb) => sum + limb.width, 0);
  const top = a.at(-1) as Node;
  const fill = op === "shiftRightSigned" ? g.slice(top, top.width - 1, 1) : g.const(0n, 1);
  let value = a;
  for (let bit = 0; bit < amount.width; bit++) {
    const by = bit < 31 ? 2 ** bit : Number.POSITIVE_INFINITY;
    const moved = shiftByConstant(g, op, value, Math.min(by, width), fill);
    const isSet = g.slice(amount, bit, 1);
    value = value.map((limb, index) => g.mux(isSet, moved[index] as Node, limb));
  }
  return value;
}

function shiftByConstant(g: Graph, op: Direction, a: Limbs, by: number, fill: Node): Limbs {
  let low = 0;
  return a.map((limb) => {
    const from = op === "shiftLeft" ? low - by : low + by;
    low += limb.width;
    return window(g, a, from, limb.width, fill);
  });
}

/** `width` bits from bit `from` on; outside the value below are zeros, above is the fill. */
function window(g: Graph, a: Limbs, from: number, width: number, fill: Node): Node {
  const parts: Node[] = [];
  let at = from;
  const end = from + width;
  if (at < 0) {
    parts.push(g.const(0n, Math.min(end, 0) - at));
    at = Math.min(end, 0);
  }
  let low = 0;
  for (const limb of a) {
    const [first, last] = [Math.max(at, low), Math.min(end, low + limb.width)];
    if (first < last) {
      parts.push(g.slice(limb, first - low, last - first));
      at = last;
    }
    low += limb.width;
  }
  if (at < end) parts.push(g.replicate(fill, end - at));
  return g.concat(parts);
}
