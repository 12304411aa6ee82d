import { type Expression, NotTakenError } from "./loop-syntax.ts";

/** What a name stands for in a loop: a variable, or a parameter that never changes. */
export interface Variable {
  readonly width: number;
  readonly isSigned: boolean;
  /** Its number, negative if it is signed and below 0; undefined before the first assignment. */
  value: bigint | undefined;
}

export type Scope = (name: string) => Variable;
type Value = () => bigint;

interface Type {
  readonly width: number;
  readonly isSigned: boolean;
}

const WIDEST = 65_536;
const INTEGER: Type = { width: 32, isSigned: true };
const BIT: Type = { width: 1, isSigned: false };
const COMPARISONS: Readonly<Record<string, (a: bigint, b: bigint) => boolean>> = {
  "==": (a, b) => a === b,
  "===": (a, b) => a === b,
  "!=": (a, b) => a !== b,
  "!==": (a, b) => a !== b,
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
};
const ARITHMETIC: Readonly<Record<string, (a: bigint, b: bigint) => bigint>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / nonZero(b),
  "%": (a, b) => a % nonZero(b),
  "&": (a, b) => a & b,
  "|": (a, b) => a | b,
  "^": (a, b) => a ^ b,
  "~^": (a, b) => ~(a ^ b),
  "^~": (a, b) => ~(a ^ b),
};
const REDUCTIONS: Readonly<Record<string, (value: bigint, width: number) => boolean>> = {
  "!": (value) => value === 0n,
  "&": (value, width) => value === BigInt.asUintN(width, -1n),
  "~&": (value, width) => value !== BigInt.asUintN(width, -1n),
  "|": (value) => value !== 0n,
  "~|": (value) => value === 0n,
  "^": (value) => isOdd(value),
  "~^": (value) => !isOdd(value),
  "^~": (value) => !isOdd(value),
};

function nonZero(value: bigint): bigint {
  if (value === 0n) throw new NotTakenError("a division by zero");
  return value;
}

function isOdd(value: bigint): boolean {
  return [...value.toString(2)].filter((digit) => digit === "1").length % 2 === 1;
}

function normal(value: bigint, { width, isSigned }: Type): bigint {
  return isSigned ? BigInt.asIntN(width, value) : BigInt.asUintN(width, value);
}

/**
 * A constant expression as a function, in the widths and signs of IEEE 1364-2005, sections 5.4 and 5.5, where it is assigned to
 * `target`, or stands alone. The function throws `NotTakenError` for what has no defined value.
 */
export function constantValue(expression: Expression, scope: Scope, target?: Type): Value {
  const own = typeOf(expression, scope);
  const type = { width: Math.max(own.width, target?.width ?? 0), isSigned: own.isSigned };
  const value = compile(expression, type, scope);
  return target === undefined ? value : () => normal(value(), target);
}

/** An expression's own width and sign. */
export function typeOf(expression: Expression, scope: Scope): Type {
  switch (expression.kind) {
    case "literal":
      return expression;
    case "fill":
      return BIT;
    case "name":
      return scope(expression.name);
    case "select":
      return { width: selectOf(expression, scope).width, isSigned: false };
    case "unary":
      return expression.operator in REDUCTIONS ? BIT : typeOf(expression.operand, scope);
    case "binary":
      return typeOfBinary(expression, scope);
    case "choice":
      return common(typeOf(expression.yes, scope), typeOf(expression.no, scope));
    case "call":
      if (expression.name === "$clog2") return INTEGER;
      return { ...typeOf(expression.operand, scope), isSigned: expression.name === "$signed" };
    case "concatenation":
      return { width: sum(expression.parts.map((part) => sizedWidth(part, scope))), isSigned: false };
    case "replication": {
      const width = Number(constant(expression.count, scope)) * sizedWidth(expression.operand, scope);
      return { width: checkedWidth(width), isSigned: false };
    }
  }
}

function typeOfBinary({ operator, left, right }: Expression & { kind: "binary" }, scope: Scope): Type {
  if (operator in COMPARISONS || operator === "&&" || operator === "||") return BIT;
  if (isShift(operator)) return typeOf(left, scope);
  return common(typeOf(left, scope), typeOf(right, scope));
}

function isShift(operator: string): boolean {
  return ["<<", ">>", "<<<", ">>>", "**"].includes(operator);
}

function common(a: Type, b: Type): Type {
  return { width: Math.max(a.width, b.width), isSigned: a.isSigned && b.isSigned };
}

/** In the type that the whole expression has. */
function compile(expression: Expression, type: Type, scope: Scope): Value {
  switch (expression.kind) {
    case "literal": {
      const value = converted(expression.value, expression, type);
      return () => value;
    }
    case "fill": {
      const value = normal(expression.bit ? -1n : 0n, type);
      return () => value;
    }
    case "name":
      return nameValue(scope(expression.name), expression.name, type);
    case "unary":
      return unary(expression, type, scope);
    case "binary":
      return binary(expression, type, scope);
    case "choice": {
      const condition = constantValue(expression.condition, scope);
      const yes = compile(expression.yes, type, scope);
      const no = compile(expression.no, type, scope);
      return () => (condition() === 0n ? no() : yes());
    }
    default:
      return selfDetermined(expression, type, scope);
  }
}

/** A value in a wider type: the sign is extended where the whole expression is signed. */
function converted(value: bigint, own: Type, type: Type): bigint {
  return normal(type.isSigned ? value : BigInt.asUintN(own.width, value), type);
}

function nameValue(variable: Variable, name: string, type: Type): Value {
  const isSame = variable.isSigned === type.isSigned;
  return () => {
    const { value } = variable;
    if (value === undefined) throw new NotTakenError(`${name} has no value`);
    return isSame ? value : converted(value, variable, type);
  };
}

function unary(expression: Expression & { kind: "unary" }, type: Type, scope: Scope): Value {
  const { operator, operand } = expression;
  const reduction = REDUCTIONS[operator];
  if (reduction !== undefined) {
    const { width } = typeOf(operand, scope);
    const value = constantValue(operand, scope);
    return truth(() => reduction(BigInt.asUintN(width, value()), width), type);
  }
  const value = compile(operand, type, scope);
  if (operator === "-") return () => normal(-value(), type);
  return operator === "~" ? () => normal(~value(), type) : value;
}

function truth(holds: () => boolean, type: Type): Value {
  // A signed expression never has an operand of this kind.
  const yes = normal(1n, { ...type, isSigned: false });
  return () => (holds() ? yes : 0n);
}

function binary(expression: Expression & { kind: "binary" }, type: Type, scope: Scope): Value {
  const { operator, left, right } = expression;
  const comparison = COMPARISONS[operator];
  if (comparison !== undefined) {
    const wide = common(typeOf(left, scope), typeOf(right, scope));
    const [a, b] = [compile(left, wide, scope), compile(right, wide, scope)];
    return truth(() => comparison(a(), b()), type);
  }
  if (operator === "&&" || operator === "||") {
    const [a, b] = [constantValue(left, scope), constantValue(right, scope)];
    if (operator === "&&") return truth(() => a() !== 0n && b() !== 0n, type);
    return truth(() => a() !== 0n || b() !== 0n, type);
  }
  const a = compile(left, type, scope);
  if (isShift(operator)) return shift(operator, a, constantValue(right, scope), typeOf(right, scope), type);
  const arithmetic = ARITHMETIC[operator];
  if (arithmetic === undefined) throw new NotTakenError(`the operator ${operator}`);
  const b = compile(right, type, scope);
  return () => normal(arithmetic(a(), b()), type);
}

function shift(operator: string, value: Value, amount: Value, amountType: Type, type: Type): Value {
  const limit = BigInt(type.width);
  if (operator === "**")
    return () => {
      const exponent = amount();
      if (exponent < 0n || exponent > BigInt(WIDEST)) throw new NotTakenError(`the exponent ${exponent}`);
      return normal(power(value(), exponent, type.width), type);
    };
  const places = (): bigint => {
    const wanted = BigInt.asUintN(amountType.width, amount());
    return wanted > limit ? limit : wanted;
  };
  if (operator === "<<" || operator === "<<<") return () => normal(value() << places(), type);
  if (operator === ">>>" && type.isSigned) return () => value() >> places();
  return () => normal(BigInt.asUintN(type.width, value()) >> places(), type);
}

function power(base: bigint, exponent: bigint, width: number): bigint {
  let result = 1n;
  let square = base;
  for (let left = exponent; left > 0n; left >>= 1n, square = BigInt.asUintN(width, square * square))
    if ((left & 1n) === 1n) result = BigInt.asUintN(width, result * square);
  return result;
}

/** What has its own width, whatever stands round it. */
function selfDetermined(expression: Expression, type: Type, scope: Scope): Value {
  const own = typeOf(expression, scope);
  const value = ownValue(expression, own, scope);
  return () => converted(value(), own, type);
}

function ownValue(expression: Expression, own: Type, scope: Scope): Value {
  switch (expression.kind) {
    case "select": {
      const { low } = selectOf(expression, scope);
      const whole = nameValue(scope(expression.name), expression.name, { ...INTEGER, isSigned: false });
      return () => BigInt.asUintN(own.width, whole() >> low());
    }
    case "concatenation":
      return joined(expression.parts, scope);
    case "replication": {
      const count = Number(constant(expression.count, scope));
      return joined(Array<Expression>(count).fill(expression.operand), scope);
    }
    case "call": {
      const value = constantValue(expression.operand, scope);
      const { width } = typeOf(expression.operand, scope);
      if (expression.name !== "$clog2") return () => normal(value(), own);
      return () => {
        const number = BigInt.asUintN(width, value());
        return number < 2n ? 0n : BigInt((number - 1n).toString(2).length);
      };
    }
    default:
      throw new NotTakenError(`an expression of the kind ${expression.kind}`);
  }
}

/** Of the bits of an integer. */
function selectOf(
  { name, high, low }: Expression & { kind: "select" },
  scope: Scope,
): { width: number; low: Value } {
  const { width, isSigned } = scope(name);
  if (width !== INTEGER.width || !isSigned) throw new NotTakenError(`a part of ${name}`);
  const inside = (value: Value): Value => {
    return () => {
      const place = value();
      if (place < 0n || place > 31n) throw new NotTakenError(`bit ${place} of ${name}`);
      return place;
    };
  };
  if (high === low) return { width: 1, low: inside(constantValue(low, scope)) };
  const [from, to] = [inside(() => constant(high, scope))(), inside(() => constant(low, scope))()];
  if (to > from) throw new NotTakenError(`a part of ${name} turned round`);
  return { width: Number(from - to) + 1, low: () => to };
}

function joined(parts: readonly Expression[], scope: Scope): Value {
  const values = parts.map((part) => {
    const width = sizedWidth(part, scope);
    return { width, value: constantValue(part, scope) };
  });
  return () =>
    values.reduce((whole, { width, value }) => (whole << BigInt(width)) | BigInt.asUintN(width, value()), 0n);
}

/** Before the loop runs variables have no value, so that only parameters are let in. */
function constant(expression: Expression, scope: Scope): bigint {
  return constantValue(expression, scope)();
}

function sizedWidth(expression: Expression, scope: Scope): number {
  if (expression.kind === "fill") throw new NotTakenError("an unsized value in a concatenation");
  return checkedWidth(typeOf(expression, scope).width);
}

function checkedWidth(width: number): number {
  if (!(width >= 1 && width <= WIDEST)) throw new NotTakenError(`a value of ${width} bits`);
  return width;
}

function sum(widths: readonly number[]): number {
  return checkedWidth(widths.reduce((total, width) => total + width, 0));
}
