import { simulationView } from "./simulation-view.ts";
import { afterParentheses } from "./statement-end.ts";
import { type Token, tokensOf } from "./verilog-tokens.ts";

/**
 * Whether a name without a declaration may stand for a net in the module of a line: where a port of an instance is connected
 * to it, or a continuous assignment has it on the left (IEEE 1364-2005, section 3.5). Anywhere else it is an error, of which
 * Yosys only warns. Where the module does not stand in one piece, in `sources`, all of them count.
 */
export function isImplicitNet(name: string, text: string, line: number, sources: readonly string[]): boolean {
  if (sources.some((source) => (source.match(MACRO) ?? []).some((macro) => mayMake(macro, name))))
    return true;
  const module = moduleAt(viewed(text), line);
  if (makesNetIn(module ?? [], name)) return true;
  const isWhole = module?.some((token) => token.text === "`include") === false;
  return !isWhole && sources.some((source) => makesNetIn(viewed(source), name));
}

/** With the text of the macro. */
const MACRO = /`define\b(?:[^\n\\]|\\[\s\S])*/g;

function mayMake(macro: string, name: string): boolean {
  return macro.includes("``") || new RegExp(`\\b${name}\\b`).test(macro);
}

function viewed(text: string): readonly Token[] {
  return tokensOf(simulationView(text, { defines: { YOSYS: "1" } }).replace(CONDITIONS, ""));
}

function makesNetIn(tokens: readonly Token[], name: string): boolean {
  return tokens.some((token, at) => isName(token, name) && makesNet(tokens, at));
}

/** They may stand before a statement; its line stays. */
const CONDITIONS = /`(?:ifn?def|elsif|undef|timescale|default_nettype)[^\n]*|`(?:else|endif)\b/g;

function isName({ text }: Token, name: string): boolean {
  return text === name || text === `\\${name}`;
}

/** Undefined where the module begins in another source, which includes this one. */
function moduleAt(tokens: readonly Token[], line: number): readonly Token[] | undefined {
  const start = tokens.findLastIndex((token) => /^(macro)?module$/.test(token.text) && token.line <= line);
  const end = tokens.findIndex((token, at) => at > start && token.text === "endmodule");
  return start < 0 ? undefined : tokens.slice(start, end < 0 ? tokens.length : end);
}

function makesNet(tokens: readonly Token[], at: number): boolean {
  let first = at;
  while (first > 0 && !ENDS.test(tokens[first - 1]?.text ?? "")) first--;
  const words = tokens.slice(first, at);
  // A macro may be anything.
  if (words.some(({ kind, text }) => kind === "directive" && text !== "`include")) return true;
  const assign = words.findLastIndex(({ text }) => text === "assign");
  if (assign >= 0) return isLeft(words.slice(assign + 1));
  // Behind a label, or a condition of a generate block.
  return words.some((_, each) => {
    const isStart = each === 0 || /^[):]$/.test(words[each - 1]?.text ?? "") || words[each - 2]?.text === ":";
    return isStart && isInstance(tokens, first + each, at);
  });
}

/** Whether the last of the assignments in a list has not come to its value yet. */
function isLeft(words: readonly Token[]): boolean {
  let depth = 0;
  let isValue = false;
  for (const { text } of words) {
    if (/^[([{]$/.test(text)) depth++;
    if (/^[)\]}]$/.test(text)) depth--;
    if (depth === 0 && text === "=") isValue = true;
    if (depth === 0 && text === ",") isValue = false;
  }
  return !isValue;
}

/** Statements and items begin after these. */
const ENDS = /^(;|begin|end|generate|endgenerate|endfunction|endtask|endcase|else)$/;

/** `module #(...) name (... name ...)`, or a gate, of which the name may be missing. */
function isInstance(tokens: readonly Token[], first: number, at: number): boolean {
  if (tokens[first]?.kind !== "word" || NEVER.test(tokens[first]?.text ?? "")) return false;
  const text = (index: number): string => tokens[index]?.text ?? "";
  let next = first + 1;
  if (text(next) === "#") next = text(next + 1) === "(" ? afterParentheses(tokens, next + 1) : next + 2;
  if (tokens[next]?.kind === "word") next++;
  while (text(next) === "[") while (text(next++) !== "]" && next < at);
  return text(next) === "(" && next < at && at < tokens.length;
}

const NEVER =
  /^(if|for|while|repeat|case[xz]?|always(_ff|_comb|_latch)?|initial|final|module|macromodule|function|task|parameter|localparam|wire|reg|logic|input|output|inout|integer|genvar|assert|assume|cover|return|forever|wait)$/;
