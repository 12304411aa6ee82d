import { afterParentheses, macroEnd, statementEnd } from "./statement-end.ts";
import { applyEdits, type TextEdit } from "./text-edits.ts";
import { headerOf } from "./typed-loops.ts";
import { declarationsOf, type VariableType } from "./variable-types.ts";
import { type Token, textOf, tokensOf } from "./verilog-tokens.ts";

/** Steps of a loop that Yosys compares with each other. */
const PIECE = 64;
/** Loops with no more steps, with those of the loops in them, stay as they are. */
const FEW_STEPS = 2 * PIECE;

const OPENING = "case (1'b1) default: ";
/** What the names of these loops begin with. */
const CUT_PREFIX = "hilt_cut_";
const COUNTER = "hilt_cut_at";
/** The attribute of always blocks with such loops. */
export const CUT = "hilt_cut";

/**
 * Yosys unrolls a loop, and compares each statement that has branches with all those before it in the same branch of its
 * block: 10,000 steps take minutes. A branch that is always taken keeps them apart, and is gone when the block has become
 * a netlist. Here
 *
 *     for (i = 0; i < N; i = i + 1) body
 *
 * of an always block, a function or a task, whose body has branches, becomes loops over pieces of 64 steps:
 *
 *     for (at = 0; at < N; at = at + 64) case (1'b1) default: for (i = at; (i < N) && i < at + 64; i = i + 1) body endcase
 */
export function cutLoops(text: string): string {
  if (!mayBeLong(text)) return text;
  const tokens = tokensOf(text);
  const { types } = declarationsOf(tokens);
  const edits: TextEdit[] = [];
  let block: Token | undefined;
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at] as Token;
    if (token.text === "`define") at = macroEnd(tokens, at);
    else if (token.text === "initial") at = statementEnd(tokens, at + 1);
    else if (BLOCK.test(token.text)) block = token;
    if (token.text !== "for") continue;
    const loop = new LongLoop(tokens, types, at);
    const cut = loop.edits();
    if (cut.length === 0) continue;
    edits.push(...markOf(block), ...cut);
    block = undefined;
    at = loop.end;
  }
  return applyEdits(text, edits);
}

const BLOCK = /^(always|always_comb|always_ff|always_latch|function|task)$/;

function markOf(block: Token | undefined): TextEdit[] {
  return block?.text.startsWith("always") === true ? [insert(block.index, `(* ${CUT} *) `)] : [];
}

/** A variable's name as it is in the source; undefined for one that is not there. */
export function withoutCut(name: string): string | undefined {
  return /hilt_cut_at\d*$/.test(name) ? undefined : name.replace(/hilt_cut_\d+\./g, "");
}

/** Tokens take time: most sources have only loops of few steps, as their numbers show. */
function mayBeLong(text: string): boolean {
  const ends = [...text.matchAll(/\bfor\s*\([^;]*;[^;]*(?:[<>]=?|!=)\s*([^;]*);/g)].map(([, end = ""]) =>
    end.trim(),
  );
  return ends.length > 1 || ends.some((end) => !/^\d+$/.test(end) || Number(end) > PIECE || end === "0");
}

/** A loop over a variable that counts up or down by a number, with the loops in it. */
class LongLoop {
  readonly end: number;
  readonly #tokens: readonly Token[];
  readonly #types: ReadonlyMap<number, VariableType>;
  readonly #at: number;
  readonly #close: number;
  readonly #inner: LongLoop[] = [];
  readonly #header: Header | undefined;

  constructor(tokens: readonly Token[], types: ReadonlyMap<number, VariableType>, at: number) {
    this.#tokens = tokens;
    this.#types = types;
    this.#at = at;
    this.#close = afterParentheses(tokens, at + 1) - 1;
    this.end = statementEnd(tokens, this.#close + 1);
    for (let each = this.#close + 1; each <= this.end; each++) {
      if (tokens[each]?.text !== "for") continue;
      const loop = new LongLoop(tokens, types, each);
      this.#inner.push(loop);
      each = loop.end;
    }
    this.#header = this.#headerOf();
  }

  /** None for a generate loop, whose body has items of a module. */
  edits(total = this.#steps()): TextEdit[] {
    const header = this.#header;
    if (header === undefined || total <= FEW_STEPS || !this.#hasBranch()) return [];
    const [body, last] = [this.#tokens[this.#close + 1], this.#tokens[this.end]] as [Token, Token];
    const end = last.index + last.text.length;
    const inner = this.#inner.flatMap((loop) => loop.edits(total));
    // Where loops begin at one place the outer ones come first, and where they end last.
    const edits = inner.length > 0 ? [insert(body.index, OPENING), ...inner, insert(end, " endcase")] : inner;
    if (header.steps <= PIECE) return edits;
    const { variable, isOwn, start, condition, semicolon } = header;
    const name = `${CUT_PREFIX}${(this.#tokens[this.#at] as Token).index}`;
    const value = this.#textOf(start, condition - 1);
    // What the variable is where the loop has no steps.
    const first = isOwn ? "" : `${variable} = ${value}; `;
    // Loops in this one have counters of other names: a loop must not assign its own variable.
    const counter = `${COUNTER}${(this.#tokens[this.#at] as Token).index}`;
    const pieces = piecesOf(header, counter, this.#textOf(condition + 2, semicolon), value);
    const long = `${counter} = ${pieces.start}; ${pieces.goesOn}; ${counter} = ${pieces.next}`;
    return [
      insert(
        (this.#tokens[this.#at] as Token).index,
        `begin : ${name} ${pieces.declaration}; ${first}for (${long}) ${OPENING}`,
      ),
      ...this.#replaced(start, condition - 1, counter),
      insert((this.#tokens[condition] as Token).index, "("),
      insert((this.#tokens[semicolon] as Token).index, `) && ${pieces.isNear}`),
      ...edits,
      insert(end, " endcase end"),
    ];
  }

  /** Of this loop and those in it, as far as numbers in the source show; infinite where a name says how many. */
  #steps(): number {
    return (this.#header?.steps ?? 1) * Math.max(1, ...this.#inner.map((loop) => loop.#steps()));
  }

  #hasBranch(): boolean {
    return this.#tokens.slice(this.#close, this.end).some(({ text }) => /^(if|case[xz]?)$/.test(text));
  }

  #text(at: number): string {
    return this.#tokens[at]?.text ?? "";
  }

  #textOf(from: number, to: number): string {
    return textOf(this.#tokens.slice(from, to));
  }

  #replaced(from: number, to: number, text: string): TextEdit[] {
    return this.#tokens
      .slice(from, to)
      .map(({ index, text: old }, each) => ({ index, length: old.length, text: each === 0 ? text : "" }));
  }

  #headerOf(): Header | undefined {
    const parts = headerOf(this.#tokens, this.#at);
    if (parts === undefined) return undefined;
    const { start, condition, step } = parts;
    const [variable, relation, semicolon] = [this.#text(parts.variable), this.#text(condition + 1), step - 1];
    const type = countingType(this.#types.get(parts.variable));
    if (type === undefined || this.#text(condition) !== variable) return undefined;
    const change = this.#change(step, variable);
    if (!counts(relation, change)) return undefined;
    const bound = this.#tokens.slice(condition + 2, semicolon).map(({ text }) => text);
    if (bound.some((text) => text === variable || !BOUND.test(text))) return undefined;
    const [from, to] = [this.#textOf(start, condition - 1), bound.join(" ")].map(numberOf) as [
      number,
      number,
    ];
    const steps = Math.ceil((to - from) / change) + (/^[<>]=$/.test(relation) ? 1 : 0);
    if (type.width < 32 && mayWrap(from + steps * change, relation, change, type)) return undefined;
    return {
      ...{ variable, relation, type, start, condition, semicolon, change },
      isOwn: parts.variable > this.#at + 2,
      steps: Number.isNaN(steps) ? Number.POSITIVE_INFINITY : steps,
    };
  }

  /** What the third expression adds to the variable; 0 if it is of another form. */
  #change(from: number, variable: string): number {
    const words = this.#tokens.slice(from, this.#close).map(({ text }) => (text === variable ? "$" : text));
    const text = words.join(" ");
    if (text === "$ ++" || text === "++ $") return 1;
    if (text === "$ --" || text === "-- $") return -1;
    const [, short, long, step = ""] = CHANGE.exec(text) ?? [];
    const by = numberOf(step);
    return by > 0 ? Number(`${short ?? long}${by}`) : 0;
  }
}

interface Header {
  readonly variable: string;
  readonly type: CountingType;
  /** Whether the header declares it. */
  readonly isOwn: boolean;
  /** Where its parts begin, and the semicolon after the condition. */
  readonly start: number;
  readonly condition: number;
  readonly semicolon: number;
  readonly relation: string;
  /** By how much the variable changes with each step. */
  readonly change: number;
  readonly steps: number;
}

interface CountingType {
  readonly width: number;
  readonly isSigned: boolean;
}

/** An integer, or what has no sign and counts its bits from 0. */
function countingType(type: VariableType | undefined): CountingType | undefined {
  if (type === undefined || type.isGenvar || type.range?.[1] !== "0") return undefined;
  const width = Number(type.range[0]) + 1;
  const isTaken = type.isSigned ? width === 32 : width > 0;
  return isTaken ? { width, isSigned: type.isSigned } : undefined;
}

/** Whether a loop counts to its bound, not away from it or past it. */
function counts(relation: string, change: number): boolean {
  if (relation === "!=") return Math.abs(change) === 1;
  return change > 0 ? /^<=?$/.test(relation) : change < 0 && /^>=?$/.test(relation);
}

/** A variable of few bits may come to its bound, or to its last value, round its own end. */
function mayWrap(last: number, relation: string, change: number, { width }: CountingType): boolean {
  if (Number.isNaN(last)) return relation === "!=" || Math.abs(change) > 1;
  return last < 0 || last >= 2 ** width;
}

/**
 * The loop over the pieces. Its counter has bits enough for the piece after the last one, and where it has no sign it stops
 * at 0 on its way down: what is left then is less than a piece. A bound that the variable does not come to (`!=`) is one that
 * the counter does not come to either.
 */
function piecesOf(
  { variable, type, relation, change }: Header,
  counter: string,
  bound: string,
  start: string,
): { declaration: string; start: string; goesOn: string; next: string; isNear: string } {
  const size = Math.abs(change) * PIECE;
  const [before, isDown] = [change > 0 ? "<" : ">", change < 0];
  const goesOn =
    relation === "!="
      ? `${counter} ${before} (${bound}) || (${bound}) ${before} (${start})`
      : `${counter} ${relation} ${bound}`;
  if (type.isSigned) {
    const next = `${counter} ${isDown ? "-" : "+"} ${size}`;
    return {
      declaration: `integer ${counter}`,
      start,
      goesOn,
      next,
      isNear: `${variable} ${before} ${next}`,
    };
  }
  const { width } = type;
  const next = isDown ? `(${counter} > ${size}) ? ${counter} - ${size} : 0` : `${counter} + ${size}`;
  return {
    ...{ declaration: `reg [${width + 31}:0] ${counter}`, goesOn, next },
    start: `(${start}) & ${width}'h${(2n ** BigInt(width) - 1n).toString(16)}`,
    isNear: isDown ? `${variable} + ${size} > ${counter}` : `${variable} < ${next}`,
  };
}

/** A bound whose value does not change while the loop runs: names, numbers, and what stands between them. */
const BOUND = /^([A-Za-z_\\`$'].*|\d[\d_]*|[-+*/%()[\]:]|<<|>>|\*\*)$/;
const CHANGE = /^(?:\$ ([-+])=|\$ = \$ ([-+])) ([^-+]+)$/;

const RADIX: Readonly<Record<string, string>> = { b: "0b", o: "0o", d: "", h: "0x" };

/** Of a number as its tokens stand beside each other; not a number for anything else. */
function numberOf(text: string): number {
  const plain = text.replace(/[ _]/g, "");
  if (/^-?\d+$/.test(plain)) return Number(plain);
  const [, radix = "", digits = ""] = /^\d*'([bodh])([\da-f]+)$/i.exec(plain) ?? [];
  return digits === "" ? Number.NaN : Number(`${RADIX[radix.toLowerCase()]}${digits}`);
}

function insert(index: number, text: string): TextEdit {
  return { index, length: 0, text };
}
