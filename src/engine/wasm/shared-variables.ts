import { afterParentheses, statementEnd } from "./statement-end.ts";
import { applyEdits, type TextEdit } from "./text-edits.ts";
import { type Header, headerOf } from "./typed-loops.ts";
import { declarationsOf, type VariableType } from "./variable-types.ts";
import { type Token, tokensOf } from "./verilog-tokens.ts";

/** What the names of blocks begin with that have variables of their own. */
const OWN_PREFIX = "hilt_own_";

/**
 * Where a combinational block has a loop over a variable that other blocks use too, Yosys puts in the variable's place what
 * it is after that loop, and the other blocks drive a constant. Such a block gets a variable of its own, if everything that
 * reads the variable stands in a loop over it.
 */
export function separateLoopVariables(text: string): string {
  if (!/\bfor\s*\(/.test(text) || !COMBINATIONAL.test(text)) return text;
  const tokens = tokensOf(text);
  const { types } = declarationsOf(tokens);
  const edits: TextEdit[] = [];
  for (let at = 0; at < tokens.length; at++) {
    if (!/^(?:macro)?module$/.test(tokens[at]?.text ?? "")) continue;
    const end = tokens.findIndex(({ text: each }, index) => index > at && each === "endmodule");
    edits.push(...new ModuleLoops(tokens, types, at, end).edits());
    at = Math.max(at, end);
  }
  return applyEdits(text, edits);
}

/** A name as it is in the source; undefined for a variable that is not there. */
export function withoutOwn(name: string): string | undefined {
  return /(?:^|\.)hilt_own_\d+\.[^.]+$/.test(name) ? undefined : name.replace(/hilt_own_\d+\./g, "");
}

const COMBINATIONAL = /\balways(?:_comb|_latch|\s*@\s*(?:\*|\((?![^)]*\b(?:pos|neg)edge\b)))/;

class ModuleLoops {
  readonly #tokens: readonly Token[];
  readonly #types: ReadonlyMap<number, VariableType>;
  readonly #from: number;
  readonly #to: number;
  readonly #loops: readonly Header[];

  constructor(tokens: readonly Token[], types: ReadonlyMap<number, VariableType>, from: number, to: number) {
    this.#tokens = tokens;
    this.#types = types;
    this.#from = from;
    this.#to = to;
    this.#loops = this.#range(from, to).flatMap((at) =>
      this.#text(at) === "for" ? (headerOf(tokens, at) ?? []) : [],
    );
  }

  edits(): TextEdit[] {
    return this.#range(this.#from, this.#to).flatMap((at) => {
      const first = this.#combinational(at);
      return first === undefined ? [] : this.#blockEdits(first, statementEnd(this.#tokens, first));
    });
  }

  #range(from: number, to: number): number[] {
    return Array.from({ length: Math.max(0, to - from) }, (_, at) => from + at);
  }

  #text(at: number): string {
    return this.#tokens[at]?.text ?? "";
  }

  /** Where the statement of a combinational block begins that begins here. */
  #combinational(at: number): number | undefined {
    const text = this.#text(at);
    if (text === "always_comb" || text === "always_latch") return at + 1;
    if (text !== "always" || this.#text(at + 1) !== "@") return undefined;
    const first = afterParentheses(this.#tokens, at + 2);
    if (first === at + 2) return this.#text(first) === "*" ? first + 1 : undefined;
    return this.#range(at, first).some((each) => /^(?:pos|neg)edge$/.test(this.#text(each)))
      ? undefined
      : first;
  }

  #blockEdits(first: number, last: number): TextEdit[] {
    const own = this.#loops.filter(({ variable }) => variable > first && variable < last);
    const names = [...new Set(own.map(({ variable }) => this.#text(variable)))];
    const declared = names.flatMap((name) => {
      const variable = own.find((loop) => this.#text(loop.variable) === name)?.variable as number;
      return this.#isShared(name, first, last) ? [declarationOf(name, this.#types.get(variable))] : [];
    });
    if (declared.length === 0 || declared.includes(undefined)) return [];
    const [start, end] = [this.#tokens[first], this.#tokens[last]] as [Token, Token];
    const block = `begin : ${OWN_PREFIX}${start.index} ${declared.join("; ")}; `;
    return [
      { index: start.index, length: 0, text: block },
      { index: end.index + end.text.length, length: 0, text: " end" },
    ];
  }

  /** Whether something outside the block uses it too, and all that does so stands in loops over it. */
  #isShared(name: string, first: number, last: number): boolean {
    const uses = this.#range(this.#from, this.#to).filter(
      (at) => this.#text(at) === name && this.#text(at - 1) !== "." && !this.#isDeclaration(at),
    );
    const isInLoop = (at: number): boolean =>
      this.#loops.some(({ variable, end }) => this.#text(variable) === name && at >= variable && at <= end);
    return uses.every(isInLoop) && uses.some((at) => at < first || at > last);
  }

  #isDeclaration(at: number): boolean {
    for (let before = at - 1; before > this.#from; before--) {
      const text = this.#text(before);
      if (/^(?:;|begin|end|else)$/.test(text)) return false;
      if (/^(?:integer|reg|logic|bit|byte|shortint|int|longint|time|genvar)$/.test(text)) return true;
    }
    return false;
  }
}

/** Undefined: of a type that is not known, or the variable of a generate loop. */
function declarationOf(name: string, type: VariableType | undefined): string | undefined {
  if (type === undefined || type.isGenvar) return undefined;
  if (type.isSigned && type.range?.join(":") === "31:0") return `integer ${name}`;
  const range = type.range === undefined ? "" : `[${type.range.join(":")}] `;
  return `reg ${type.isSigned ? "signed " : ""}${range}${name}`;
}
