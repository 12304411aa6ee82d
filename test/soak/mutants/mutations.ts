import type { Random } from "../../../src/core/random.ts";

/** One small change of a Verilog text. */
export interface Mutation {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly kind: string;
  readonly at: number;
  readonly from: string;
  readonly to: string;
}

interface Rule {
  readonly kind: string;
  /** Matched against a line without its comment; group `it` is what is replaced. */
  readonly pattern: RegExp;
  readonly to: (it: string) => readonly string[];
}

const swapped: Readonly<Record<string, readonly string[]>> = {
  "&": ["|"],
  "|": ["&"],
  "^": ["|"],
  "+": ["-"],
  "-": ["+"],
  "==": ["!="],
  "!=": ["=="],
  "<": ["<=", ">="],
  ">": [">=", "<="],
  ">=": [">", "<"],
  "<<": [">>"],
  ">>": ["<<"],
  "&&": ["||"],
  "||": ["&&"],
};
const operand = String.raw`~?(?:[\w.]+(?:\[[^\]]*\])?|\([^()]*\))`;

const rules: readonly Rule[] = [
  {
    kind: "operator",
    pattern: /(?<= )(?<it>&&?|\|\|?|\^|\+|-|==|!=|<|>=?|<<|>>)(?= )/g,
    to: (it) => swapped[it] ?? [],
  },
  // `<=` is a comparison where nothing is assigned by it.
  {
    kind: "operator",
    pattern: /(?<=(?:\b(?:wire|assign)\b.*|\([^()]*) )(?<it><=)(?= )/g,
    to: () => ["<", ">"],
  },
  { kind: "negation", pattern: /(?<it>~)(?=[\w({])/g, to: () => [""] },
  { kind: "reduction", pattern: /(?<=[=(?:,] ?)(?<it>[&|])(?=[\w{(])/g, to: (it) => swapped[it] ?? [] },
  { kind: "constant", pattern: /(?<it>\d+'[bdh][0-9a-f_]+)/g, to: neighbours },
  {
    kind: "constant",
    pattern: /(?<=(?:[<>=!]=?|[-+]|<<|>>) )(?<it>\d+)(?=[ ;):])/g,
    to: (it) => [String(Number(it) + 1)],
  },
  {
    kind: "condition",
    pattern: /(?<=\bif )(?<it>\((?:[^()]|\([^()]*\))*\))/g,
    to: (it) => ["(1'b1)", "(1'b0)", `(!${it})`],
  },
  {
    kind: "choice",
    pattern: new RegExp(String.raw`(?<it>\? ${operand}\s*: ${operand})(?=[;,) ])`, "g"),
    to: swapArms,
  },
  {
    kind: "term",
    pattern: new RegExp(`(?<it>${operand} [&|^+-] ${operand})(?=[;,) ])`, "g"),
    to: eitherTerm,
  },
  {
    kind: "assignment",
    pattern: /(?<=^\s*(?:else |if \([^;]*\) )?)(?<it>[\w[\]:.$+-]+\s*<= [^;]*;)/g,
    to: () => [";"],
  },
];

function neighbours(it: string): string[] {
  const [, size, base, digits] = /^(\d+)'([bdh])(.*)$/.exec(it) ?? [];
  const radix = { b: 2, d: 10, h: 16 }[base as "b" | "d" | "h"];
  const value = BigInt(Number.parseInt((digits ?? "").replaceAll("_", ""), radix));
  const limit = 1n << BigInt(size ?? 0);
  return [...new Set([(value + 1n) % limit, (value - 1n + limit) % limit])]
    .filter((other) => other !== value)
    .map((other) => `${size}'${base}${other.toString(radix)}`);
}

function swapArms(it: string): string[] {
  const [, yes, no] = new RegExp(String.raw`^\? (${operand})\s*: (${operand})$`).exec(it) ?? [];
  return yes === undefined || yes === no ? [] : [`? ${no} : ${yes}`];
}

function eitherTerm(it: string): string[] {
  const [, one, other] = new RegExp(`^(${operand}) [&|^+-] (${operand})$`).exec(it) ?? [];
  return one === undefined ? [] : [one, other as string];
}

/** Lines that say what there is and how wide it is, not what it does. */
const declaration =
  /^\s*(parameter|localparam|input|output|inout|genvar|integer|module|`|\)|for\b)|\bunused\b|must_be_/;
const bare = /^\s*(reg|wire)\b[^=]*$/;

/** Every change that the rules make in a text, line by line. */
export function mutationsOf(file: string, text: string): Mutation[] {
  const found: Mutation[] = [];
  let at = 0;
  for (const [index, whole] of text.split("\n").entries()) {
    const line = whole.replace(/\/\/.*|\/\*.*?\*\//, (comment) => " ".repeat(comment.length));
    if (!declaration.test(line) && !bare.test(line)) {
      for (const rule of rules) found.push(...inLine(rule, line, { file, line: index + 1, at }));
    }
    at += whole.length + 1;
  }
  return found;
}

function inLine(
  { kind, pattern, to }: Rule,
  line: string,
  { at, ...place }: Pick<Mutation, "file" | "line" | "at">,
): Mutation[] {
  return [...line.matchAll(pattern)].flatMap((match) => {
    const from = match.groups?.["it"] as string;
    return to(from).map((each) => ({ ...place, kind, at: at + match.index, from, to: each }));
  });
}

/** `count` of them, none twice, each as likely as any other. */
export function drawn(mutations: readonly Mutation[], count: number, random: Random): Mutation[] {
  const left = [...mutations];
  const chosen: Mutation[] = [];
  while (chosen.length < count && left.length > 0)
    chosen.push(...left.splice(random.integer(0, left.length - 1), 1));
  return chosen;
}

export function applied(text: string, { at, from, to }: Mutation): string {
  if (text.slice(at, at + from.length) !== from) throw new Error(`"${from}" is not at ${at}`);
  return text.slice(0, at) + to + text.slice(at + from.length);
}
