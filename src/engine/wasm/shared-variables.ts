import { refusedLoop } from "./mark-refused.ts";
import { afterParentheses, statementEnd } from "./statement-end.ts";
import { applyEdits, type TextEdit } from "./text-edits.ts";
import { type Header, headerOf } from "./typed-loops.ts";
import { declarationsOf, type VariableType } from "./variable-types.ts";
import { type Token, tokensOf } from "./verilog-tokens.ts";

/** What the names of blocks begin with that have variables of their own. */
const OWN_PREFIX = "hilt_own_";

/**
 * Where a combinational block, a function, or a task has a loop over a variable that others use too, Yosys puts in the variable's
 * place what it is after that loop, and the others drive a constant. Each of them gets a variable of its own, if everything that
 * reads the variable stands in a loop over it. A loop that calls what assigns its variable is refused.
 */
export function separateLoopVariables(text: string): string {
  if (!/\bfor\s*\(/.test(text) || !(COMBINATIONAL.test(text) || SUBROUTINE.test(text))) return text;
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

const SUBROUTINE = /\b(?:function|task)\b/;

const ASSIGNED = "a loop variable that a function or task assigns which the loop calls";

/** A function or a task. */
interface Subroutine {
  readonly at: number;
  readonly name: string;
  /** After its header. */
  readonly body: number;
  readonly end: number;
}

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
    const subroutines = this.#subroutines();
    return this.#range(this.#from, this.#to).flatMap((at) => {
      const subroutine = subroutines.find((each) => each.at === at);
      if (subroutine !== undefined) return this.#subroutineEdits(subroutine);
      if (this.#text(at) === "for") return this.#callEdits(at, subroutines);
      const first = this.#combinational(at);
      return first === undefined ? [] : this.#blockEdits(first, statementEnd(this.#tokens, first));
    });
  }

  #subroutines(): Subroutine[] {
    return this.#range(this.#from, this.#to).flatMap((at) => {
      const text = this.#text(at);
      if (text !== "function" && text !== "task") return [];
      const after = this.#range(at, this.#to);
      const name = after.find((each) => /^[(;]$/.test(this.#text(each + 1))) ?? at;
      const body = after.find((each) => this.#text(each) === ";") ?? at;
      const end = after.find((each) => this.#text(each) === `end${text}`) ?? at;
      return [{ at, name: this.#text(name), body: body + 1, end }];
    });
  }

  #subroutineEdits({ body, end }: Subroutine): TextEdit[] {
    const declared = this.#ownNames(body, end, () => true);
    if (declared.length === 0 || declared.includes(undefined)) return [];
    return [{ index: (this.#tokens[body] as Token).index, length: 0, text: `${declared.join("; ")}; ` }];
  }

  /** What a call changes the loop's variable to is not known before the loop runs. */
  #callEdits(at: number, subroutines: readonly Subroutine[]): TextEdit[] {
    const header = headerOf(this.#tokens, at);
    if (header === undefined || subroutines.length === 0 || this.#isLocal(header.variable)) return [];
    const called = this.#assignedIn(header.close, header.end, subroutines, new Set());
    if (!called.has(this.#text(header.variable))) return [];
    const { index } = this.#tokens[header.start] as Token;
    return [{ index, length: 0, text: `${refusedLoop(ASSIGNED)} + ` }];
  }

  /** The module's variables over which what is called between two tokens has loops. */
  #assignedIn(
    from: number,
    to: number,
    subroutines: readonly Subroutine[],
    seen: Set<Subroutine>,
  ): Set<string> {
    const called = this.#range(from, to).flatMap((at) => {
      const found = subroutines.find(({ name }) => name === this.#text(at));
      // In a function its name is its result.
      const isResult = found !== undefined && at > found.at && at < found.end;
      return found === undefined || isResult || seen.has(found) ? [] : [found];
    });
    const assigned = new Set<string>();
    for (const each of new Set(called)) {
      seen.add(each);
      const loops = this.#loops.filter(({ variable }) => variable > each.body && variable < each.end);
      for (const { variable } of loops) if (!this.#isLocal(variable)) assigned.add(this.#text(variable));
      for (const name of this.#assignedIn(each.body, each.end, subroutines, seen)) assigned.add(name);
    }
    return assigned;
  }

  /** Whether it is declared in a block, a function, or a task round it. */
  #isLocal(variable: number): boolean {
    let depth = 0;
    for (let at = variable; at > this.#from; at--) {
      const text = this.#text(at);
      if (/^(?:end|endfunction|endtask)$/.test(text)) depth++;
      if (depth === 0 && /^(?:function|task|initial|always\w*)$/.test(text)) return false;
      if (depth > 0 && /^(?:begin|function|task)$/.test(text)) depth--;
      if (depth === 0 && text === this.#text(variable) && this.#isDeclaration(at)) return true;
    }
    return false;
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
    const declared = this.#ownNames(first, last, (at) => at < first || at > last);
    if (declared.length === 0 || declared.includes(undefined)) return [];
    const [start, end] = [this.#tokens[first], this.#tokens[last]] as [Token, Token];
    const block = `begin : ${OWN_PREFIX}${start.index} ${declared.join("; ")}; `;
    return [
      { index: start.index, length: 0, text: block },
      { index: end.index + end.text.length, length: 0, text: " end" },
    ];
  }

  /** Declarations of the variables of loops between two tokens of which some use makes it necessary. */
  #ownNames(first: number, last: number, isReason: (use: number) => boolean): (string | undefined)[] {
    const own = new Map<string, number>();
    for (const { variable } of this.#loops)
      if (variable > first && variable < last && !this.#isLocal(variable))
        own.set(this.#text(variable), variable);
    return [...own].flatMap(([name, variable]) =>
      this.#isSeparable(name, isReason) ? [declarationOf(name, this.#types.get(variable))] : [],
    );
  }

  /** Whether all that uses it stands in loops over it. */
  #isSeparable(name: string, isReason: (use: number) => boolean): boolean {
    const uses = this.#range(this.#from, this.#to).filter(
      (at) => this.#text(at) === name && this.#text(at - 1) !== "." && !this.#isDeclaration(at),
    );
    const isInLoop = (at: number): boolean =>
      this.#loops.some(({ variable, end }) => this.#text(variable) === name && at >= variable && at <= end);
    return uses.every(isInLoop) && uses.some(isReason);
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
