import type { Token } from "./verilog-tokens.ts";

const BEFORE_STATEMENT =
  /^(?:begin|end|else|fork|join\w*|endcase|do|forever|initial|final|always\w*|generate|endgenerate|assign|[;)*])$/;

/** Whether a statement begins here, after what ends the one before, a block's name or a label of a case, not after `a ? b :`. */
export function isStatementStart(tokens: readonly Token[], at: number): boolean {
  const before = tokens[at - 1];
  if (before === undefined || before.kind === "directive" || tokens[at - 2]?.text === "#") return true;
  if (isBlockName(tokens, at - 1)) return true;
  if (before.text === "*") return /^[@(]$/.test(tokens[at - 2]?.text ?? "");
  if (before.text !== ":")
    return BEFORE_STATEMENT.test(before.text) || /^[@#`]/.test(tokens[at - 2]?.text ?? "");
  return isLabel(tokens, at - 1);
}

/** Whether a colon is that of a label of a case, rather than of a choice. */
function isLabel(tokens: readonly Token[], colon: number): boolean {
  for (let [at, depth] = [colon - 1, 0]; at >= 0 && depth >= 0; at--) {
    const word = tokens[at]?.text ?? "";
    if (/^[)\]}]$/.test(word)) depth++;
    else if (/^[([{]$|^'\{$/.test(word)) depth--;
    else if (depth === 0 && word === "?") return false;
    else if (depth === 0 && /^(?:begin|end|case[xz]?|endcase|else|[;=])$/.test(word)) return true;
  }
  return false;
}

function isBlockName(tokens: readonly Token[], at: number): boolean {
  return tokens[at - 1]?.text === ":" && /^(?:begin|fork|end|join\w*)$/.test(tokens[at - 2]?.text ?? "");
}
