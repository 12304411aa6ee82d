import type { Graph } from "./graph.ts";
import type { Node } from "./node.ts";
import { type Limbs, wideMul, wideShift, zeros } from "./wide-arithmetic.ts";

/** The operands of a power: the base in the width of the result, the exponent bit by bit, the lowest first. */
export interface PowerOperands {
  readonly base: Limbs;
  readonly isBaseSigned: boolean;
  readonly exponent: readonly Node[];
  readonly isExponentSigned: boolean;
}

/** IEEE 1364-2005, table 5-6; the undefined power of 0 with a negative exponent is 0. */
export function widePower(
  g: Graph,
  { base, isBaseSigned, exponent, isExponentSigned }: PowerOperands,
): Limbs {
  if (!isExponentSigned) return positivePower(g, base, exponent);
  const negative = exponent.at(-1) as Node;
  const power = positivePower(g, base, exponent.slice(0, -1));
  const inverse = inversePower(g, base, isBaseSigned, exponent[0] as Node);
  return choose(g, negative, inverse, power);
}

/** 1 and -1 have an inverse; what is smaller than 1 is 0. */
function inversePower(g: Graph, base: Limbs, isBaseSigned: boolean, isOdd: Node): Limbs {
  const one = oneLike(g, base);
  const minusOne = base.map((limb) => g.const(-1n, limb.width));
  const ofOne = choose(g, isEqual(g, base, one), one, zeros(g, base));
  if (!isBaseSigned) return ofOne;
  return choose(g, isEqual(g, base, minusOne), choose(g, isOdd, minusOne, one), ofOne);
}

function positivePower(g: Graph, base: Limbs, exponent: readonly Node[]): Limbs {
  const width = base.reduce((sum, limb) => sum + limb.width, 0);
  const shift = exponentOfTwo(base);
  if (shift !== undefined) return powerOfTwo(g, base, shift, exponent);
  // A power of an odd base depends on as many bits of the exponent as the result has; one of an even base is then 0.
  let square = base;
  let power = oneLike(g, base);
  for (const bit of exponent.slice(0, width)) {
    power = choose(g, bit, wideMul(g, power, square), power);
    square = wideMul(g, square, square);
  }
  const isLost = g.and(anyOf(g, exponent.slice(width)), g.not(g.slice(base[0] as Node, 0, 1)));
  return choose(g, isLost, zeros(g, base), power);
}

/** Of a constant base: how far a shift to the left goes for each step of the exponent. */
function exponentOfTwo(base: Limbs): number | undefined {
  if (base.some(({ op }) => op !== "const")) return undefined;
  const value = base.reduceRight((sum, limb) => (sum << BigInt(limb.width)) | limb.value, 0n);
  return value > 1n && (value & (value - 1n)) === 0n ? value.toString(2).length - 1 : undefined;
}

const SHIFT_BITS = 32;

function powerOfTwo(g: Graph, like: Limbs, shift: number, exponent: readonly Node[]): Limbs {
  if (exponent.length === 0) return oneLike(g, like);
  const steps = g.extend(g.concat(exponent.slice(0, SHIFT_BITS)), 64);
  const shifted = wideShift(g, "shiftLeft", oneLike(g, like), g.mul(steps, g.const(BigInt(shift), 64)));
  return choose(g, anyOf(g, exponent.slice(SHIFT_BITS)), zeros(g, like), shifted);
}

function oneLike(g: Graph, like: Limbs): Limbs {
  return like.map((limb, index) => g.const(index === 0 ? 1n : 0n, limb.width));
}

function choose(g: Graph, condition: Node, yes: Limbs, no: Limbs): Limbs {
  return yes.map((limb, index) => g.mux(condition, limb, no[index] as Node));
}

function isEqual(g: Graph, a: Limbs, b: Limbs): Node {
  return a.map((limb, index) => g.equal(limb, b[index] as Node)).reduce((all, next) => g.and(all, next));
}

function anyOf(g: Graph, bits: readonly Node[]): Node {
  return bits.reduce((any, next) => g.or(any, next), g.const(0n, 1));
}
