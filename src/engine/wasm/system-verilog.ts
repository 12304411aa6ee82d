import { type Token, tokensOf } from "./verilog-tokens.ts";

/** SystemVerilog (IEEE 1800-2017) that Yosys' reader never takes, in words with one blank between them. */
const forms: readonly (readonly [form: RegExp, construct: string])[] = [
  [/\b(?:module|interface) \S+ import\b/g, "a package imported in the header of a module"],
  [/\b(?:parameter|localparam) type\b|[(,] type \w+ =/g, "a parameter that is a type"],
  [/\b(?:assert|assume|cover|restrict) (?:property|sequence)\b/g, "a concurrent assertion (assert property)"],
  [/\b(?:assert|assume|cover) (?:#|final\b)/g, "a deferred assertion"],
  [/'\{/g, "an assignment pattern ('{...})"],
  [/\{ (?:<<|>>)/g, "a streaming concatenation ({<<{...}})"],
  [/\bvirtual \w+/g, "a virtual interface or class"],
  [/\b(?:import|export) ""/g, "a function of C or C++ (DPI)"],
  [/\[ \$/g, "a queue"],
  [/\bnew \[/g, "an array of variable size"],
  [/\btype \(/g, "the operator type"],
  [/\b(?:input|output|inout)\b[^,;()]* \w+ \[[^\]]*\] [,)=]/g, "an array as a port"],
];

const lackingWords = new RegExp(
  `(?<![$\\w\\\\]|\\. )(?:${[
    ...["alias", "bind", "break", "chandle", "checker", "class", "clocking", "constraint", "continue"],
    ...["covergroup", "do", "expect", "extends", "extern", "final", "foreach", "inside", "interconnect"],
    ...["interface", "join_any", "join_none", "let", "longint", "mailbox", "matches", "modport", "nettype"],
    ...["program", "property", "pure", "rand", "randc", "randcase", "ref", "return", "semaphore"],
    ...["sequence", "shortint", "shortreal", "solve", "static", "string", "tagged", "throughout"],
    ...["timeprecision", "timeunit", "unique0", "uwire", "wait_order", "within"],
  ].join("|")})(?![\\w$])`,
  "g",
);

/** What only SystemVerilog has, in front of what makes it more than a name. */
const newer =
  /(?<![$\w\\]|\. )(?:always_comb|always_ff|always_latch|bit|byte|enum|import|int|interface|logic|longint|package|return|shortint|struct|typedef|union) (?=[A-Za-z_\\[{@!(])/g;

/**
 * The SystemVerilog in a statement, up to this line, that Yosys' reader does not take: what to call it, if there is any.
 * Of several it is the last one.
 */
export function systemVerilogAt(path: string, text: string, line: number): string | undefined {
  const words = statementUpTo(tokensOf(text), line)
    .map(({ kind, text: each }) => (kind === "string" ? '""' : each))
    .join(" ");
  if (/\.svh?$/.test(path)) {
    const found = forms.flatMap(([form, construct]) =>
      [...words.matchAll(form)].map(({ index }) => ({ index, construct })),
    );
    const [last] = found.sort((a, b) => b.index - a.index);
    const [name] = [...words.matchAll(lackingWords)].at(-1) ?? [];
    return last?.construct ?? (name === undefined ? undefined : `the SystemVerilog keyword ${name}`);
  }
  const [word] = [...words.matchAll(newer)].at(-1) ?? [];
  return word === undefined
    ? undefined
    : `SystemVerilog (${word.trim()}) in a file whose name does not end in .sv`;
}

/** From the start of the statement that reaches into the line to the end of the line. */
function statementUpTo(tokens: readonly Token[], line: number): readonly Token[] {
  const end = tokens.findIndex((token) => token.line > line);
  const before = end < 0 ? tokens : tokens.slice(0, end);
  const first = before.findIndex((token) => token.line === line);
  const start = before
    .slice(0, first < 0 ? before.length : first)
    .findLastIndex(({ text }) => /^(?:;|begin|end\w*)$/.test(text));
  return before.slice(start + 1);
}
