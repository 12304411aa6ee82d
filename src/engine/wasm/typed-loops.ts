import { LoopParser, NotTakenError, type Statement } from "./loop-syntax.ts";
import { constantValue, type Variable } from "./loop-values.ts";
import { refusedLoop } from "./mark-refused.ts";
import { afterParentheses, macroEnd, statementEnd } from "./statement-end.ts";
import { applyEdits, type TextEdit } from "./text-edits.ts";
import { declarationsOf, type VariableType } from "./variable-types.ts";
import { type Token, tokensOf } from "./verilog-tokens.ts";

/**
 * Yosys unrolls a loop and puts constants in the place of its variable, of the width and sign that the assigned
 * expressions have, not those of the variable: with `reg [6:0] s`, `s = s + 1` makes it a signed value of 32 bits. Here
 * every read of the variable in the loop becomes one of its own bits, `s[6:0]`, and what is assigned has no fewer; an
 * integer is assigned a signed value of 32 bits. Variables of generate loops are integers, and stay. What a loop assigns
 * to its variable but in its header Yosys drops: that is refused.
 */
export function typeLoopVariables(text: string): string {
  if (!hasLoop(text)) return text;
  const tokens = tokensOf(text);
  const types = declarationsOf(tokens).types;
  const edits: TextEdit[] = [];
  const done = new Set<number>();
  for (let at = 0; at < tokens.length; at++) {
    if (tokens[at]?.text === "`define") at = macroEnd(tokens, at);
    const header = tokens[at]?.text === "for" ? headerOf(tokens, at) : undefined;
    const type = header && types.get(header.variable);
    if (header === undefined || type === undefined || type.isGenvar) continue;
    edits.push(...new TypedLoop(tokens, types, header, type).edits(done));
  }
  return applyEdits(text, edits);
}

/** Whether there may be a loop that is not one of a generate block: tokens take time. */
function hasLoop(text: string): boolean {
  const variables = [...text.matchAll(/\bfor\s*\(\s*(\w+)/g)].map(([, name = ""]) => name);
  const namesOf = (words: string): Set<string> =>
    new Set(
      [...text.matchAll(new RegExp(`\\b(?:${words})\\b([^;]*)`, "g"))].flatMap(([, list = ""]) =>
        list.split(/\W+/),
      ),
    );
  const genvars = namesOf("genvar");
  if (!variables.every((name) => genvars.has(name))) return true;
  const others = namesOf("integer|reg|logic|bit|byte|shortint|int|longint|time|input|output");
  return variables.some((name) => others.has(name));
}

/** Where the parts of `for (variable = start; condition; step) body` begin. */
export interface Header {
  readonly variable: number;
  readonly start: number;
  readonly condition: number;
  readonly step: number;
  /** The parenthesis. */
  readonly close: number;
  readonly end: number;
}

export function headerOf(tokens: readonly Token[], at: number): Header | undefined {
  const close = afterParentheses(tokens, at + 1) - 1;
  const semicolons: number[] = [];
  let assigned: number | undefined;
  for (let each = at + 2; each < close; each++) {
    const text = tokens[each]?.text;
    if (text === "=") assigned ??= each;
    if (text === ";") semicolons.push(each);
  }
  const [first, second, third] = semicolons;
  if (first === undefined || second === undefined || third !== undefined) return undefined;
  if (assigned === undefined || assigned > first) return undefined;
  return {
    ...{ variable: assigned - 1, start: assigned + 1, condition: first + 1, step: second + 1 },
    ...{ close, end: statementEnd(tokens, close + 1) },
  };
}

class TypedLoop {
  readonly #tokens: readonly Token[];
  readonly #types: ReadonlyMap<number, VariableType>;
  readonly #header: Header;
  readonly #type: VariableType;
  readonly #name: string;
  /** An integer's header gives it its type; any other has to be read in its own. */
  readonly #isInteger: boolean;

  constructor(
    tokens: readonly Token[],
    types: ReadonlyMap<number, VariableType>,
    header: Header,
    type: VariableType,
  ) {
    this.#tokens = tokens;
    this.#types = types;
    this.#header = header;
    this.#type = type;
    this.#name = this.#text(header.variable);
    this.#isInteger = type.isSigned && type.range?.join(":") === "31:0";
  }

  /** `done` are the tokens that a loop round this one has edited. */
  edits(done: Set<number>): TextEdit[] {
    const { start, condition, step, close, end } = this.#header;
    const change = this.#change(step);
    if (change === undefined) return [];
    const edits = this.#isEndless()
      ? [this.#insert(start, `${refusedLoop("a loop that never ends")} + `)]
      : [...this.#typed(start, condition - 1), ...this.#typedStep(change, close)];
    for (let at = start; at <= end; at++) {
      if (this.#text(at) !== this.#name || this.#types.get(at) !== this.#type || done.has(at)) continue;
      const assigned = at > close ? this.#assignedAt(at) : undefined;
      if (at === change.target) continue;
      done.add(at);
      edits.push(...(assigned === undefined ? this.#read(at) : this.#refuseAssignment(at, assigned)));
    }
    return edits;
  }

  #text(at: number): string {
    return this.#tokens[at]?.text ?? "";
  }

  #insert(at: number, text: string): TextEdit {
    return { index: (this.#tokens[at] as Token).index, length: 0, text };
  }

  #replace(at: number, text: string): TextEdit {
    const { index, text: old } = this.#tokens[at] as Token;
    return { index, length: old.length, text };
  }

  /** The third expression of the header: where its variable and its operator stand. */
  #change(step: number): { target: number; operator: number } | undefined {
    const isBefore = /^(\+\+|--)$/.test(this.#text(step));
    const change = isBefore ? { target: step + 1, operator: step } : { target: step, operator: step + 1 };
    if (this.#types.get(change.target) !== this.#type) return undefined;
    return ASSIGNMENT.test(this.#text(change.operator)) ? change : undefined;
  }

  /** What is assigned, from one token to before another. */
  #typed(from: number, to: number): TextEdit[] {
    if (!this.#isInteger) return [this.#insert(from, "("), this.#insert(to, `) + ${this.#zero()}`)];
    for (let at = from; at < to; at++)
      if (!/^(\d+|[-+*()])$/.test(this.#text(at)) && this.#types.get(at) !== this.#type)
        return [this.#insert(from, "$signed(("), this.#insert(to, ") + 32'sd0)")];
    return [];
  }

  #typedStep({ target, operator }: { target: number; operator: number }, close: number): TextEdit[] {
    const text = this.#text(operator);
    if (text === "=") return this.#typed(operator + 1, close);
    const value = `${this.#name} = ${this.#isInteger ? this.#name : this.#reading()}`;
    if (text === "++" || text === "--") {
      if (this.#isInteger) return [];
      const [one, none] = target < operator ? [target, operator] : [operator, target];
      return [this.#replace(one, `${value} ${text[0]} 1 + ${this.#zero()}`), this.#replace(none, "")];
    }
    const [first, last] = [this.#insert(operator + 1, "("), this.#insert(close, ")")];
    const [before, after] = this.#isInteger ? ["$signed(", " + 32'sd0)"] : ["(", `) + ${this.#zero()}`];
    const changed = value.replace("= ", `= ${before}`);
    return [
      this.#replace(target, changed),
      this.#replace(operator, text.slice(0, -1)),
      ...[first, last, this.#insert(close, after)],
    ];
  }

  /** In the width of the variable; with it an expression has no fewer bits. */
  #zero(): string {
    const width = this.#width();
    return width === undefined ? `$signed({(${this.#type.range?.[0]})+1{1'b0}})` : `${width}'sd0`;
  }

  /** If its range is one of numbers. */
  #width(): number | undefined {
    const { range = ["0", "0"] } = this.#type;
    const [left, right] = range.map((side) =>
      /^-?\s*\d+$/.test(side) ? Number(side.replace(" ", "")) : Number.NaN,
    );
    const width = Math.abs((left as number) - (right as number)) + 1;
    return Number.isNaN(width) ? undefined : width;
  }

  #read(at: number): TextEdit[] {
    if (this.#isInteger) return [];
    if (this.#text(at + 1) !== "[") return [this.#replace(at, this.#reading())];
    // Its own bits are those of the constant.
    return this.#type.range?.[1] === "0" ? [] : [this.#replace(at, `${refusedLoop(PART)} + ${this.#name}`)];
  }

  /** The variable's own bits, of a value that may have more. */
  #reading(): string {
    const width = this.#width();
    const [left, right] = this.#type.range ?? ["", ""];
    const bits = (count: number): string[] =>
      Array.from(
        { length: count },
        (_, bit) => `|(${this.#name} & ${count}'d${2n ** BigInt(count - 1 - bit)})`,
      );
    if (right !== "0" && width === undefined) return refusedLoop(PART);
    const value = right === "0" ? `${this.#name}[${left}:0]` : `{${bits(width as number).join(", ")}}`;
    return this.#type.isSigned ? `$signed(${value})` : value;
  }

  /** Where the operator stands by which the loop's body assigns the variable, if it does so here. */
  #assignedAt(at: number): number | undefined {
    if (/^(\+\+|--)$/.test(this.#text(at - 1))) return at - 1;
    const isStart = this.#isStart(at) || (this.#text(at - 1) === "(" && this.#text(at - 2) === "for");
    const first = isStart ? at : this.#braceBefore(at);
    if (first === undefined) return undefined;
    let operator = first === at ? at + 1 : closing(this.#tokens, first) + 1;
    while (this.#text(operator) === "[") operator = closing(this.#tokens, operator) + 1;
    return ASSIGNMENT.test(this.#text(operator)) ? operator : undefined;
  }

  /** Whether a statement begins here. */
  #isStart(at: number): boolean {
    const isLabelled = this.#text(at - 2) === ":" && this.#text(at - 3) === "begin";
    return isLabelled || /^(begin|end|else|[;):])$/.test(this.#text(at - 1));
  }

  /** The brace of a concatenation with which a statement begins, of which the token is a part; not of an index in it. */
  #braceBefore(at: number): number | undefined {
    let depth = 0;
    for (let before = at - 1; before > this.#header.close && this.#text(before) !== ";"; before--) {
      const text = this.#text(before);
      if (/^[)\]}]$/.test(text)) depth++;
      else if (/^[([{]$/.test(text) && depth > 0) depth--;
      else if (/^[([]$/.test(text)) return undefined;
      else if (text === "{" && this.#isStart(before)) return before;
    }
    return undefined;
  }

  #refuseAssignment(at: number, operator: number): TextEdit[] {
    const text = this.#text(operator);
    const value = `= ${refusedLoop("a loop variable that its loop assigns")}`;
    if (operator < at) return [this.#replace(operator, ""), this.#replace(at, `${this.#name} ${value}`)];
    return [this.#replace(operator, text.length === 2 && text[0] === text[1] ? value : `${value} +`)];
  }

  /** A variable of few bits may never meet the condition, by which a simulator hangs. */
  #isEndless(): boolean {
    const width = this.#width();
    if (this.#isInteger || width === undefined || width > MOST_BITS) return false;
    const { variable, close } = this.#header;
    const header = this.#tokens.slice(variable, close + 1);
    try {
      const parser = new LoopParser([...tokensOf("for ("), ...header, ...tokensOf("begin end")], 0);
      return !ends(parser.statement(), { width, isSigned: this.#type.isSigned, value: undefined });
    } catch (error) {
      if (error instanceof NotTakenError) return false;
      throw error;
    }
  }
}

const PART = "a loop variable whose range does not end at 0";
const ASSIGNMENT = /^(<?=|\+\+|--|[-+*/%&|^]=|<<<?=|>>>?=)$/;
const MOST_BITS = 16;

/** The brace or bracket that closes the one at `at`. */
function closing(tokens: readonly Token[], at: number): number {
  let depth = 0;
  for (let end = at; end < tokens.length; end++) {
    const text = tokens[end]?.text ?? "";
    if (/^[([{]$/.test(text)) depth++;
    if (/^[)\]}]$/.test(text) && --depth === 0) return end;
  }
  return tokens.length - 1;
}

/** Whether a loop over nothing but its variable meets its condition at last. Throws `NotTakenError` for any other. */
function ends(loop: Statement, variable: Variable): boolean {
  const [start, step] = loop.kind === "for" ? [loop.start, loop.step] : [];
  if (loop.kind !== "for" || start?.kind !== "assignment" || step?.kind !== "assignment") return true;
  const scope = (name: string): Variable => {
    if (name !== start.name) throw new NotTakenError(`the value of ${name}`);
    return variable;
  };
  const first = constantValue(start.value, scope, variable);
  const condition = constantValue(loop.condition, scope);
  const next = constantValue(step.value, scope, variable);
  variable.value = first();
  for (let steps = 0; steps <= 2 ** variable.width; steps++) {
    if (condition() === 0n) return true;
    variable.value = next();
  }
  return false;
}
