import { afterParentheses, macroEnd, statementEnd } from "./statement-end.ts";
import { applyEdits, type TextEdit } from "./text-edits.ts";
import { declarationsOf, type VariableType } from "./variable-types.ts";
import { type Token, tokensOf } from "./verilog-tokens.ts";

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
  return name.endsWith(COUNTER) ? undefined : name.replace(/hilt_cut_\d+\./g, "");
}

/** Tokens take time: most sources have only loops of few steps, as their numbers show. */
function mayBeLong(text: string): boolean {
  const ends = [...text.matchAll(/\bfor\s*\([^;]*;[^;]*[<>]=?\s*([^;]*);/g)].map(([, end = ""]) =>
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
    const { variable, isOwn, start, condition, semicolon, change } = header;
    const [name, piece] = [`${CUT_PREFIX}${(this.#tokens[this.#at] as Token).index}`, COUNTER];
    const [relation, by] = change > 0 ? ["<", "+"] : [">", "-"];
    const far = `${piece} ${by} ${Math.abs(change) * PIECE}`;
    const value = this.#textOf(start, condition - 1);
    // What the variable is where the loop has no steps.
    const first = isOwn ? "" : `${variable} = ${value}; `;
    const long = `${piece} = ${value}; ${this.#textOf(condition, semicolon, piece)}; ${piece} = ${far}`;
    return [
      insert(
        (this.#tokens[this.#at] as Token).index,
        `begin : ${name} integer ${piece}; ${first}for (${long}) ${OPENING}`,
      ),
      ...this.#replaced(start, condition - 1, piece),
      insert((this.#tokens[condition] as Token).index, "("),
      insert((this.#tokens[semicolon] as Token).index, `) && ${variable} ${relation} ${far}`),
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

  #textOf(from: number, to: number, piece?: string): string {
    const names = this.#tokens.slice(from, to).map(({ text }) => (text.startsWith("\\") ? `${text} ` : text));
    if (piece !== undefined) names[0] = piece;
    return names.join(" ");
  }

  #replaced(from: number, to: number, text: string): TextEdit[] {
    return this.#tokens
      .slice(from, to)
      .map(({ index, text: old }, each) => ({ index, length: old.length, text: each === 0 ? text : "" }));
  }

  #headerOf(): Header | undefined {
    const semicolons = [];
    for (let at = this.#at; at < this.#close; at++) if (this.#text(at) === ";") semicolons.push(at);
    const [first, semicolon, none] = semicolons;
    if (first === undefined || semicolon === undefined || none !== undefined) return undefined;
    const isOwn = /^(int|integer)$/.test(this.#text(this.#at + 2));
    const variable = this.#at + (isOwn ? 3 : 2);
    const type = this.#types.get(variable);
    const isInteger = type?.isGenvar === false && type.isSigned && type.range?.join(":") === "31:0";
    if (!isInteger || this.#text(variable + 1) !== "=") return undefined;
    const [start, condition] = [variable + 2, first + 1];
    const change = this.#change(semicolon + 1, this.#text(variable));
    const relation = this.#text(condition + 1);
    const isCounting = change > 0 ? /^<=?$/.test(relation) : change < 0 && /^>=?$/.test(relation);
    const bound = this.#tokens.slice(condition + 2, semicolon).map(({ text }) => text);
    if (!isCounting || this.#text(condition) !== this.#text(variable)) return undefined;
    if (bound.some((text) => text === this.#text(variable) || !BOUND.test(text))) return undefined;
    const [from, to] = [this.#textOf(start, first), bound.join(" ")].map(numberOf) as [number, number];
    const steps = Math.ceil(Math.abs(to - from) / Math.abs(change)) + (relation.length - 1);
    return {
      ...{ variable: this.#text(variable), isOwn, start, condition, semicolon, change },
      steps: Number.isNaN(steps) ? Number.POSITIVE_INFINITY : steps,
    };
  }

  /** What the third expression adds to the variable; 0 if it is of another form. */
  #change(from: number, variable: string): number {
    const words = this.#tokens.slice(from, this.#close).map(({ text }) => (text === variable ? "$" : text));
    const text = words.join(" ");
    if (text === "$ ++" || text === "++ $") return 1;
    if (text === "$ --" || text === "-- $") return -1;
    const [, short, long, step] = CHANGE.exec(text) ?? [];
    return step === undefined ? 0 : Number(`${short ?? long}${step}`);
  }
}

interface Header {
  readonly variable: string;
  /** Whether the header declares it. */
  readonly isOwn: boolean;
  /** Where its parts begin, and the semicolon after the condition. */
  readonly start: number;
  readonly condition: number;
  readonly semicolon: number;
  /** By how much the variable changes with each step. */
  readonly change: number;
  readonly steps: number;
}

/** A bound whose value does not change while the loop runs: names, numbers, and what stands between them. */
const BOUND = /^([A-Za-z_\\`$'].*|\d[\d_]*|[-+*/%()[\]:]|<<|>>|\*\*)$/;
const CHANGE = /^(?:\$ ([-+])=|\$ = \$ ([-+])) (\d+)$/;

function numberOf(text: string): number {
  return /^-? ?\d+$/.test(text) ? Number(text.replace(" ", "")) : Number.NaN;
}

function insert(index: number, text: string): TextEdit {
  return { index, length: 0, text };
}
