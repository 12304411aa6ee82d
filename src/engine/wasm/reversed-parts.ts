import { type Brackets, bracketsOf, copyOf } from "./indexed-parts.ts";
import { refusedLoop as refused } from "./mark-refused.ts";
import { applyEdits, type TextEdit } from "./text-edits.ts";
import { type Declarations, declarationsOf, type Range } from "./variable-types.ts";
import { type Token, tokensOf } from "./verilog-tokens.ts";

/**
 * Yosys takes the sides of a part `a[0:7]` in any order, and a bit of what has no bits. Both are errors (IEEE 1364-2005,
 * sections 5.2.1 and 4.2.1). Where parameters or the variables of generate blocks are the sides, Yosys compares them: a dimension of
 * `$size` that is not there is an error.
 */
export function refuseReversedParts(text: string): string {
  const tokens = tokensOf(text);
  const declared = declarationsOf(tokens);
  const parameters = parameterRanges(tokens);
  const edits = bracketsOf(tokens).flatMap((brackets): TextEdit[] => {
    const { first, last, isRange, sign } = brackets;
    if (tokens[last + 1]?.kind === "word") return [];
    if (isScalar(tokens, declared, first - 2)) return [refusal(tokens, first, SCALAR)];
    if (!isRange || sign !== undefined) return [];
    const base = baseOf(tokens, declared, first - 2);
    const range = rangeOf(tokens, declared, base, parameters);
    return range === undefined ? [] : partEdits(tokens, declared, { ...brackets, base, range });
  });
  return applyEdits(text, edits);
}

/** Of what Yosys says where it compares the sides, the dimension. */
const DIMENSION = 9;
export const REVERSED = "a part whose sides are in another order than those of its declaration";
export const REVERSED_MESSAGE = new RegExp(`^Dimension ${DIMENSION} out of range in .*`);
const SCALAR = "a bit or a part of what has no range";

function isScalar(tokens: readonly Token[], { types, ranged }: Declarations, at: number): boolean {
  const type = types.get(at);
  const isOne = type !== undefined && !type.isGenvar && type.range === undefined;
  return isOne && !ranged.has(tokens[at]?.text ?? "");
}

/** The name of which the brackets after `at` take a part; of an element of an array of one dimension, the array. */
function baseOf(tokens: readonly Token[], { arrays }: Declarations, at: number): number {
  if (tokens[at]?.text !== "]") return at;
  let depth = 0;
  for (let open = at; open > 0; open--) {
    const text = tokens[open]?.text;
    if (text === "]") depth++;
    if (text === "[" && --depth === 0) return arrays.get(open - 1)?.dimensions.length === 1 ? open - 1 : at;
  }
  return at;
}

function rangeOf(
  tokens: readonly Token[],
  { types, arrays }: Declarations,
  base: number,
  parameters: ReadonlyMap<string, Range>,
): Range | undefined {
  const type = types.get(base);
  if (type !== undefined) return type.isGenvar ? undefined : type.range;
  return arrays.has(base) ? arrays.get(base)?.element?.range : parameters.get(tokens[base]?.text ?? "");
}

function partEdits(
  tokens: readonly Token[],
  declared: Declarations,
  { first, last, base, range }: Brackets & { base: number; range: Range },
): TextEdit[] {
  const colon = colonOf(tokens, first, last);
  const sides = [tokens.slice(first, colon), tokens.slice(colon + 1, last)].map(copyOf) as [string, string];
  const [isAscending, isOwnAscending] = [range, sides].map(ascends);
  if (isOwnAscending === "neither" || isAscending === "neither") return [];
  if (isAscending !== undefined && isOwnAscending !== undefined)
    return isAscending === isOwnAscending ? [] : [refusal(tokens, first, REVERSED)];
  const isVariable = tokens
    .slice(first, last)
    .some((_, each) => declared.types.get(first + each)?.isGenvar === false);
  const isNet = declared.types.has(base) || declared.arrays.has(base);
  if (isVariable || !isNet) return [];
  const [left, right] = sides;
  const isRight = `(${left}) == (${right}) || (${range[0]}) == (${range[1]}) || ((${left}) < (${right})) == ((${range[0]}) < (${range[1]}))`;
  const check = `0 * $size(${copyOf(tokens.slice(base, base + 1))}, (${isRight}) ? 1 : ${DIMENSION}) + `;
  return [{ index: (tokens[colon + 1] as Token).index, length: 0, text: check }];
}

function colonOf(tokens: readonly Token[], first: number, last: number): number {
  let depth = 0;
  for (let at = first; at < last; at++) {
    const text = tokens[at]?.text ?? "";
    if (/^[([{?]$/.test(text)) depth++;
    else if (/^[)\]}]$/.test(text)) depth--;
    else if (text === ":" && depth-- === 0) return at;
  }
  return last;
}

/** As far as numbers show; a range of one bit goes neither way. */
function ascends([left, right]: Range): boolean | "neither" | undefined {
  const [from, to] = [left, right].map((side) =>
    /^-?\s*[\d_]+$/.test(side) ? Number(side.replace(/[\s_]/g, "")) : Number.NaN,
  ) as [number, number];
  if (Number.isNaN(from) || Number.isNaN(to)) return undefined;
  return from === to ? "neither" : from < to;
}

/** Of constants; the bits of one without a range descend. */
function parameterRanges(tokens: readonly Token[]): Map<string, Range> {
  const ranges = new Map<string, Range>();
  for (let at = 0; at < tokens.length; at++) {
    if (!/^(parameter|localparam)$/.test(tokens[at]?.text ?? "")) continue;
    if (tokens[at + 1]?.text === "signed") at++;
    const isRanged = tokens[at + 1]?.text === "[";
    const end = isRanged ? tokens.findIndex(({ text }, each) => each > at && text === "]") : at;
    const range = copyOf(tokens.slice(at + 2, end)).split(" : ");
    const name = tokens[end + 1];
    if (name?.kind !== "word" || tokens[end + 2]?.text !== "=") continue;
    ranges.set(name.text, isRanged && range.length === 2 ? (range as unknown as Range) : ["31", "0"]);
  }
  return ranges;
}

function refusal(tokens: readonly Token[], at: number, phrase: string): TextEdit {
  return { index: (tokens[at] as Token).index, length: 0, text: `${refused(phrase)} + ` };
}
