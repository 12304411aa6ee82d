import { refusedLoop as refused } from "./mark-refused.ts";
import { applyEdits, type TextEdit } from "./text-edits.ts";
import { type Token, tokensOf } from "./verilog-tokens.ts";

/**
 * Values of no bits, as far as numbers in the source show them, of which Yosys makes 0: an indexed part of 0 bits, and a
 * replication by 0 that is all of what it stands in (IEEE 1800-2017, sections 11.5.1 and 11.4.12.1).
 */
export function refuseEmptyValues(text: string): string {
  if (!/[+-]:\s*0+\s*\]|\{\s*0+\s*\{/.test(text)) return text;
  const tokens = tokensOf(text);
  const edits = tokens.flatMap((token, at): TextEdit[] => {
    if (!/^0+$/.test(token.text)) return [];
    const phrase = isPart(tokens, at) ? PART : isReplication(tokens, at) ? REPLICATION : undefined;
    return phrase === undefined
      ? []
      : [{ index: token.index, length: token.text.length, text: refused(phrase) }];
  });
  return applyEdits(text, edits);
}

const PART = "an indexed part of 0 bits";
const REPLICATION = "a replication by 0 that is not a part of a concatenation";

function isPart(tokens: readonly Token[], at: number): boolean {
  const sign = tokens[at - 2]?.text ?? "";
  return /^[+-]$/.test(sign) && tokens[at - 1]?.text === ":" && tokens[at + 1]?.text === "]";
}

function isReplication(tokens: readonly Token[], at: number): boolean {
  if (tokens[at - 1]?.text !== "{" || tokens[at + 1]?.text !== "{") return false;
  let depth = 0;
  for (let end = at - 1; end < tokens.length; end++) {
    const text = tokens[end]?.text;
    if (text === "{") depth++;
    if (text === "}" && --depth === 0) return tokens[at - 2]?.text !== "," && tokens[end + 1]?.text !== ",";
  }
  return false;
}
