import { afterParentheses } from "./statement-end.ts";
import { applyEdits, type TextEdit } from "./text-edits.ts";
import { type Token, textOf, tokensOf } from "./verilog-tokens.ts";

/** Yosys has no trouble with so many different sets of open digits. */
const MOST_SETS = 10;
const OPEN_ITEM = /'[bB]\s*[01_]*[?zZxX]/g;

/**
 * Yosys looks for items of a case that those before them cover, in a time that doubles with each item whose open digits cut
 * the values in another way. A `casez` or `casex` with many such items becomes a choice between comparisons, which it does not
 * compare with each other: `case (1'b1) (((a) & ~4'b0111) == 4'b1000): ...` for `4'b1???`.
 */
export function compareOpenItems(text: string): string {
  if ((text.match(OPEN_ITEM) ?? []).length <= MOST_SETS) return text;
  const tokens = tokensOf(text);
  const edits = [...tokens.keys()]
    .filter((at) => /^case[xz]$/.test(tokens[at]?.text ?? ""))
    .flatMap((at) => caseEdits(tokens, at));
  return applyEdits(text, edits);
}

function caseEdits(tokens: readonly Token[], at: number): TextEdit[] {
  const first = afterParentheses(tokens, at + 1);
  const selector = tokens.slice(at + 2, first - 1);
  const { items, areAll } = itemsOf(tokens, first);
  const sets = new Set(items.map((item) => tokens[item]?.text.replace(/[^?zZxX]/g, "0")));
  if (sets.size <= MOST_SETS || !areAll) return [];
  const isWild = tokens[at]?.text === "casex" ? /[?zZxX]/g : /[?zZ]/g;
  if (items.some((item) => /[xX]/.test(tokens[item]?.text.replace(isWild, "") ?? ""))) return [];
  const copy = textOf(selector);
  return [
    replaced(tokens[at] as Token, "case"),
    ...selector.map((token, index) => replaced(token, index === 0 ? "1'b1" : "")),
    ...items.flatMap((item) => {
      const [size, digits] = [tokens[item - 1], tokens[item]] as [Token, Token];
      const value = digits.text.replace(isWild, "0");
      const free = digits.text.slice(2).replaceAll("1", "0").replace(isWild, "1");
      return [
        replaced(size, `(((${copy}) & ~${size.text}'b${free}) == ${size.text}${value})`),
        replaced(digits, ""),
      ];
    }),
  ];
}

function replaced({ index, text }: Token, by: string): TextEdit {
  return { index, length: text.length, text: by };
}

/** The digits of the items of a case, and whether each item has a size and binary digits, or is the default. */
function itemsOf(tokens: readonly Token[], first: number): { items: number[]; areAll: boolean } {
  const own = ownTokens(tokens, first);
  const items = own.filter((at) => isItem(tokens, at, first));
  const count = (...words: string[]): number =>
    own.filter((at) => words.includes(tokens[at]?.text ?? "")).length;
  const labels = items.filter((at) => tokens[at + 1]?.text === ":").length;
  const isLabelled = own.some((at) => tokens[at]?.text === "default" && tokens[at + 1]?.text === ":");
  return { items, areAll: count(":") - count("?") === labels + (isLabelled ? 1 : 0) };
}

const OPENING = /^(begin|fork|case[xz]?|[([{])$/;
const CLOSING = /^(end|join|endcase|[)\]}])$/;

/** Up to the end of the case, without what stands in its blocks, braces and cases. */
function ownTokens(tokens: readonly Token[], first: number): number[] {
  const own: number[] = [];
  for (let at = first, depth = 0; at < tokens.length; at++) {
    const text = tokens[at]?.text ?? "";
    if (depth === 0 && text === "endcase") break;
    if (OPENING.test(text)) depth++;
    else if (CLOSING.test(text)) depth--;
    else if (depth === 0) own.push(at);
  }
  return own;
}

/** Whether these are the digits of one, after a statement or after another item. */
function isItem(tokens: readonly Token[], at: number, first: number): boolean {
  const [size, digits, next] = [tokens[at - 1]?.text ?? "", tokens[at]?.text ?? "", tokens[at + 1]?.text];
  if (!/^\d+$/.test(size) || !/^'[bB]\s*[01_?zZxX]+$/.test(digits) || !/^[:,]$/.test(next ?? ""))
    return false;
  const before = tokens[at - 2]?.text ?? "";
  return at - 1 === first || /^(;|end|endcase|,)$/.test(before);
}
