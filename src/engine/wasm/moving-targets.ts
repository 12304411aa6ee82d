import { refusedLoop } from "./mark-refused.ts";
import { macroEnd } from "./statement-end.ts";
import { isStatementStart } from "./statement-start.ts";
import { applyEdits, type TextEdit } from "./text-edits.ts";
import { headerOf } from "./typed-loops.ts";
import { declarationsOf } from "./variable-types.ts";
import { type Token, tokensOf } from "./verilog-tokens.ts";

const CONCATENATION = /\}\s*<?=(?!=)/;

/**
 * Refuses a concatenation that is assigned and has a part whose index is not a constant, `{y[i], z} = a`: Yosys writes it to where it
 * reads that part, and it is lost. The variable of a loop is a constant in the loop.
 */
export function refuseMovingTargets(text: string): string {
  if (!CONCATENATION.test(text)) return text;
  const tokens = tokensOf(text);
  const word = (at: number): string => tokens[at]?.text ?? "";
  const targets = targetsOf(tokens);
  if (targets.length === 0) return text;
  const { types } = declarationsOf(tokens);
  const loops = tokens.flatMap(({ text: each }, at) => (each === "for" ? (headerOf(tokens, at) ?? []) : []));
  const moves = (at: number): boolean =>
    types.get(at)?.isGenvar === false &&
    !loops.some(({ variable, end }) => word(variable) === word(at) && at >= variable && at <= end);
  const edits = targets.flatMap(({ first, last }): TextEdit[] => {
    let depth = 0;
    for (let at = first; at < last; at++) {
      if (word(at) === "[") depth++;
      else if (word(at) === "]") depth--;
      else if (depth > 0 && moves(at)) {
        const { index } = tokens[last + 2] as Token;
        return [{ index, length: 0, text: `${refusedLoop(WORDS)} + ` }];
      }
    }
    return [];
  });
  return applyEdits(text, edits);
}

const WORDS = "an assigned concatenation with a part whose index is not a constant";

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
