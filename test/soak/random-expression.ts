import fc from "fast-check";

/** A vector that expressions may read. */
export interface Signal {
  /** As it stands in a source; that of an escaped name ends with its space. */
  readonly text: string;
  readonly width: number;
  /** Its first index is the lowest. */
  readonly isAscending: boolean;
  readonly lowest: number;
}

export type Expression =
  | { readonly kind: "signal"; readonly index: number }
  | { readonly kind: "constant"; readonly value: number; readonly width: number }
  | { readonly kind: "unary"; readonly operator: string; readonly a: Expression }
  | { readonly kind: "binary"; readonly operator: string; readonly a: Expression; readonly b: Expression }
  | { readonly kind: "choice"; readonly a: Expression; readonly b: Expression; readonly c: Expression }
  | { readonly kind: "concat"; readonly a: Expression; readonly b: Expression }
  | { readonly kind: "signed"; readonly a: Expression; readonly operator: string }
  | { readonly kind: "power"; readonly a: Expression }
  | { readonly kind: "bit"; readonly index: number; readonly at: number }
  | { readonly kind: "part"; readonly index: number; readonly high: number; readonly low: number }
  | ({ readonly kind: "indexed"; readonly index: number; readonly at: number } & Indexed);

interface Indexed {
  readonly direction: "+:" | "-:";
  readonly bits: number;
}

const unary = ["~", "-", "!", "&", "|", "^", "~&", "~|", "~^"];
const binary = ["+", "-", "*", "&", "|", "^", "~^", "<", "<=", ">", ">=", "==", "!="].concat([
  "&&",
  "||",
  "<<",
  ">>",
  "<<<",
  ">>>",
  "/",
  "%",
]);
const index = fc.nat({ max: 30 });
const bit = fc.nat({ max: 80 });

export const { expression } = fc.letrec<{ expression: Expression }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    fc.record({ kind: fc.constant("signal" as const), index }),
    fc.record({
      kind: fc.constant("constant" as const),
      value: fc.nat({ max: 300 }),
      width: fc.integer({ min: 1, max: 16 }),
    }),
    fc.record({
      kind: fc.constant("unary" as const),
      operator: fc.constantFrom(...unary),
      a: tie("expression"),
    }),
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant("binary" as const),
        operator: fc.constantFrom(...binary),
        a: tie("expression"),
        b: tie("expression"),
      }),
    },
    fc.record({
      kind: fc.constant("choice" as const),
      a: tie("expression"),
      b: tie("expression"),
      c: tie("expression"),
    }),
    fc.record({ kind: fc.constant("concat" as const), a: tie("expression"), b: tie("expression") }),
    fc.record({
      kind: fc.constant("signed" as const),
      a: tie("expression"),
      operator: fc.constantFrom("$signed", "$unsigned"),
    }),
    fc.record({ kind: fc.constant("power" as const), a: tie("expression") }),
    fc.record({ kind: fc.constant("bit" as const), index, at: index }),
    fc.record({ kind: fc.constant("part" as const), index, high: bit, low: bit }),
    fc.record({
      kind: fc.constant("indexed" as const),
      ...{ index, at: index, bits: fc.integer({ min: 1, max: 9 }) },
      direction: fc.constantFrom("+:" as const, "-:" as const),
    }),
  ),
}));

export function rangeOf({
  width,
  isAscending,
  lowest,
}: Pick<Signal, "width" | "isAscending" | "lowest">): string {
  const highest = lowest + width - 1;
  return isAscending ? `[${lowest}:${highest}]` : `[${highest}:${lowest}]`;
}

/**
 * The text of an expression over signals, of which there is at least one. Verilator reads nothing of a part that lies partly
 * outside (`judgeFaults`): for it all lie inside.
 */
export function textOf(expression: Expression, visible: readonly Signal[], isVerilator: boolean): string {
  const signal = (at: number): Signal => visible[at % visible.length] as Signal;
  const text = (one: Expression): string => textOf(one, visible, isVerilator);
  switch (expression.kind) {
    case "signal":
      return signal(expression.index).text;
    case "constant":
      return `${expression.width}'d${expression.value % 2 ** expression.width}`;
    case "unary":
      return `(${expression.operator}(${text(expression.a)}))`;
    case "signed":
      return `${expression.operator}(${text(expression.a)})`;
    case "concat":
      return `{${text(expression.a)}, ${text(expression.b)}}`;
    case "choice":
      return `((${text(expression.a)}) ? ${text(expression.b)} : ${text(expression.c)})`;
    case "power":
      // A negative exponent would give 0 or x; what leaves the 32 bits is not 0 in Verilator (`judgeFaults`).
      return `(32'sd2 ** (7'd${isVerilator ? 31 : 127} & (${text(expression.a)})))`;
    case "bit":
      return `${signal(expression.index).text}[${indexOf(expression.at, visible)}]`;
    case "part":
      return partOf(signal(expression.index), expression.high, expression.low);
    case "indexed": {
      const { text: name, width, lowest } = signal(expression.index);
      const bits = Math.min(expression.bits, width);
      const inside = expression.direction === "+:" ? lowest : lowest + bits - 1;
      const at = isVerilator ? inside : indexOf(expression.at, visible);
      return `${name}[${at} ${expression.direction} ${bits}]`;
    }
    case "binary":
      return binaryOf(expression.operator, text(expression.a), text(expression.b));
  }
}

/**
 * Mostly a small one: what lies outside of a vector reads x, of which nothing is compared. Icarus Verilog and Verilator take
 * one of more than 32 bits modulo 2^32 (`judgeFaults`).
 */
function indexOf(at: number, visible: readonly Signal[]): string {
  const { text, width } = visible[at % visible.length] as Signal;
  return at % 4 === 0 && width < 32 ? text : "s";
}

function partOf({ text, width, isAscending, lowest }: Signal, one: number, other: number): string {
  const [low, high] = [one % width, other % width].sort((a, b) => a - b) as [number, number];
  const [from, to] = [lowest + low, lowest + high];
  return isAscending ? `${text}[${from}:${to}]` : `${text}[${to}:${from}]`;
}

function binaryOf(operator: string, a: string, b: string): string {
  // A divisor of 0 gives x, which would never leave a register.
  if (/[/%]/.test(operator)) return `((${a}) ${operator} ((${b}) | 2'sd1))`;
  // An amount of a shift has at most 64 bits.
  return /[<>]{2}/.test(operator) ? `((${a}) ${operator} (7'd127 & (${b})))` : `((${a}) ${operator} (${b}))`;
}
