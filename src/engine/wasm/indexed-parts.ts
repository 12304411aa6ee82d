import { macroEnd } from "./statement-end.ts";
import { applyEdits, type TextEdit } from "./text-edits.ts";
import { type Token, tokensOf } from "./verilog-tokens.ts";

/** The position of an indexed part of a memory's element has as many bits, or more, and a sign (`cells.ts`). */
export const POSITION_BITS = 34;

/**
 * Yosys computes where an indexed part `a[i -: 4]` begins in 32 bits, without a sign unless `i` has one: a position below 0
 * and one near 2^32 are the same. So the index is written with its sign above it, which is that of `i < 1'sd0` whatever
 * the type of `i` is. In an element of a memory Yosys takes no index with a sign: there it has bits enough for both.
 */
export function widenPositions(text: string): string {
  if (!/[-+]\s*:/.test(text)) return text;
  const tokens = tokensOf(text);
  const edits: TextEdit[] = [];
  const open: number[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const word = tokens[at]?.text ?? "";
    if (word === "`define") at = macroEnd(tokens, at);
    if (/^[([{]$|^'\{$/.test(word)) open.push(at);
    if (/^[)\]}]$/.test(word)) open.pop();
    const first = open.at(-1);
    const isIndexed = /^[-+]$/.test(word) && tokens[at + 1]?.text === ":";
    if (isIndexed && first !== undefined && tokens[first]?.text === "[")
      edits.push(...positionEdits(tokens, first + 1, at));
  }
  return applyEdits(text, edits);
}

function positionEdits(tokens: readonly Token[], first: number, last: number): TextEdit[] {
  const index = tokens.slice(first, last);
  // A constant is what it is.
  if (index.every(({ kind, text }) => kind === "number" || kind === "symbol" || /^[A-Z_]+$/.test(text)))
    return [];
  const copy = index.map(({ text }) => (text.startsWith("\\") ? `${text} ` : text)).join(" ");
  const isElement = tokens[first - 2]?.text === "]";
  const [before, after] = isElement ? ["$unsigned(", ` + ${POSITION_BITS}'sd0)`] : ["", ""];
  return [
    insertion(tokens[first], `${before}$signed({(${copy}) < 1'sd0, `),
    insertion(tokens[last], `})${after}`),
    ...widthEdits(tokens, last + 2),
  ];
}

/** A width without a sign would take it from the position. */
function widthEdits(tokens: readonly Token[], first: number): TextEdit[] {
  const last = tokens.findIndex(({ text }, at) => at >= first && text === "]");
  if (last === first + 1 && /^\d+$/.test(tokens[first]?.text ?? "")) return [];
  return [insertion(tokens[first], "$signed({1'b0, "), insertion(tokens[last], "})")];
}

function insertion(token: Token | undefined, text: string): TextEdit {
  return { index: (token as Token).index, length: 0, text };
}
