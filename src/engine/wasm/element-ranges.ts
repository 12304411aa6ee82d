import { opening } from "./element-parts.ts";
import { type Brackets, bracketsOf, copyOf, POSITION_BITS, withSigns } from "./indexed-parts.ts";
import { refusedLoop } from "./mark-refused.ts";
import { colonOf } from "./reversed-parts.ts";
import { applyEdits, type TextEdit } from "./text-edits.ts";
import {
  type ArrayDeclaration,
  type ArrayType,
  type Declarations,
  declarationsOf,
  type Range,
  type VariableType,
} from "./variable-types.ts";
import { type Token, tokensOf } from "./verilog-tokens.ts";

/** What may be a part of an element. */
const PART = /\]\s*\[/;
const WORDS = "a part of an element whose bits do not descend to 0, in another scope";

/**
 * Of elements whose bits do not descend to 0, `reg [1:8] m [0:3]`, Yosys writes parts to other bits, and reads others where a
 * block assigns the array with `=`. So an array of which parts are used is declared with bits that do, and each index of a
 * bit becomes its distance from the lowest one.
 */
export function countFromZero(text: string): string {
  if (!PART.test(text)) return text;
  const tokens = tokensOf(text);
  const declared = declarationsOf(tokens);
  const parts = new Map<number, Brackets & { type: ArrayType | undefined; base: number }>();
  for (const brackets of bracketsOf(tokens)) {
    const base = baseOf(tokens, declared, brackets);
    if (base !== undefined) parts.set(brackets.first, { ...brackets, base, type: declared.arrays.get(base) });
  }
  const used = new Set([...parts.values()].map(({ type }) => type));
  const counted = declared.arrayDeclarations.filter(
    ({ type }) => used.has(type) && !endsAtZero(type.element?.range),
  );
  if (counted.length === 0) return text;
  const names = new Set(counted.map(({ name }) => tokens[name]?.text));
  const places = new Set(counted.map(({ name }) => name));
  const types = new Set(counted.map(({ type }) => type));
  for (const [first, { base, type }] of parts) {
    const isElsewhere = tokens[base - 1]?.text === "." && names.has(tokens[base]?.text);
    if (!isElsewhere && (type === undefined || !types.has(type))) parts.delete(first);
  }
  const positions = new Positions(tokens, declared, parts);
  return applyEdits(text, [
    ...positions.edits(text),
    ...counted.flatMap((each) => declarationEdits(tokens, each, places)),
  ]);
}

/** The array of whose element the brackets take bits, or a name that is not known here. */
function baseOf(tokens: readonly Token[], { arrays }: Declarations, { first }: Brackets): number | undefined {
  let [base, indices] = [first - 2, 0];
  for (; tokens[base]?.text === "]"; indices++) base = opening(tokens, base) - 1;
  if (indices === 0 || tokens[base]?.kind !== "word") return undefined;
  const array = arrays.get(base);
  return array === undefined || array.dimensions.length === indices ? base : undefined;
}

/** As far as the source shows; a single bit lies at 0 whichever way its range goes. */
function endsAtZero(range: Range | undefined): boolean {
  return range === undefined || (range[1] === "0" && !range[0].startsWith("-"));
}

type Part = Brackets & { readonly type: ArrayType | undefined };

/** The new text of brackets, which may stand in each other. */
class Positions {
  readonly #tokens: readonly Token[];
  readonly #types: Declarations["types"];
  readonly #parts: ReadonlyMap<number, Part>;

  constructor(tokens: readonly Token[], { types }: Declarations, parts: ReadonlyMap<number, Part>) {
    this.#tokens = tokens;
    this.#types = types;
    this.#parts = parts;
  }

  /** Of the outermost brackets; lines stay. */
  edits(text: string): TextEdit[] {
    const edits: TextEdit[] = [];
    let done = 0;
    for (const [first, part] of [...this.#parts].sort(([a], [b]) => a - b)) {
      if (first < done) continue;
      done = part.last;
      const [{ index }, end] = [this.#tokens[first], this.#tokens[done]] as [Token, Token];
      const breaks = text.slice(index, end.index).replace(/[^\n]/g, "");
      edits.push({ index, length: end.index - index, text: `${this.#position(part)}${breaks}` });
    }
    return edits;
  }

  #position({ first, last, isRange, sign, type }: Part): string {
    const range = type?.element?.range;
    if (range === undefined) return `${refusedLoop(WORDS)} + ${this.#copy(first, last)}`;
    if (!isRange) return this.#bit(distance(range, this.#index(first, last)), first, last);
    if (sign === undefined) {
      const colon = colonOf(this.#tokens, first, last);
      const sides = [this.#index(first, colon), this.#index(colon + 1, last)];
      return sides.map((side) => distance(range, side)).join(" : ");
    }
    const [index, size] = [this.#index(first, sign), this.#copy(sign + 2, last)];
    const others = `$signed({1'b0, ${size}}) - 1`;
    const ends =
      this.#tokens[sign]?.text === "+"
        ? [`(${index} + ${others})`, index]
        : [index, `(${index} - (${others}))`];
    return `${distance(range, ...(ends as [string, string]))} +: ${size}`;
  }

  /** With its sign. */
  #index(from: number, to: number): string {
    const copy = this.#copy(from, to);
    return this.#isConstant(from, to) ? `(${copy})` : `$signed({(${copy}) < 1'sd0, ${copy}})`;
  }

  /** Yosys takes no position with a sign here. */
  #bit(position: string, first: number, last: number): string {
    return this.#isConstant(first, last) ? position : `$unsigned(${position} + ${POSITION_BITS}'sd0)`;
  }

  #isConstant(from: number, to: number): boolean {
    return this.#tokens.slice(from, to).every(({ kind, text }, at) => {
      const isName = kind === "word" && !/^[A-Z][A-Z\d_]*$/.test(text);
      return !isName || this.#types.get(from + at)?.isGenvar === true;
    });
  }

  #copy(from: number, to: number): string {
    let copy = "";
    for (let at = from; at < to; at++) {
      const { text } = this.#tokens[at] as Token;
      const part = at === from ? undefined : this.#parts.get(at);
      copy += part === undefined ? `${text.startsWith("'") ? "" : " "}${text}` : this.#position(part);
      if (text.startsWith("\\")) copy += " ";
      if (part !== undefined) at = part.last - 1;
    }
    return withSigns(copy.trim());
  }
}

/** How far a bit is above the lowest one, if the range ascends, or another one, if it descends. */
function distance(range: Range, ascending: string, descending = ascending): string {
  const [left, right] = range;
  const [up, down] = [`((${right}) - ${ascending})`, `(${descending} - (${right}))`];
  if (![left, right].every((side) => /^-?\s*[\d_]+$/.test(side)))
    return `((${left}) < (${right}) ? ${up} : ${down})`;
  return numberOf(left) < numberOf(right) ? up : down;
}

function numberOf(side: string): number {
  return Number(side.replace(/[\s_]/g, ""));
}

/** An array that is declared together with others gets a declaration of its own. */
function declarationEdits(
  tokens: readonly Token[],
  { type, first, names, name, last }: ArrayDeclaration,
  counted: ReadonlySet<number>,
): TextEdit[] {
  const { range, isSigned } = type.element as VariableType;
  const whole = tokens.slice(first, names);
  const bracket = whole.findIndex(({ text }) => text === "[");
  const kind = bracket < 0 ? `logic${isSigned ? " signed" : ""}` : copyOf(whole.slice(0, bracket));
  const [left, right] = range as Range;
  const own = `${kind} [${distance([left, right], left)}:0] `;
  const from = tokens[name === names ? first : name - 1] as Token;
  const { index } = tokens[name] as Token;
  const edits = [{ index: from.index, length: index - from.index, text: name === names ? own : `; ${own}` }];
  const comma = tokens[last + 1];
  if (comma?.text !== "," || counted.has(last + 2)) return edits;
  return [...edits, { index: comma.index, length: 1, text: `; ${copyOf(whole)} ` }];
}
