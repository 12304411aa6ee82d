import { statementEnd } from "./statement-end.ts";
import { type Token, tokensOf } from "./verilog-tokens.ts";

/**
 * What the always blocks that begin on a line assign with = or one of its kin. Lines are those of the source, whatever is written into it
 * before Yosys reads it; columns are not.
 */
export function blockingAssignments(text: string, line: number): ReadonlySet<string> {
  const tokens = tokensOf(text);
  const names = new Set<string>();
  for (const [at, token] of tokens.entries()) {
    if (token.line !== line || !/^always(_ff|_comb|_latch)?$/.test(token.text)) continue;
    const end = blockEnd(tokens, at);
    for (let each = at; each <= end; each++) for (const name of assignedAt(tokens, each)) names.add(name);
  }
  return names;
}

function blockEnd(tokens: readonly Token[], always: number): number {
  let at = always + 1;
  if (tokens[at]?.text === "@") at++;
  if (tokens[at]?.text === "(") at = closing(tokens, at, 1) + 1;
  return statementEnd(tokens, at);
}

const ASSIGNMENT = /^([-+*/%&|^]?=|<<<?=|>>>?=)$/;

/** By the operator at a token. */
function assignedAt(tokens: readonly Token[], at: number): string[] {
  const text = tokens[at]?.text ?? "";
  const isStep = /^(\+\+|--)$/.test(text);
  if (!isStep && !ASSIGNMENT.test(text)) return [];
  if (isStep && tokens[at + 1]?.kind === "word") return [tokens[at + 1]?.text ?? ""];
  let last = at - 1;
  while (tokens[last]?.text === "]") last = closing(tokens, last, -1) - 1;
  const first = tokens[last]?.text === "}" ? closing(tokens, last, -1) : last;
  return tokens.slice(first, last + 1).flatMap(({ kind, text: name }) => (kind === "word" ? [name] : []));
}

/** The bracket that belongs to the one at `at`, in a direction. */
function closing(tokens: readonly Token[], at: number, direction: 1 | -1): number {
  let depth = 0;
  for (let each = at; each >= 0 && each < tokens.length; each += direction) {
    const text = tokens[each]?.text ?? "";
    if (/^[([{]$/.test(text)) depth += direction;
    else if (/^[)\]}]$/.test(text)) depth -= direction;
    if (depth === 0) return each;
  }
  return at;
}
