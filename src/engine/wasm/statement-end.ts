import type { Token } from "./verilog-tokens.ts";

const CLOSED_BY: Readonly<Record<string, RegExp>> = {
  begin: /^end$/,
  fork: /^join(_any|_none)?$/,
  case: /^endcase$/,
  casex: /^endcase$/,
  casez: /^endcase$/,
};

/** The last token of the statement that begins with a token. */
export function statementEnd(tokens: readonly Token[], first: number): number {
  let at = first;
  // A chain of these may be longer than the stack is deep.
  while (textAt(tokens, at) === "if") {
    const then = statementEnd(tokens, afterParentheses(tokens, at + 1));
    if (textAt(tokens, then + 1) !== "else") return then;
    at = then + 2;
  }
  const text = textAt(tokens, at);
  if (text in CLOSED_BY) {
    const end = blockEnd(tokens, at);
    return textAt(tokens, end + 1) === ":" ? end + 2 : end;
  }
  if (/^(for|while|repeat)$/.test(text)) return statementEnd(tokens, afterParentheses(tokens, at + 1));
  for (let end = at; end < tokens.length; end++) if (textAt(tokens, end) === ";") return end;
  return tokens.length - 1;
}

function blockEnd(tokens: readonly Token[], at: number): number {
  const closings: RegExp[] = [];
  for (let end = at; end < tokens.length; end++) {
    const text = textAt(tokens, end);
    const closing = CLOSED_BY[text];
    if (closing !== undefined) closings.push(closing);
    else if (closings.at(-1)?.test(text) === true) closings.pop();
    if (closings.length === 0) return end;
  }
  return tokens.length - 1;
}

/** The token after the parenthesis that closes the one at `at`, if there is one. */
export function afterParentheses(tokens: readonly Token[], at: number): number {
  if (textAt(tokens, at) !== "(") return at;
  let depth = 0;
  for (let end = at; end < tokens.length; end++) {
    const text = textAt(tokens, end);
    if (/^[([{]$|^'\{$/.test(text)) depth++;
    if (/^[)\]}]$/.test(text) && --depth === 0) return end + 1;
  }
  return tokens.length;
}

/** The token at which the text of a macro ends that `define` begins. */
export function macroEnd(tokens: readonly Token[], at: number): number {
  let { line } = tokens[at] as Token;
  let end = at;
  while (tokens[end + 1]?.line === line) {
    end++;
    if (textAt(tokens, end) === "\\") line++;
  }
  return end;
}

function textAt(tokens: readonly Token[], at: number): string {
  return tokens[at]?.text ?? "";
}
