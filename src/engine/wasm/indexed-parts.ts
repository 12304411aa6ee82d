import { macroEnd } from "./statement-end.ts";
import { applyEdits, type TextEdit } from "./text-edits.ts";
import { declarationsOf, type Range } from "./variable-types.ts";
import { type Token, tokensOf } from "./verilog-tokens.ts";

/**
 * The position of an indexed part of a memory's element has as many bits, or more, and a sign (`cells.ts`), and so has the
 * index of a memory whose range begins below 0 (`memory-elaboration.ts`).
 */
export const POSITION_BITS = 34;

/**
 * Yosys computes where an indexed part `a[i -: 4]` begins in 32 bits, without a sign unless `i` has one: a position below 0
 * and one near 2^32 are the same. So the index is written with its sign above it, which is that of `i < 1'sd0` whatever
 * the type of `i` is. In an element of a memory Yosys takes no index with a sign: there it has bits enough for both.
 */
export function widenPositions(text: string): string {
  const mayBeBelowZero = MEMORY.test(text);
  if (!mayBeBelowZero && !/[-+]\s*:/.test(text)) return text;
  const tokens = tokensOf(text);
  const { arrays } = mayBeBelowZero
    ? declarationsOf(tokens)
    : { arrays: new Map<number, readonly Range[]>() };
  const edits = bracketsOf(tokens).flatMap(({ first, last, sign }) => {
    if (sign !== undefined) return positionEdits(tokens, first, sign);
    return isBelowZero(arrays.get(first - 2)) ? indexEdits(tokens, first, last) : [];
  });
  return applyEdits(text, edits);
}

/** What stands between brackets, up to before `last`; `sign` is that of `+:` or `-:`. */
interface Brackets {
  readonly first: number;
  readonly last: number;
  readonly sign: number | undefined;
}

function bracketsOf(tokens: readonly Token[]): Brackets[] {
  const brackets: Brackets[] = [];
  const open: { readonly at: number; sign?: number }[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const word = tokens[at]?.text ?? "";
    if (word === "`define") at = macroEnd(tokens, at);
    const inner = open.at(-1);
    if (/^[([{]$|^'\{$/.test(word)) open.push({ at });
    else if (/^[)\]}]$/.test(word)) {
      open.pop();
      if (word === "]" && inner !== undefined)
        brackets.push({ first: inner.at + 1, last: at, sign: inner.sign });
    } else if (inner !== undefined && /^[-+]$/.test(word) && tokens[at + 1]?.text === ":") inner.sign = at;
  }
  return brackets;
}

function positionEdits(tokens: readonly Token[], first: number, last: number): TextEdit[] {
  const index = tokens.slice(first, last);
  // A constant is what it is.
  if (index.every(({ kind, text }) => kind === "number" || kind === "symbol" || /^[A-Z_]+$/.test(text)))
    return [];
  const copy = index.map(({ text }) => (text.startsWith("\\") ? `${text} ` : text)).join(" ");
  const isElement = tokens[first - 2]?.text === "]";
  const [before, after] = isElement ? WIDE : ["", ""];
  return [
    insertion(tokens[first], `${before}$signed({(${copy}) < 1'sd0, `),
    insertion(tokens[last], `})${after}`),
    ...widthEdits(tokens, last + 2),
  ];
}

const WIDE: readonly [string, string] = ["$unsigned(", ` + ${POSITION_BITS}'sd0)`];
/** What the declaration of a memory whose range begins below 0 ends with, or a part of a vector. */
const MEMORY = /\[\s*(?:-\s*\d+\s*:\s*-?\s*\d+|\d+\s*:\s*-\s*\d+)\s*\]\s*[;,)=]/;

/** Whether the elements of an array begin at a number below 0. */
function isBelowZero(dimensions: readonly Range[] | undefined): boolean {
  return dimensions?.length === 1 && dimensions[0]?.some((side) => /^-\s*\d+$/.test(side)) === true;
}

/** Of an element; the range of the memory itself stays. */
function indexEdits(tokens: readonly Token[], first: number, last: number): TextEdit[] {
  const index = tokens.slice(first, last);
  if (index.length === 0 || index.some(({ text }) => text === ":")) return [];
  const copy = index.map(({ text }) => (text.startsWith("\\") ? `${text} ` : text)).join(" ");
  return [
    insertion(tokens[first], `${WIDE[0]}$signed({(${copy}) < 1'sd0, `),
    insertion(tokens[last], `})${WIDE[1]}`),
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
