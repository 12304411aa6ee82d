import fc from "fast-check";
import { type Expression, expression, rangeOf, type Signal } from "./random-expression.ts";

const kinds = {
  ...{ wire: 2, rising: 2, falling: 1, reset: 1, enabled: 1, case: 1, memory: 1, latch: 1, divided: 1 },
  ...{ "wide case": 1, chain: 1, undefined: 1, view: 1, "self-check": 1 },
  ...{ parts: 1, "shared loop": 1, "typed loop": 1, instance: 1, undriven: 1 },
} as const;

export type ItemKind = keyof typeof kinds;

export interface Item {
  readonly kind: ItemKind;
  readonly width: number;
  readonly signed: boolean;
  readonly isEscaped: boolean;
  readonly isAscending: boolean;
  readonly lowest: number;
  readonly start: "zero" | "value" | "parts" | "condition" | "partial" | "none";
  /** Decides the details of a kind. */
  readonly choice: number;
  readonly first: Expression;
  readonly second: Expression;
}

export const width = fc.oneof(
  fc.integer({ min: 1, max: 12 }),
  fc.integer({ min: 1, max: 70 }),
  fc.constantFrom(31, 32, 33, 64, 65),
);

export const item: fc.Arbitrary<Item> = fc.record({
  kind: fc.oneof(
    ...(Object.keys(kinds) as ItemKind[]).map((kind) => ({
      arbitrary: fc.constant(kind),
      weight: kinds[kind],
    })),
  ),
  width,
  signed: fc.boolean(),
  isEscaped: fc.integer({ min: 0, max: 5 }).map((one) => one === 5),
  isAscending: fc.integer({ min: 0, max: 3 }).map((one) => one === 3),
  lowest: fc.constantFrom(0, 0, 0, 2, -3),
  start: fc.constantFrom("zero", "zero", "value", "parts", "condition", "partial", "none"),
  choice: fc.nat({ max: 255 }),
  first: expression,
  second: expression,
});

/** What an item becomes in a source. */
export interface ItemText {
  readonly lines: readonly string[];
  /** Modules of its own. */
  readonly modules?: string;
}

export function signalOf({ width: bits, isEscaped, isAscending, lowest }: Item, index: number): Signal {
  const text = isEscaped ? `\\n${index}.q[${index}] ` : `n${index}`;
  return { text, width: bits, isAscending, lowest };
}

/** The lines of an item whose value is `signal`; `a` and `b` are the texts of its expressions. */
export function itemText(item: Item, index: number, a: string, b: string, isVerilator: boolean): ItemText {
  const signal = signalOf(item, index);
  const { text: n, lowest } = signal;
  const type = `${item.signed ? "signed " : ""}${rangeOf(signal)}`;
  const own = `n${index}`;
  const register = `reg ${type} ${n}; ${startOf(item, signal)}`;
  const { choice } = item;
  switch (item.kind) {
    case "wire":
      return { lines: [`wire ${type} ${n}; assign ${n} = ${a};`] };
    case "rising":
      return { lines: [register, `always @(posedge clk) ${n} <= ${a};`] };
    case "falling":
      return { lines: [register, `always @(negedge clk) if (half) ${n} <= ${a};`] };
    case "reset":
      return {
        lines: [register, `always @(posedge clk or posedge c) if (c) ${n} <= 1; else ${n} <= ${a};`],
      };
    case "enabled":
      return {
        lines: [register, `always @(posedge clk) if (c) ${n} <= ${n} + (${a}); else if (s[0]) ${n} <= ${b};`],
      };
    case "case":
      return {
        lines: [
          register,
          `always @(posedge clk) case (s) 3'd0: ${n} <= ${a}; 3'd1, 3'd4: ${n} <= ${b}; 3'd6: ${n} <= ~${n}; default: ; endcase`,
        ],
      };
    case "memory":
      return { lines: memoryLines(item, own, n, type, a, b, isVerilator) };
    case "latch":
      return { lines: [`reg ${type} ${n}; always @* if (c) ${n} = ${a};`] };
    case "divided":
      return { lines: [register, `always @(posedge half) ${n} <= ${a};`] };
    case "parts":
      return { lines: [register, partWrite(item, signal, a, isVerilator)] };
    case "shared loop":
      return {
        lines: [
          register,
          // The bits that the loop leaves alone keep their values.
          `always @(posedge clk) ${choice % 2 === 0 ? "if (c) " : ""}for (k = 0; k < ${item.width}; k = k + 1) ${loopTarget(item, `${n}[k${signed(lowest)}]`)} <= ^(${a}) ^ s[k % 3];`,
        ],
      };
    case "typed loop":
      return { lines: typedLoop(item, own, n, type, a) };
    case "instance":
      return instanceOf(item, own, n, type, a);
    case "wide case":
      return { lines: [register, ...wideCase(item, n, a, b)] };
    case "chain":
      return {
        lines: [
          `wire ${type} w_${own} [0:${choice % 60}]; assign w_${own}[0] = ${a}; genvar g_${own};`,
          `generate for (g_${own} = 0; g_${own} < ${choice % 60}; g_${own} = g_${own} + 1) begin : b_${own} assign w_${own}[g_${own} + 1] = (w_${own}[g_${own}] ^ c) + ${choice}; end endgenerate`,
          `wire ${type} ${n}; assign ${n} = w_${own}[${choice % 60}];`,
        ],
      };
    case "undefined":
      return {
        lines: [
          `reg ${type} ${n}; always @* case (s) 3'd1: ${n} = ${b}; 3'd2, 3'd3: ${n} = {${item.width}{1'bx}}; default: ${n} = c ? ${a} : {${item.width}{1'bx}}; endcase`,
        ],
      };
    case "undriven":
      return {
        lines: [
          `wire ${type} ${n}; assign ${n}[${lowest + (choice % item.width)}] = ^(${a}); wire x_${own}; wire y_${own} = x_${own};`,
        ],
      };
    case "view":
      return { lines: [register, ...viewLines(item, n, a, b, isVerilator)] };
    case "self-check":
      return {
        lines: [
          `reg ${type} ${n}; initial ${n} = 1; initial if (${n} == 0) $fatal(1, "never");`,
          `initial if (${n} === 0) begin $display("never"); $finish; end`,
          `always @(posedge clk) ${n} <= ${a};`,
        ],
      };
  }
}

const signed = (offset: number): string =>
  offset === 0 ? "" : offset > 0 ? ` + ${offset}` : ` - ${-offset}`;

/** At times in a concatenation, where an index with the loop's variable must not be taken for an assignment to it. */
function loopTarget({ choice }: Item, element: string): string {
  return choice % 3 === 2 ? `{${element}}` : element;
}

/** How a register starts; the bits that no value is given to are not known. */
function startOf({ start, width: bits, choice }: Item, signal: Signal): string {
  const { text: n, lowest, isAscending } = signal;
  const part = (from: number, to: number): string => {
    const [low, high] = [lowest + Math.min(from, to), lowest + Math.max(from, to)];
    return isAscending ? `${n}[${low}:${high}]` : `${n}[${high}:${low}]`;
  };
  const middle = choice % bits;
  switch (start) {
    case "zero":
      return `initial ${n} = 0;`;
    case "value":
      return `initial ${n} = ${choice} * 64'h123456789;`;
    case "parts":
      return `initial begin ${n} = ${choice}; ${part(0, middle)} = ~${choice}; ${part(middle, bits - 1)} = 5; end`;
    case "condition":
      return `initial begin if (ZERO == ${choice % 2}) ${n} = ${choice}; else ${n} = 9; if (ZERO) ${n} = 0; end`;
    case "partial":
      return `initial ${part(middle, bits - 1)} = ${choice};`;
    case "none":
      return "";
  }
}

function partWrite({ width: bits, choice }: Item, signal: Signal, a: string, isVerilator: boolean): string {
  const { text: n, lowest } = signal;
  const span = 1 + (choice % Math.min(bits, 9));
  const direction = choice % 2 === 0 ? "+:" : "-:";
  // The last one is an index of 32 bits without a sign, near 2^32.
  const indices = ["s", "{c, s}", "$signed(s)", "{s, c}", "s - 3'd5", "{29'h1fff_ffff, s}"];
  const at = indices[(choice >> 1) % indices.length] as string;
  // Verilator loses or wraps what lies partly outside.
  const inside = direction === "+:" ? lowest : lowest + span - 1;
  return `always @(posedge clk) ${n}[${isVerilator ? inside : at} ${direction} ${span}] <= {${a}};`;
}

/** Over a variable of few bits, whose width and sign decide what comes out. */
function typedLoop({ choice }: Item, own: string, n: string, type: string, a: string): string[] {
  const bits = 2 + (choice % 3);
  const isSigned = choice % 4 < 2;
  const range = [`${bits - 1}:0`, `0:${bits - 1}`, `${bits + 1}:2`, `${bits - 1}:0`][
    (choice % 7) % 4
  ] as string;
  const v = `v_${own}`;
  const [first, last] = isSigned ? [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] : [0, 2 ** bits - 1];
  const sum = choice % 2 === 0 ? `(${v} * 3) >>> 1` : `(${v} - 2 < $signed(a_${own}))`;
  return [
    `reg ${isSigned ? "signed " : ""}[${range}] ${v}; wire [3:0] a_${own} = ${a}; reg ${type} ${n};`,
    `always @* begin ${n} = a_${own}; for (${v} = ${first}; ${v} < ${last}; ${v} = ${v} + 1) ${n} = {${n}, ${v}} ^ (${sum}); end`,
  ];
}

function memoryLines(
  { choice, width: bits, lowest, isAscending }: Item,
  own: string,
  n: string,
  type: string,
  a: string,
  b: string,
  isVerilator: boolean,
): string[] {
  const [first, last] = (
    [
      [0, 7],
      [3, 10],
      [7, 0],
      [12, 5],
      [5, 12],
      [0, 5],
    ] as const
  )[choice % 6] as [number, number];
  const [low, high] = [Math.min(first, last), Math.max(first, last)];
  const index = low > 0 ? `{1'b0, s} + 4'd${low}` : "s";
  // In three bits half of them lie below 0; Verilator takes the bits of an index as they are.
  const top = low === 0 && !isVerilator && choice % 4 === 3 ? 2 : 4;
  const at = `a_${own}`;
  const m = `m_${own}`;
  // Verilator's C++ for it does not compile where the part may lie outside a small element.
  const parts = [
    `[{${choice % 2 === 0 ? "c" : "29'h1fff_ffff"}, s} +: 3]`,
    `[${bits - 1}:${bits >> 1}]`,
    "[{c, s}]",
    `[{c, s} -: ${bits}]`,
  ];
  const hasPart = !isVerilator && lowest === 0 && !isAscending && choice > 127;
  const part = hasPart ? parts[(choice >> 3) % parts.length] : "";
  // Of one bit, so that it shows in how many it is computed.
  const value = hasPart && choice % 3 === 0 ? `~{^(${b})} >> 1` : b;
  const starts = [
    "",
    `integer k_${own}; initial for (k_${own} = ${low}; k_${own} <= ${high}; k_${own} = k_${own} + 1) ${m}[k_${own}] = k_${own} * ${choice};`,
    `initial begin ${m}[${low}] = ${choice}; ${m}[${low + 1}] = 5; ${m}[${low + 1}] = ~${choice}; end`,
  ];
  return [
    `reg ${type} ${m} [${first}:${last}]; ${starts[choice % 3]}`,
    `wire signed [${top}:0] ${at} = ${index};`,
    `always @(posedge clk) begin if (c) ${m}[${at}] <= ${a}; if (s[1]) ${m}[${at} ^ ${bits % 2}]${part} <= ${value}; end`,
    `wire ${type} ${n}; assign ${n} = ${m}[${at}];`,
  ];
}

function instanceOf(
  { width: bits, choice }: Item,
  own: string,
  n: string,
  type: string,
  a: string,
): ItemText {
  const module = `top_${own}`;
  const parameter = `70'h${BigInt.asUintN(70, BigInt(choice + 1) * 0x3_1234_5678_9abc_def1n).toString(16)}`;
  return {
    lines: [
      `wire ${type} ${n}; wire [${bits - 1}:0] a_${own} = ${a}; ${module} #(.Q(${parameter})) u_${own} (.a(a_${own}), .b(), .z(${n}), .open());`,
    ],
    modules: `module ${module} #(parameter [69:0] Q = 0) (input [${bits - 1}:0] a, input b, output [${bits - 1}:0] z, output open);
wire [${bits - 1}:0] part; assign part[0] = a[0];
assign z = (a ^ Q) + (part & 1'b1) + (b & 1'b0); assign open = a[0];
endmodule
`,
  };
}

function wideCase({ choice }: Item, n: string, a: string, b: string): string[] {
  const count = choice % 7 === 6 ? 400 : 3 + (choice % 40);
  const selector = count > 16 ? "{s, c, s, c, s}" : "{c, s}";
  const size = count > 16 ? 11 : 4;
  const arms = Array.from({ length: count }, (_, arm) => {
    const value = [a, `~${n}`, b, String(arm * choice)][(arm * choice) % 4];
    return choice % 5 === 4
      ? `${size}'b${(arm % 8).toString(2).padStart(3, "0").padEnd(size, "?")}: ${n} <= ${arm};`
      : `${size}'d${(arm * 5) % 2 ** size}: ${n} <= ${arm < 9 ? value : arm};`;
  });
  const word = choice % 5 === 4 ? "casez" : "case";
  return [`always @(posedge clk) ${word} (${selector})`, ...arms, `default: ${n} <= ${b};`, "endcase"];
}

/** What a synthesis would see is not what a simulation sees. */
function viewLines({ choice }: Item, n: string, a: string, b: string, isVerilator: boolean): string[] {
  if (choice % 3 === 0)
    return [
      "`ifdef SYNTHESIS",
      `always @(posedge clk) ${n} <= ~(${b});`,
      "`else",
      `always @(posedge clk) ${n} <= ${a};`,
      "`endif",
    ];
  if (choice % 3 === 1)
    return [
      `always @(posedge clk) begin ${n} <= ${a};`,
      "// synopsys translate_off",
      `if (c) ${n} <= ${b};`,
      "// synopsys translate_on",
      "end",
    ];
  // Verilator's assertions stop at a case that is said to be full and is not.
  const comment = isVerilator ? "" : "// synopsys full_case parallel_case";
  return [
    `always @(posedge clk) begin ${n} <= 7; case (s) ${comment}`,
    `3'd0: ${n} <= ${a};`,
    `3'd1: ${n} <= ${b};`,
    "endcase end",
  ];
}
