import { afterParentheses, macroEnd, statementEnd } from "./statement-end.ts";
import { applyEdits, type TextEdit } from "./text-edits.ts";
import { declarationsOf, type VariableType } from "./variable-types.ts";
import { type Token, tokensOf } from "./verilog-tokens.ts";

/** Arms of a chain that stays as it is. */
const FEW_ARMS = 64;

/**
 * Yosys recurses into each `else`, some thousands deep at most. A long chain of `if ... else if ... else` in a block becomes
 * a `case` of the same arms: of the selector, where each arm compares the same vector with one constant or name, which
 * makes a table or a jump of it, or else of the conditions in their order.
 */
export function flattenChains(text: string): string {
  if ((text.match(/\belse\s+if\b/g)?.length ?? 0) < FEW_ARMS) return text;
  const tokens = tokensOf(text);
  const { types } = declarationsOf(tokens);
  const edits: TextEdit[] = [];
  let open = 0;
  for (let at = 0; at < tokens.length; at++) {
    const word = tokens[at]?.text ?? "";
    if (word === "`define") at = macroEnd(tokens, at);
    else if (BLOCK.test(word)) open = Math.max(open, blockEnd(tokens, at));
    else if (word === "if" && at < open && !isElse(tokens, at))
      edits.push(...new Chain(tokens, types, at).edits());
  }
  return applyEdits(text, edits);
}

const BLOCK = /^(always|always_comb|always_ff|always_latch|initial|function|task)$/;

/** The last token of an always block, a function or a task. */
function blockEnd(tokens: readonly Token[], at: number): number {
  const word = tokens[at]?.text ?? "";
  if (word === "function" || word === "task") {
    const end = tokens.findIndex(({ text }, each) => each > at && text === `end${word}`);
    return end < 0 ? at : end;
  }
  const event = tokens[at + 1]?.text === "@";
  return statementEnd(
    tokens,
    event ? afterParentheses(tokens, tokens[at + 2]?.text === "(" ? at + 2 : at + 3) : at + 1,
  );
}

/** Part of a chain that began before, or of a kind that says more about its arms. */
function isElse(tokens: readonly Token[], at: number): boolean {
  return /^(else|unique|unique0|priority)$/.test(tokens[at - 1]?.text ?? "");
}

interface Arm {
  /** Its `if`, the parenthesis that closes its condition, and the last token of its statement. */
  readonly at: number;
  readonly close: number;
  readonly end: number;
}

class Chain {
  readonly #tokens: readonly Token[];
  readonly #types: ReadonlyMap<number, VariableType>;
  readonly #arms: Arm[] = [];
  /** The last `else`, if it is not of another arm. */
  readonly #otherwise: number | undefined;
  readonly #end: number;

  constructor(tokens: readonly Token[], types: ReadonlyMap<number, VariableType>, first: number) {
    this.#tokens = tokens;
    this.#types = types;
    let at = first;
    for (;;) {
      const close = afterParentheses(tokens, at + 1) - 1;
      const end = statementEnd(tokens, close + 1);
      this.#arms.push({ at, close, end });
      if (this.#text(end + 1) !== "else" || this.#text(end + 2) !== "if") break;
      at = end + 2;
    }
    const { end } = this.#arms.at(-1) as Arm;
    this.#otherwise = this.#text(end + 1) === "else" ? end + 1 : undefined;
    this.#end = this.#otherwise === undefined ? end : statementEnd(tokens, end + 2);
  }

  edits(): TextEdit[] {
    // A chain that goes on under a condition of the preprocessor is two.
    if (this.#arms.length < FEW_ARMS || this.#text(this.#end + 1).startsWith("`")) return [];
    const selector = this.#selector();
    const last = this.#tokens[this.#end] as Token;
    return [
      ...this.#arms.flatMap((arm, index) => [
        ...(index === 0
          ? [this.#replaced(arm.at, `case (${selector ?? "1'b1"})`)]
          : [this.#replaced(arm.at - 1, ""), this.#replaced(arm.at, "")]),
        ...this.#item(arm, selector),
      ]),
      ...(this.#otherwise === undefined ? [] : [this.#replaced(this.#otherwise, "default:")]),
      { index: last.index + last.text.length, length: 0, text: " endcase" },
    ];
  }

  #text(at: number): string {
    return this.#tokens[at]?.text ?? "";
  }

  #replaced(at: number, text: string): TextEdit {
    const { index, text: old } = this.#tokens[at] as Token;
    return { index, length: old.length, text };
  }

  /** A condition of several bits holds where it is not 0. */
  #item({ at, close }: Arm, selector: string | undefined): TextEdit[] {
    if (selector === undefined) return [this.#replaced(at + 1, " |("), this.#replaced(close, "):")];
    const compared = this.#comparison({ at, close, end: close }) as Comparison;
    const tokens = this.#tokens.slice(at + 1, close + 1);
    return tokens.map((_, each) => this.#replaced(at + 1 + each, each === 0 ? ` ${compared.value}:` : ""));
  }

  /** What every arm compares. */
  #selector(): string | undefined {
    const [first, ...others] = this.#arms.map((arm) => this.#comparison(arm));
    if (first === undefined || others.some((other) => other?.selector !== first.selector)) return undefined;
    return first.selector;
  }

  /**
   * `vector == value`: without a sign, so that a `case`, which has one width and one sign for all its items, compares them as
   * the arms did.
   */
  #comparison({ at, close }: Arm): Comparison | undefined {
    const equal = at + 2 + this.#tokens.slice(at + 2, close).findIndex(({ text }) => text === "==");
    const type = this.#types.get(at + 2);
    if (equal < at + 2 || type === undefined || type.isGenvar || !/^\w/.test(this.#text(at + 2)))
      return undefined;
    const [selector, value] = [this.#tokens.slice(at + 2, equal), this.#tokens.slice(equal + 1, close)];
    const isPart = selector[1]?.text === "[" && /^\[[^[\]]*\]$/.test(joined(selector.slice(1)));
    if (!isPart && (selector.length > 1 || type.isSigned)) return undefined;
    return VALUE.test(joined(value)) ? { selector: joined(selector), value: joined(value) } : undefined;
  }
}

interface Comparison {
  readonly selector: string;
  readonly value: string;
}

/** A number, or a name. */
const VALUE = /^(\w+|(\d+ )?'[sS]?[bodhBODH]\s*[\da-fA-F_]+)$/;

function joined(tokens: readonly Token[]): string {
  return tokens.map(({ text }) => text).join(" ");
}
