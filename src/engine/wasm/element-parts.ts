import { copyOf } from "./indexed-parts.ts";
import { afterParentheses, macroEnd } from "./statement-end.ts";
import { isStatementStart } from "./statement-start.ts";
import { applyEdits, type TextEdit } from "./text-edits.ts";
import { type ArrayType, type Declarations, declarationsOf } from "./variable-types.ts";
import { type Token, tokensOf } from "./verilog-tokens.ts";

/** A second bracket, of something that is assigned. */
const ASSIGNED = /\]\s*\[[^;]*?\]\s*<?=(?!=)/;

/**
 * Yosys computes what is assigned to a part of a memory's element, `m[a][7:3] <= x + y`, in as many bits as `x` and `y` have, or
 * in those of the element: a carry is lost, or a sign, or one comes in from above. So the value is written in the bits of the
 * wider of the two (IEEE 1364-2005, 5.4), by a zero of the part's width, whose type is that of the value. Where a range is
 * assigned that is right whatever it is a range of, so that no declaration has to be known, which may stand in another file.
 */
export function sizeElementParts(text: string): string {
  if (!ASSIGNED.test(text)) return text;
  const tokens = tokensOf(text);
  const { arrays } = declarationsOf(tokens);
  const edits: TextEdit[] = [];
  // Where a macro's text ends, an assignment in it does, too.
  let end = tokens.length;
  for (let at = 0; at < tokens.length; at++) {
    if (at >= end) end = tokens.length;
    if (tokens[at]?.text === "`define") end = macroEnd(tokens, at) + 1;
    if (tokens[at]?.text === "]") edits.push(...valueEdits(tokens, arrays, at, end));
  }
  return applyEdits(text, edits);
}

/** `close` closes the last bracket of what may be assigned. */
function valueEdits(
  tokens: readonly Token[],
  arrays: Declarations["arrays"],
  close: number,
  end: number,
): TextEdit[] {
  const operator = tokens[close + 1]?.text;
  const open = opening(tokens, close);
  if ((operator !== "<=" && operator !== "=") || tokens[open - 1]?.text !== "]") return [];
  const name = nameBefore(tokens, open);
  const width =
    widthOf(tokens.slice(open + 1, close)) ?? (isBit(arrays.get(name.last), name.brackets) ? "1" : undefined);
  if (width === undefined || !(operator === "=" || isStatementStart(tokens, name.first))) return [];
  const first = afterDelay(tokens, close + 2);
  const last = valueEnd(tokens, first, end) - 1;
  const [from, to] = [tokens[first], tokens[last]];
  // An array takes its value as a whole.
  if (from === undefined || to === undefined || last < first || from.text === "'{") return [];
  return [
    { index: from.index, length: 0, text: "{(" },
    { index: to.index + to.text.length, length: 0, text: ` ) + $signed({(${width}){1'b0}})}` },
  ];
}

/** Whether an index after that number of brackets is that of a bit. */
function isBit(array: ArrayType | undefined, brackets: number): boolean {
  return array?.element !== undefined && array.dimensions.length === brackets;
}

/** Of a part; undefined of a single bit, and of what is no part. */
function widthOf(tokens: readonly Token[]): string | undefined {
  let [depth, choices] = [0, 0];
  for (const [at, { text }] of tokens.entries()) {
    if (/^[([{]$/.test(text)) depth++;
    else if (/^[)\]}]$/.test(text)) depth--;
    else if (depth === 0 && text === "?") choices++;
    else if (depth === 0 && text === ":" && choices-- === 0) {
      const isIndexed = /^[-+]$/.test(tokens[at - 1]?.text ?? "");
      const [left, right] = [copyOf(tokens.slice(0, at)), copyOf(tokens.slice(at + 1))];
      return isIndexed
        ? right
        : `(${left}) > (${right}) ? (${left}) - (${right}) + 1 : (${right}) - (${left}) + 1`;
    }
  }
  return undefined;
}

/** The bracket that the one at `close` closes. */
export function opening(tokens: readonly Token[], close: number): number {
  let depth = 0;
  for (let at = close; at >= 0; at--) {
    const text = tokens[at]?.text ?? "";
    if (text === "]") depth++;
    if (text === "[" && --depth === 0) return at;
    if (text === ";") return -1;
  }
  return -1;
}

/** The name whose brackets end before `open`, from the first of the instances and blocks that it may be in. */
function nameBefore(
  tokens: readonly Token[],
  open: number,
): { first: number; last: number; brackets: number } {
  let last = open - 1;
  let brackets = 0;
  for (; last > 0 && tokens[last]?.text === "]"; brackets++) last = opening(tokens, last) - 1;
  let first = last;
  while (tokens[first - 1]?.text === "." && first > 1) first -= 2;
  return { first, last, brackets };
}

/** After `#1`, `#(a)`, `@e`, `@(posedge c)` and `repeat (n) @(e)`. */
export function afterDelay(tokens: readonly Token[], from: number): number {
  let at = from;
  if (tokens[at]?.text === "repeat") at = afterGroup(tokens, at + 1);
  while (/^[#@]$/.test(tokens[at]?.text ?? "")) at = afterGroup(tokens, at + 1);
  return at;
}

function afterGroup(tokens: readonly Token[], from: number): number {
  return tokens[from]?.text === "(" ? afterParentheses(tokens, from) : from + 1;
}

/** The token after a value. */
export function valueEnd(tokens: readonly Token[], from: number, limit: number): number {
  for (let at = from, depth = 0; at < limit; at++) {
    const text = tokens[at]?.text ?? "";
    if (/^[([{]$|^'\{$/.test(text)) depth++;
    if (depth === 0 && /^[,;)]$/.test(text)) return at;
    if (/^[)\]}]$/.test(text)) depth--;
  }
  return limit;
}
