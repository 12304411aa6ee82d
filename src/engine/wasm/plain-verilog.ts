import { afterParentheses } from "./statement-end.ts";
import { applyEdits, type TextEdit } from "./text-edits.ts";
import { type Token, tokensOf } from "./verilog-tokens.ts";

/** Directives of IEEE 1364-2005, section 19 and annex A.9, and of IEEE 1800-2017, section 22, that change nothing here, with as many words after them. */
const IGNORED: ReadonlyMap<string, number> = new Map([
  ["`begin_keywords", 1],
  ["`end_keywords", 0],
  ["`nounconnected_drive", 0],
  ["`default_decay_time", 1],
  ["`default_trireg_strength", 1],
  ...["path", "distributed", "unit", "zero"].map((mode) => [`\`delay_mode_${mode}`, 0] as const),
  ["`suppress_faults", 0],
  ["`nosuppress_faults", 0],
  ["`enable_portfaults", 0],
  ["`disable_portfaults", 0],
]);

/**
 * Writes what Yosys' reader lacks in words that it knows. Lines stay: a byte order mark, directives that change nothing, `` `__FILE__`` and
 * `` `__LINE__`` (in a macro: of its definition), assertions with `else`.
 */
export function plainVerilog(path: string, text: string): string {
  const tokens = mayLack(path, text) ? tokensOf(text) : [];
  const edits = tokens.flatMap((token, at) => [
    ...directiveEdits(path, text, token, tokens[at + 1]),
    ...plusargsEdits(tokens, at),
  ]);
  return applyEdits(text, [...edits, ...(/\.svh?$/.test(path) ? assertionEdits(tokens) : [])]).replace(
    /^\uFEFF/,
    " ",
  );
}

const LACKING = new RegExp(["`__(?:LINE|FILE)__", "`pragma", "\\$plusargs", ...IGNORED.keys()].join("|"));

/** Most sources have nothing of the kind, and their tokens take time. */
function mayLack(path: string, text: string): boolean {
  return LACKING.test(text) || (/\.svh?$/.test(path) && /\bass(?:ert|ume)\b/.test(text));
}

function directiveEdits(path: string, text: string, token: Token, next: Token | undefined): TextEdit[] {
  if (token.kind !== "directive") return [];
  const { index, line, text: name } = token;
  if (name === "`__LINE__") return [{ index, length: name.length, text: String(line) }];
  if (name === "`__FILE__") return [{ index, length: name.length, text: JSON.stringify(path) }];
  if (name === "`pragma") {
    const end = text.indexOf("\n", index);
    return [blank(index, (end < 0 ? text.length : end) - index)];
  }
  const words = IGNORED.get(name);
  if (words === undefined) return [];
  const argument =
    words === 1 && next?.line === line && next.kind !== "word" ? [blank(next.index, next.text.length)] : [];
  return [blank(index, name.length), ...argument];
}

/** A simulation here has no arguments, so that none is found. */
function plusargsEdits(tokens: readonly Token[], at: number): TextEdit[] {
  if (!/^\$(test|value)\$plusargs$/.test(tokens[at]?.text ?? "")) return [];
  const [call, ...others] = tokens.slice(at, afterParentheses(tokens, at + 1)) as [Token, ...Token[]];
  return [
    { index: call.index, length: call.text.length, text: "32'sd0" },
    ...others.map(({ index, text }) => blank(index, text.length)),
  ];
}

function blank(index: number, length: number): TextEdit {
  return { index, length, text: " ".repeat(length) };
}

/** `assert (a) else b;` is `if (a) ; else b;`, and `assert (a) c; else b;` is `if (a) c; else b;`. */
function assertionEdits(tokens: readonly Token[]): TextEdit[] {
  const edits: TextEdit[] = [];
  const open: string[] = [];
  for (const [at, { text, index }] of tokens.entries()) {
    if (/^(?:begin|fork|case[xz]?)$/.test(text)) open.push(text);
    if (/^(?:end|endcase|join(?:_any|_none)?)$/.test(text)) open.pop();
    if (text !== "assert" && text !== "assume") continue;
    const otherwise = elseOf(tokens, at);
    if (otherwise === undefined) continue;
    edits.push({ index, length: text.length, text: "if" });
    if (otherwise.isAtOnce) edits.push({ index: otherwise.index, length: 0, text: "; " });
    edits.push(...labelEdits(tokens, at, open.at(-1)?.startsWith("case") === true));
  }
  return edits;
}

/** Yosys knows no label in front of an `if`. Directly in a `case` it is a choice, unless it comes after one. */
function labelEdits(tokens: readonly Token[], at: number, isInCase: boolean): TextEdit[] {
  const [colon, label, before] = [tokens[at - 1], tokens[at - 2], tokens[at - 3]];
  if (colon?.text !== ":" || label?.kind !== "word" || label.text === "default") return [];
  if (isInCase && before?.text !== ":") return [];
  return [blank(label.index, label.text.length), blank(colon.index, 1)];
}

/** The `else` of an immediate assertion: at once, or after one statement without blocks. */
function elseOf(tokens: readonly Token[], at: number): { index: number; isAtOnce: boolean } | undefined {
  if (tokens[at + 1]?.text !== "(") return undefined;
  let depth = 0;
  const close = tokens.findIndex(({ text }, index) => {
    if (index <= at) return false;
    if (text === "(") depth++;
    if (text === ")") depth--;
    return depth === 0;
  });
  const next = tokens[close + 1];
  if (close < 0 || next === undefined) return undefined;
  if (next.text === "else") return { index: next.index, isAtOnce: true };
  const end = tokens.findIndex(
    ({ text }, index) => index > close && /^(?:;|begin|if|case[xz]?|for)$/.test(text),
  );
  const after = tokens[end + 1];
  return tokens[end]?.text === ";" && end > close + 1 && after?.text === "else"
    ? { index: after.index, isAtOnce: false }
    : undefined;
}
