import type { Token } from "./verilog-tokens.ts";

const BEFORE_STATEMENT =
  /^(?:begin|end|else|fork|join\w*|endcase|do|forever|initial|final|always\w*|generate|endgenerate|assign|[;)*])$/;

/** Whether a statement begins here, after what ends the one before or a label of a case, not after `a ? b :`. */
export function isStatementStart(tokens: readonly Token[], at: number): boolean {
  const before = tokens[at - 1];
  if (before === undefined || before.kind === "directive" || tokens[at - 2]?.text === "#") return true;
  if (before.text === "*") return /^[@(]$/.test(tokens[at - 2]?.text ?? "");
  if (before.text !== ":")
    return BEFORE_STATEMENT.test(before.text) || /^[@#`]/.test(tokens[at - 2]?.text ?? "");
  for (let label = at - 2; label >= 0; label--) {
    const word = tokens[label]?.text ?? "";
    if (word === "?") return false;
    if (/^(?:begin|end|endcase|else|[;=])$/.test(word)) return true;
  }
  return false;
}
