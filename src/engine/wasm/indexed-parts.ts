import { macroEnd } from "./statement-end.ts";
import { applyEdits, type TextEdit } from "./text-edits.ts";
import { type Declarations, declarationsOf, type Range } from "./variable-types.ts";
import { type Token, textOf, tokensOf } from "./verilog-tokens.ts";

/**
 * The position of an indexed part of a memory's element has as many bits, or more, and a sign (`cells.ts`), and so has the
 * index of a memory whose range begins below 0 (`memory-elaboration.ts`).
 */
export const POSITION_BITS = 34;

/**
 * Yosys computes where an indexed part `a[i -: 4]` begins in 32 bits, without a sign unless `i` has one: a position below 0
 * and one near 2^32 are the same. So the index is written with its sign above it, which is that of `i < 1'sd0` whatever
 * the type of `i` is. In an element of a memory Yosys takes no index with a sign: there it has bits enough for both.
 *
 * Of an array of several dimensions Yosys computes one position, also of an element that is not there: each index is compared
 * with its own dimension, and one that is outside leaves the whole.
 */
export function widenPositions(text: string): string {
  const hasArrays = MEMORY.test(text) || DIMENSIONS.test(text) || (ARRAY.test(text) && SIGNED.test(text));
  if (!hasArrays && !/[-+]\s*:/.test(text)) return text;
  const tokens = tokensOf(text);
  const declared = declarationsOf(tokens);
  const indexed = hasArrays ? new ArrayIndices(tokens, declared) : undefined;
  const edits = bracketsOf(tokens).flatMap((brackets) => [
    ...positionEdits(tokens, declared, brackets),
    ...(indexed?.edits(brackets) ?? []),
    ...(indexed?.bitEdits(brackets) ?? []),
  ]);
  return applyEdits(text, edits);
}

/** What stands between brackets, up to before `last`; `sign` is that of `+:` or `-:`. */
export interface Brackets {
  readonly first: number;
  readonly last: number;
  /** Two sides, rather than one index. */
  readonly isRange: boolean;
  readonly sign: number | undefined;
}

interface Opened {
  readonly at: number;
  colons: number;
  choices: number;
  sign?: number;
}

export function bracketsOf(tokens: readonly Token[]): Brackets[] {
  const brackets: Brackets[] = [];
  const open: Opened[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const word = tokens[at]?.text ?? "";
    if (word === "`define") at = macroEnd(tokens, at);
    const inner = open.at(-1);
    if (/^[([{]$|^'\{$/.test(word)) open.push({ at, colons: 0, choices: 0 });
    else if (/^[)\]}]$/.test(word)) {
      open.pop();
      if (word === "]" && inner !== undefined) brackets.push(closed(inner, at));
    } else if (inner !== undefined) note(inner, word, tokens[at + 1]?.text, at);
  }
  return brackets;
}

function note(inner: Opened, word: string, next: string | undefined, at: number): void {
  if (word === "?") inner.choices++;
  else if (word === ":") inner.colons++;
  else if (/^[-+]$/.test(word) && next === ":") inner.sign = at;
}

function closed({ at, colons, choices, sign }: Opened, last: number): Brackets {
  return { first: at + 1, last, isRange: colons > choices, sign };
}

function positionEdits(
  tokens: readonly Token[],
  { types }: Declarations,
  { first, sign: last }: Brackets,
): TextEdit[] {
  if (last === undefined) return [];
  const index = tokens.slice(first, last);
  // A constant is what it is, and so is the variable of a generate loop, which has a sign.
  const isConstant = ({ kind, text }: Token, at: number): boolean =>
    kind === "number" ||
    kind === "symbol" ||
    /^[A-Z_]+$/.test(text) ||
    types.get(first + at)?.isGenvar === true;
  if (index.every(isConstant)) return [];
  const copy = copyOf(index);
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
const SIGNED = /\b(?:signed|integer|byte|shortint|int|longint)\b/;
/** What the declaration of an array may end with. */
const ARRAY = /\w\s*\[[^;\]]*\]\s*[;,)=]/;
/** What the declaration of an array of several dimensions ends with, or a part of an element. */
const DIMENSIONS = /[\w\s]\[[^;\]]*\]\s*\[[^;\]]*\]\s*[;,)=]/;
/** Larger than any array, and times the size of any no more than 64 bits. */
const OUTSIDE = "64'sh10_0000_0000";

/** The indices of elements, of arrays in which Yosys would look for them in the wrong place. */
class ArrayIndices {
  readonly #tokens: readonly Token[];
  readonly #declared: Declarations;
  /** The dimensions that are still to come after a bracket that closes. */
  readonly #open = new Map<number, readonly Range[]>();

  constructor(tokens: readonly Token[], declared: Declarations) {
    this.#tokens = tokens;
    this.#declared = declared;
  }

  edits({ first, last, isRange }: Brackets): TextEdit[] {
    const dimensions = this.#declared.arrays.get(first - 2)?.dimensions;
    const isVector = dimensions?.length === 1;
    const [dimension, ...others] = dimensions ?? this.#open.get(first - 2) ?? [];
    const index = this.#tokens.slice(first, last);
    if (dimension === undefined || isRange) return [];
    this.#open.set(last, others);
    const isWide = isVector && (isBelowZero(dimension) || this.#maySign(first, last, "31:0"));
    if (isVector) return isWide ? this.#around(first, last, "", "", WIDE) : [];
    if (index.every((_, at) => this.#isConstant(first + at))) return [];
    const [left, right] = dimension.map((side) => signed(side)) as [string, string];
    const copy = signed(copyOf(index));
    const isInside = `${left} <= ${right} ? ${left} <= ${copy} && ${copy} <= ${right} : ${right} <= ${copy} && ${copy} <= ${left}`;
    return this.#around(first, last, `(${isInside}) ? `, ` : ${OUTSIDE}`, ["", ""]);
  }

  /** A bit of an element, whose position is that of an indexed part. */
  bitEdits({ first, last, isRange }: Brackets): TextEdit[] {
    const isBit = this.#open.get(first - 2)?.length === 0;
    if (!isBit || isRange || !this.#maySign(first, last)) return [];
    return this.#around(first, last, "", "", WIDE);
  }

  #around(first: number, last: number, before: string, after: string, wide: typeof WIDE): TextEdit[] {
    const copy = copyOf(this.#tokens.slice(first, last));
    return [
      insertion(this.#tokens[first], `${before}${wide[0]}$signed({(${copy}) < 1'sd0, `),
      insertion(this.#tokens[last], `})${wide[1]}${after}`),
    ];
  }

  /** Yosys extends an address by zeros; an index of 32 bits, such as an integer, has `enough`. */
  #maySign(first: number, last: number, enough?: string): boolean {
    return this.#tokens.slice(first, last).some(({ kind, text }, each) => {
      const at = first + each;
      const type = this.#declared.types.get(at);
      if (type !== undefined) return type.isSigned && type.range?.join(":") !== enough;
      const isCalled = kind === "word" && this.#tokens[at + 1]?.text === "(";
      return isCalled || text === "$signed" || text === "." || this.#declared.arrays.has(at);
    });
  }

  #isConstant(at: number): boolean {
    const { kind, text } = this.#tokens[at] as Token;
    const isName = kind === "word" && !/^[A-Z][A-Z\d_]*$/.test(text);
    return !isName || this.#declared.types.get(at)?.isGenvar === true;
  }
}

function isBelowZero(dimension: Range): boolean {
  return dimension.some((side) => /^-\s*\d+$/.test(side));
}

/** A value in one more bit, which is its sign. */
function signed(text: string): string {
  return /^-?\s*\d+$/.test(text) ? text : `$signed({(${text}) < 1'sd0, ${text}})`;
}

export function copyOf(tokens: readonly Token[]): string {
  return withSigns(textOf(tokens));
}

/** With `+:` and `-:` in one piece, of which each is two tokens. */
export function withSigns(text: string): string {
  return text.replace(/([-+]) :/g, "$1:");
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
