import { afterDelay, opening, valueEnd } from "./element-parts.ts";
import { copyOf } from "./indexed-parts.ts";
import { refusedLoop } from "./mark-refused.ts";
import { macroEnd } from "./statement-end.ts";
import { isStatementStart } from "./statement-start.ts";
import { applyEdits, type TextEdit } from "./text-edits.ts";
import { headerOf } from "./typed-loops.ts";
import { declarationsOf } from "./variable-types.ts";
import { type Token, tokensOf } from "./verilog-tokens.ts";

const CONCATENATION = /\}\s*<?=(?!=)/;

/**
 * Yosys writes a concatenation that is assigned, `{y[i], z} = a`, to where it reads a part whose index is not a constant, and it is lost:
 * that is refused. By `<=` each of its parts is assigned on its own, also where one of them stands beside `y[i] <= b`, which
 * Yosys does not take. The variable of a loop is a constant in the loop.
 */
export function splitMovingTargets(text: string): string {
  if (!CONCATENATION.test(text)) return text;
  const tokens = tokensOf(text);
  const targets = targetsOf(tokens);
  if (targets.length === 0) return text;
  const { types } = declarationsOf(tokens);
  const word = (at: number): string => tokens[at]?.text ?? "";
  const loops = tokens.flatMap(({ text: each }, at) => (each === "for" ? (headerOf(tokens, at) ?? []) : []));
  const moves = (at: number): boolean =>
    types.get(at)?.isGenvar === false &&
    !loops.some(({ variable, end }) => word(variable) === word(at) && at >= variable && at <= end);
  const names = movingNames(tokens, moves);
  for (const { first, last } of targets)
    if (word(last + 1) === "<=" && movesIn(tokens, first, last, moves))
      for (const { kind, text: each } of tokens.slice(first, last)) if (kind === "word") names.add(each);
  const edits = targets.flatMap(({ first, last }): TextEdit[] => {
    const isMoving = movesIn(tokens, first, last, moves);
    if (word(last + 1) === "<=") {
      const isBeside = tokens.slice(first, last).some(({ text: each }) => names.has(each));
      return isMoving || isBeside ? splitEdits(tokens, text, first, last) : [];
    }
    const { index } = tokens[last + 2] as Token;
    return isMoving ? [{ index, length: 0, text: `${refusedLoop(WORDS)} + ` }] : [];
  });
  return applyEdits(text, edits);
}

const WORDS = "an assigned concatenation with a part whose index is not a constant";

type Moves = (at: number) => boolean;

/** Whether an index between two tokens is not a constant. */
function movesIn(tokens: readonly Token[], first: number, last: number, moves: Moves): boolean {
  let depth = 0;
  for (let at = first; at < last; at++) {
    const text = tokens[at]?.text ?? "";
    if (text === "[") depth++;
    else if (text === "]") depth--;
    else if (depth > 0 && moves(at)) return true;
  }
  return false;
}

/** Of which something assigns a part by `<=` whose index is not a constant. */
function movingNames(tokens: readonly Token[], moves: Moves): Set<string> {
  return new Set(
    tokens.flatMap(({ text }, at) => {
      if (text !== "]" || tokens[at + 1]?.text !== "<=") return [];
      let base = at;
      while (tokens[base]?.text === "]") base = opening(tokens, base) - 1;
      return isStatementStart(tokens, base) && movesIn(tokens, base, at, moves)
        ? [tokens[base]?.text ?? ""]
        : [];
    }),
  );
}

/** What is assigned has the bits of the wider of the two sides. */
function splitEdits(tokens: readonly Token[], text: string, first: number, last: number): TextEdit[] {
  const start = afterDelay(tokens, last + 2);
  const end = valueEnd(tokens, start, tokens.length);
  const [from, to] = [tokens[first], tokens[end]] as [Token, Token | undefined];
  if (to?.text !== ";") return [];
  const parts = partsOf(tokens, first + 1, last);
  const zero = `$signed({$bits({${parts.join(", ")}}){1'b0}})`;
  const value = `{(${copyOf(tokens.slice(start, end))}) + ${zero}}`;
  const assigned = parts.map((part, at) => {
    const others = parts.slice(at + 1).join(", ");
    return `${part} <= ${copyOf(tokens.slice(last + 2, start))} ${value}${others === "" ? "" : ` >> $bits({${others}})`};`;
  });
  const breaks = text.slice(from.index, to.index).replace(/[^\n]/g, "");
  return [
    {
      index: from.index,
      length: to.index + 1 - from.index,
      text: `begin ${assigned.join(" ")} end${breaks}`,
    },
  ];
}

/** Of a concatenation, in which may be others. */
function partsOf(tokens: readonly Token[], first: number, last: number): string[] {
  const parts: string[] = [];
  let from = first;
  for (let at = first, depth = 0; at <= last; at++) {
    const text = tokens[at]?.text ?? "";
    if (depth === 0 && (text === "," || at === last)) {
      const isInner = tokens[from]?.text === "{";
      parts.push(...(isInner ? partsOf(tokens, from + 1, at - 1) : [copyOf(tokens.slice(from, at))]));
      from = at + 1;
    }
    if (/^[([{]$/.test(text)) depth++;
    if (/^[)\]}]$/.test(text)) depth--;
  }
  return parts;
}

/** From a brace with which a statement begins to the one that closes it, where it is assigned. */
function targetsOf(tokens: readonly Token[]): { first: number; last: number }[] {
  const targets: { first: number; last: number }[] = [];
  const open: number[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const text = tokens[at]?.text ?? "";
    if (text === "`define") at = macroEnd(tokens, at);
    else if (text === "{") open.push(at);
    else if (text === "}") {
      const first = open.pop();
      if (
        first !== undefined &&
        open.length === 0 &&
        isStatementStart(tokens, first) &&
        /^<?=$/.test(tokens[at + 1]?.text ?? "")
      )
        targets.push({ first, last: at });
    }
  }
  return targets;
}
