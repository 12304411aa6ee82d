import { opening } from "./element-parts.ts";
import { type Brackets, bracketsOf, copyOf } from "./indexed-parts.ts";
import { refusedLoop as refused } from "./mark-refused.ts";
import { ParameterRanges } from "./parameter-ranges.ts";
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
  const parameters = new ParameterRanges(tokens, declared);
  const edits = bracketsOf(tokens).flatMap((brackets): TextEdit[] => {
    const { first, last, isRange, sign } = brackets;
    if (tokens[last + 1]?.kind === "word") return [];
    if (isScalar(tokens, declared, first - 2)) return [refusal(tokens, first, SCALAR)];
    if (!isRange || sign !== undefined) return [];
    const base = baseOf(tokens, declared, first - 2);
    const constant = parameters.rangeAt(base);
    const range = constant ?? rangeOf(declared, base);
    const net = constant === undefined ? base : parameters.netAt(base);
    const isVariable = tokens
      .slice(first, last)
      .some(
        (_, each) =>
          declared.types.get(first + each)?.isGenvar === false &&
          parameters.rangeAt(first + each) === undefined,
      );
    return range === undefined || isVariable ? [] : partEdits(tokens, { ...brackets, net, range });
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

/** The name of which the brackets after `at` take a part; of an element of an array, the array. */
function baseOf(tokens: readonly Token[], { arrays }: Declarations, at: number): number {
  let [base, indices] = [at, 0];
  for (; tokens[base]?.text === "]"; indices++) base = opening(tokens, base) - 1;
  return indices === 0 || arrays.get(base)?.dimensions.length === indices ? base : at;
}

function rangeOf({ types, arrays }: Declarations, base: number): Range | undefined {
  const type = types.get(base) ?? arrays.get(base)?.element;
  return type?.isGenvar === true ? undefined : type?.range;
}

function partEdits(
  tokens: readonly Token[],
  { first, last, net, range }: Brackets & { net: number | undefined; range: Range },
): TextEdit[] {
  const colon = colonOf(tokens, first, last);
  const sides = [tokens.slice(first, colon), tokens.slice(colon + 1, last)].map(copyOf) as [string, string];
  const [isAscending, isOwnAscending] = [range, sides].map(ascends);
  if (isOwnAscending === "neither" || isAscending === "neither") return [];
  if (isAscending !== undefined && isOwnAscending !== undefined)
    return isAscending === isOwnAscending ? [] : [refusal(tokens, first, REVERSED)];
  if (net === undefined) return [];
  const [left, right] = sides;
  const isRight = `(${left}) == (${right}) || (${range[0]}) == (${range[1]}) || ((${left}) < (${right})) == ((${range[0]}) < (${range[1]}))`;
  const check = `0 * $size(${copyOf(tokens.slice(net, net + 1))}, (${isRight}) ? 1 : ${DIMENSION}) + `;
  return [{ index: (tokens[colon + 1] as Token).index, length: 0, text: check }];
}

/** The colon between the sides of a range. */
export function colonOf(tokens: readonly Token[], first: number, last: number): number {
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

function refusal(tokens: readonly Token[], at: number, phrase: string): TextEdit {
  return { index: (tokens[at] as Token).index, length: 0, text: `${refused(phrase)} + ` };
}
