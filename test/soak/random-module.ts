import fc from "fast-check";
import type { Circuit, Input } from "./icarus.ts";

/** A small Verilog module as data, which fast-check can make smaller. */
export interface RandomModule {
  readonly seed: number;
  readonly inputs: readonly { readonly width: number; readonly signed: boolean }[];
  readonly items: readonly Item[];
}

interface Item {
  readonly kind:
    | "wire"
    | "rising"
    | "falling"
    | "reset"
    | "enabled"
    | "case"
    | "memory"
    | "latch"
    | "divided";
  readonly width: number;
  readonly signed: boolean;
  readonly first: Expression;
  readonly second: Expression;
}

type Expression =
  | { readonly kind: "signal"; readonly index: number }
  | { readonly kind: "constant"; readonly value: number; readonly width: number }
  | { readonly kind: "unary"; readonly operator: string; readonly a: Expression }
  | { readonly kind: "binary"; readonly operator: string; readonly a: Expression; readonly b: Expression }
  | { readonly kind: "choice"; readonly a: Expression; readonly b: Expression; readonly c: Expression }
  | { readonly kind: "concat"; readonly a: Expression; readonly b: Expression }
  | { readonly kind: "signed"; readonly a: Expression; readonly operator: string };

const width = fc.oneof(
  fc.integer({ min: 1, max: 12 }),
  fc.integer({ min: 1, max: 70 }),
  fc.constantFrom(31, 32, 33, 64, 65),
);
const unary = ["~", "-", "!", "&", "|", "^", "~&", "~|", "~^"];
const binary = [
  "+",
  "-",
  "*",
  "&",
  "|",
  "^",
  "~^",
  "<",
  "<=",
  ">",
  ">=",
  "==",
  "!=",
  "&&",
  "||",
  "<<",
  ">>",
  "<<<",
  ">>>",
  "/",
  "%",
];

const { expression } = fc.letrec<{ expression: Expression }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    fc.record({ kind: fc.constant("signal" as const), index: fc.nat({ max: 30 }) }),
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
    fc.record({
      kind: fc.constant("binary" as const),
      operator: fc.constantFrom(...binary),
      a: tie("expression"),
      b: tie("expression"),
    }),
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
  ),
}));

const item: fc.Arbitrary<Item> = fc.record({
  kind: fc.constantFrom(
    ...([
      "wire",
      "wire",
      "rising",
      "rising",
      "falling",
      "reset",
      "enabled",
      "case",
      "memory",
      "latch",
      "divided",
    ] as const),
  ),
  width,
  signed: fc.boolean(),
  first: expression,
  second: expression,
});

export const randomModules: fc.Arbitrary<RandomModule> = fc.record({
  seed: fc.nat({ max: 0x7fff_ffff }),
  inputs: fc.array(fc.record({ width, signed: fc.boolean() }), { minLength: 1, maxLength: 4 }),
  items: fc.array(item, { minLength: 1, maxLength: 12 }),
});

/** The module as a circuit: every item is an output. Items see inputs, registers, and wires that came before them. */
export function circuitOf({ inputs, items }: RandomModule): Circuit {
  const ports: Input[] = [
    ...inputs.map((input, index) => ({ name: `i${index}`, ...input })),
    { name: "c", width: 1, signed: false },
    { name: "s", width: 3, signed: false },
  ];
  const range = (bits: number): string => `[${bits - 1}:0]`;
  const lines = ["reg half; initial half = 0; always @(posedge clk) half <= ~half;"];
  const visible = ports.map(({ name }) => name);
  // A derived clock rises while the values of the clock that it comes from change; whether logic on them is seen before
  // or after is left open (IEEE 1364-2005, section 11.4.2).
  const steady = [...visible];
  for (const [index, each] of items.entries()) {
    const name = `n${index}`;
    const type = `${each.signed ? "signed " : ""}${range(each.width)}`;
    const read = each.kind === "divided" ? steady : visible;
    const [a, b] = [each.first, each.second].map((one) => textOf(one, read)) as [string, string];
    lines.push(...itemLines(each, name, type, a, b));
    visible.push(name);
    if (each.kind === "divided") steady.push(name);
  }
  const outputs = items.map((each, index) => ({ name: `o${index}`, width: each.width }));
  const declared = [
    "input clk",
    ...ports.map((port) => `input ${port.signed ? "signed " : ""}${range(port.width)} ${port.name}`),
    ...outputs.map((port) => `output ${range(port.width)} ${port.name}`),
  ];
  const assigns = outputs.map((port, index) => `assign ${port.name} = n${index};`);
  return {
    inputs: ports,
    outputs,
    text: `module top(${declared.join(", ")});\n${[...lines, ...assigns].join("\n")}\nendmodule\n`,
  };
}

function itemLines({ kind }: Item, name: string, type: string, a: string, b: string): string[] {
  const register = `reg ${type} ${name}; initial ${name} = 0;`;
  switch (kind) {
    case "wire":
      return [`wire ${type} ${name}; assign ${name} = ${a};`];
    case "rising":
      return [register, `always @(posedge clk) ${name} <= ${a};`];
    case "falling":
      return [register, `always @(negedge clk) if (half) ${name} <= ${a};`];
    case "reset":
      return [register, `always @(posedge clk or posedge c) if (c) ${name} <= 1; else ${name} <= ${a};`];
    case "enabled":
      return [
        register,
        `always @(posedge clk) if (c) ${name} <= ${name} + (${a}); else if (s[0]) ${name} <= ${b};`,
      ];
    case "case":
      return [
        register,
        `always @(posedge clk) case (s) 3'd0: ${name} <= ${a}; 3'd1, 3'd4: ${name} <= ${b}; 3'd6: ${name} <= ~${name}; default: ; endcase`,
      ];
    case "memory":
      return [
        `reg ${type} m_${name} [0:7]; always @(posedge clk) begin if (c) m_${name}[s] <= ${a}; if (s[1]) m_${name}[~s] <= ${b}; end`,
        `wire ${type} ${name}; assign ${name} = m_${name}[s ^ 3'd2];`,
      ];
    case "latch":
      return [`reg ${type} ${name}; always @* if (c) ${name} = ${a};`];
    case "divided":
      return [register, `always @(posedge half) ${name} <= ${a};`];
  }
}

function textOf(expression: Expression, visible: readonly string[]): string {
  switch (expression.kind) {
    case "signal":
      return visible[expression.index % visible.length] as string;
    case "constant":
      return `${expression.width}'d${expression.value % 2 ** expression.width}`;
    case "unary":
      return `(${expression.operator}(${textOf(expression.a, visible)}))`;
    case "signed":
      return `${expression.operator}(${textOf(expression.a, visible)})`;
    case "concat":
      return `{${textOf(expression.a, visible)}, ${textOf(expression.b, visible)}}`;
    case "choice":
      return `((${textOf(expression.a, visible)}) ? ${textOf(expression.b, visible)} : ${textOf(expression.c, visible)})`;
    case "binary": {
      const [a, b] = [textOf(expression.a, visible), textOf(expression.b, visible)];
      // A divisor of 0 gives x, which would never leave a register.
      if (/[/%]/.test(expression.operator)) return `((${a}) ${expression.operator} ((${b}) | 2'sd1))`;
      // An amount of a shift has at most 64 bits.
      return /[<>]{2}/.test(expression.operator)
        ? `((${a}) ${expression.operator} (7'd127 & (${b})))`
        : `((${a}) ${expression.operator} (${b}))`;
    }
  }
}
