import { Random } from "../../src/core/random.ts";

/** Choices by constants as sources write them: tables, decoders, state machines, chains of conditions. */
export const choiceKinds = ["table", "array", "decoder", "machine", "priority", "elseif"] as const;
export type ChoiceKind = (typeof choiceKinds)[number];

interface Choice {
  readonly kind: ChoiceKind;
  readonly name: string;
  /** Range and sign of what is chosen. */
  readonly type: string;
  /** Expressions. */
  readonly a: string;
  readonly b: string;
  readonly seed: number;
}

/** Declares `name` and drives it. */
export function choiceLines({ kind, name, type, a, b, seed }: Choice): string[] {
  const random = new Random(BigInt(seed));
  const bits = random.integer(2, 6);
  const count = random.integer(4, 2 ** bits);
  const values = random.shuffle(Array.from({ length: 2 ** bits }, (_, value) => value)).slice(0, count);
  const selector = `s_${name}`;
  const declared = [`wire [${bits - 1}:0] ${selector}; assign ${selector} = ${a};`, `reg ${type} ${name};`];
  const constant = (): string => `64'h${random.uint64().toString(16)}`;
  const arm = (): string => [constant(), constant(), b, `~${name}`][random.integer(0, 3)] as string;
  /** Of a number that fits nothing, where a digit of it is one of these. */
  const undefinedArms = (digits: string, assignment: () => string): string[] =>
    Array.from({ length: random.integer(0, 2) }, () => {
      const own = pattern(random.integer(0, 2 ** bits - 1), bits, random);
      const at = random.integer(0, bits - 1);
      const digit = digits[random.integer(0, digits.length - 1)];
      const item = `${bits}'b${own.slice(0, at)}${digit}${own.slice(at + 1)}`;
      return `${[item, `{${item}}`][random.integer(0, 1)]}: ${assignment()};`;
    });
  const clocked = (statement: string): string[] => [
    ...declared,
    `initial ${name} = 0; always @(posedge clk) ${statement}`,
  ];
  switch (kind) {
    case "table": {
      const arms = values.map((value) => `${bits}'d${value}: ${name} = ${constant()};`);
      arms.splice(random.integer(0, count), 0, ...undefinedArms("xzXZ?", () => `${name} = ${constant()}`));
      return [...declared, `always @* case (${selector}) ${arms.join(" ")} default: ${name} = ${b}; endcase`];
    }
    case "array": {
      const words = Array.from(
        { length: 2 ** bits },
        (_, index) => `assign t_${name}[${index}] = ${constant()};`,
      );
      return [
        ...declared.slice(0, 1),
        `wire ${type} t_${name} [0:${2 ** bits - 1}]; ${words.join(" ")}`,
        `wire ${type} ${name}; assign ${name} = t_${name}[${selector}];`,
      ];
    }
    case "decoder": {
      // Wide and sparse, with a stride, and several values in one arm.
      const base = random.integer(0, 1000) * 256;
      const arms = values.map(
        (value) => `32'd${base + 4 * value}, 32'd${base + 4 * value + 2048}: ${name} <= ${arm()};`,
      );
      return [
        `wire [31:0] ${selector}; assign ${selector} = (${a}) % 64 * 4 + ${base};`,
        ...declared.slice(1),
        `initial ${name} = 0; always @(posedge clk) case (${selector}) ${arms.join(" ")} default: ; endcase`,
      ];
    }
    case "machine": {
      const arms = Array.from({ length: count }, (_, state) => {
        const to = (): number => random.integer(0, 2 ** bits - 1);
        return `${state}: begin if (${selector}[${random.integer(0, bits - 1)}]) x_${name} <= ${to()}; else x_${name} <= ${to()}; ${name} <= ${arm()}; end`;
      });
      return [
        ...declared,
        `reg [${bits - 1}:0] x_${name}; initial begin x_${name} = 0; ${name} = 0; end`,
        `always @(posedge clk) case (x_${name}) ${arms.join(" ")} default: x_${name} <= ${selector}; endcase`,
      ];
    }
    case "priority": {
      const arms = values.map((value) => `${bits}'b${pattern(value, bits, random)}: ${name} <= ${arm()};`);
      arms.splice(random.integer(0, count), 0, ...undefinedArms("xX", () => `${name} <= ${arm()}`));
      return clocked(`casez (${selector}) ${arms.join(" ")} default: ${name} <= ${b}; endcase`);
    }
    case "elseif": {
      const arms = values.map((value) => `if (${selector} == ${value}) ${name} <= ${arm()};`);
      return clocked(`${arms.join(" else ")} else ${name} <= ${b};`);
    }
  }
}

/** Its bits, some of them open. */
function pattern(value: number, bits: number, random: Random): string {
  return Array.from({ length: bits }, (_, bit) =>
    random.integer(0, 3) === 0 ? "?" : (value >> bit) & 1,
  ).join("");
}
