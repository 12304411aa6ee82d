import { afterDelay } from "./element-parts.ts";
import { REFUSED_MACRO, refusedLoop } from "./mark-refused.ts";
import { afterParentheses, macroEnd } from "./statement-end.ts";
import { isStatementStart } from "./statement-start.ts";
import { applyEdits, type TextEdit } from "./text-edits.ts";
import { type Token, tokensOf } from "./verilog-tokens.ts";

interface Macro {
  /** Undefined: it has none, not even an empty list. */
  readonly parameters: readonly string[] | undefined;
  readonly body: string;
  readonly line: number;
  readonly isConditional: boolean;
}

/**
 * The macros of a design's sources. What changes a source before Yosys reads it looks at names, brackets and operators, which a
 * macro may hide: `` `SLOT <= x + y``, where `SLOT` is `m[a][7:3]`. So uses of such macros are replaced by their text, where
 * the sources leave no doubt which text that is.
 */
export class Macros {
  /** By name, those of each source, by its path. */
  readonly #macros = new Map<string, Map<string, Macro[]>>();

  /** `given` are the names of those that the build defines. */
  constructor(sources: ReadonlyMap<string, Buffer>, given: readonly string[]) {
    for (const [path, bytes] of sources)
      for (const [name, macro] of bytes.includes("`define") ? macrosOf(bytes.toString("utf8")) : []) {
        if (given.includes(name)) continue;
        const ofName = this.#macros.get(name) ?? new Map<string, Macro[]>();
        this.#macros.set(name, ofName.set(path, [...(ofName.get(path) ?? []), macro]));
      }
    for (const [name, ofName] of this.#macros)
      if (![...ofName.values()].flat().some(({ body }) => hides(body))) this.#macros.delete(name);
  }

  /** Replaces uses in a source; lines stay. */
  expand(path: string, text: string): string {
    if (this.#macros.size === 0 || !text.includes("`")) return text;
    const tokens = tokensOf(text);
    const edits: TextEdit[] = [];
    for (let at = 0; at < tokens.length; at++) {
      const { text: word, index, line } = tokens[at] as Token;
      if (word === "`define") at = macroEnd(tokens, at);
      const macro = this.#meaning(word, path, line);
      const use = macro && useOf(tokens, at, macro, text);
      const replaced = use && this.#expanded(use.text, path, line, [word]);
      if (use === undefined || replaced === undefined) {
        const isOpen = macro === undefined || replaced === undefined;
        const refused = this.#refusal(tokens, at);
        edits.push(...(isOpen && refused.length === 0 ? this.#partRefusal(tokens, at) : refused));
        continue;
      }
      const breaks = text.slice(index, use.end).replace(/[^\n]/g, "");
      edits.push({ index, length: use.end - index, text: ` ${replaced} ${breaks}` });
      at = use.last;
    }
    return applyEdits(text, edits);
  }

  /** Of what is assigned to what may be a part of an element, by a macro with several meanings. */
  #refusal(tokens: readonly Token[], at: number): TextEdit[] {
    const name = tokens[at]?.text ?? "";
    const macros = [...(this.#macros.get(name.slice(1))?.values() ?? [])].flat();
    if (!name.startsWith("`") || !macros.some(({ body }) => /[[:`]/.test(body))) return [];
    if (!isBesideBrackets(tokens, at) && !macros.some(({ body }) => /\]\s*\[/.test(body))) return [];
    const value = valueAfter(tokens, at);
    if (value === undefined) return [];
    const words = "an assignment to a macro with several definitions";
    return [{ index: value.index, length: 0, text: `${refusedLoop(words)} + ` }];
  }

  /** Of a macro with several meanings that may be an indexed part, or a part of an element. */
  #partRefusal(tokens: readonly Token[], at: number): TextEdit[] {
    const { text, index } = tokens[at] as Token;
    const macros = [...(this.#macros.get(text.slice(1))?.values() ?? [])].flat();
    if (!text.startsWith("`") || /^`(?:ifn?def|elsif|undef)$/.test(tokens[at - 1]?.text ?? "")) return [];
    const isElement = tokens[at - 1]?.text === "]";
    const isPart = ({ body }: Macro): boolean =>
      [...body.matchAll(INDEX)].some(([, index = ""]) => /[a-z]/.test(index)) ||
      /\]\s*\[/.test(body) ||
      (isElement && /^\s*\[/.test(body));
    return macros.some(isPart) ? [{ index, length: 0, text: `${REFUSED_MACRO}${SEVERAL} ` }] : [];
  }

  /** The macros in a macro's text, where it is used; undefined where one of them uses itself. */
  #expanded(body: string, path: string, line: number, within: readonly string[]): string | undefined {
    const tokens = tokensOf(body);
    const edits: TextEdit[] = [];
    for (let at = 0; at < tokens.length; at++) {
      const token = tokens[at] as Token;
      const macro = this.#meaning(token.text, path, line);
      const use = macro && useOf(tokens, at, macro, body);
      if (use === undefined) continue;
      if (within.includes(token.text)) return undefined;
      const replaced = this.#expanded(use.text, path, line, [...within, token.text]);
      if (replaced === undefined) return undefined;
      edits.push({ index: token.index, length: use.end - token.index, text: ` ${replaced} ` });
      at = use.last;
    }
    return applyEdits(body, edits);
  }

  /** Of definitions that differ, the last one before the use if all stand in its source under no condition. */
  #meaning(word: string, path: string, line: number): Macro | undefined {
    const ofName = word.startsWith("`") ? this.#macros.get(word.slice(1)) : undefined;
    if (ofName === undefined) return undefined;
    const all = [...ofName.values()].flat();
    const texts = new Set(all.map(({ parameters, body }) => `${parameters?.join()}:${body}`));
    if (texts.size === 1) return all[0];
    const own = ofName.get(path) ?? [];
    if (own.length < all.length || own.some(({ isConditional }) => isConditional)) return undefined;
    return own.findLast((macro) => macro.line < line);
  }
}

const SEVERAL = "a_macro_with_several_definitions_that_is_a_part";
/** What stands before `+:` or `-:`; a constant has a name without small letters. */
const INDEX = /([^[:;]*)[-+]\s*:/g;

/** Whether the brackets of a macro's text, or those round it, are not the first ones after a name. */
function isBesideBrackets(tokens: readonly Token[], at: number): boolean {
  const isBracket = (index: number, bracket: string): boolean => tokens[index]?.text === bracket;
  let [open, depth] = [at - 1, 0];
  for (; open > 0 && depth >= 0 && !isBracket(open, ";"); open--) {
    if (/^[)\]}]$/.test(tokens[open]?.text ?? "")) depth++;
    if (/^[([{]$/.test(tokens[open]?.text ?? "")) depth--;
  }
  const isWithin = depth < 0 && isBracket(open + 1, "[") && isBracket(open, "]");
  return isWithin || isBracket(at - 1, "]") || isBracket(afterParentheses(tokens, at + 1), "[");
}

/** Where the token is a part of what a statement assigns to: the value that is assigned. */
function valueAfter(tokens: readonly Token[], at: number): Token | undefined {
  const first = statementStart(tokens, at);
  let depth = 0;
  for (let each = first; each < tokens.length && tokens[each]?.text !== ";"; each++) {
    const text = tokens[each]?.text ?? "";
    if (/^[([{]$/.test(text)) depth++;
    if (/^[)\]}]$/.test(text)) depth--;
    if (depth > 0 || !/^<?=$/.test(text)) continue;
    const isTarget = each > at && /^(?:[\])}]$|`)/.test(tokens[each - 1]?.text ?? "");
    return isTarget ? tokens[afterDelay(tokens, each + 1)] : undefined;
  }
  return undefined;
}

function statementStart(tokens: readonly Token[], at: number): number {
  let first = at;
  while (first > 0 && !isStatementStart(tokens, first)) first--;
  return first;
}

/** More than a number, or an expression of numbers. Directives in a macro, what makes text of it, and text alone stay. */
function hides(body: string): boolean {
  if (/`(?:["\\]|__|include|if|el|en|define|undef)|^\s*"[^"]*"\s*$/.test(body)) return false;
  return /[[{:;=]|(?<![\w'])[A-Za-z_\\]/.test(body);
}

function* macrosOf(source: string): Generator<[name: string, Macro]> {
  const tokens = tokensOf(source);
  let depth = 0;
  for (let at = 0; at < tokens.length; at++) {
    const { text } = tokens[at] as Token;
    if (/^`ifn?def$/.test(text)) depth++;
    if (text === "`endif") depth--;
    const name = tokens[at + 1];
    if (text !== "`define" || name === undefined) continue;
    const last = macroEnd(tokens, at);
    // A list of parameters follows at once.
    const isCalled = source[name.index + name.text.length] === "(";
    const from = isCalled ? afterParentheses(tokens, at + 2) : at + 2;
    const parameters = isCalled
      ? tokens.slice(at + 3, from - 1).filter(({ kind }) => kind === "word")
      : undefined;
    const [first, end] = [tokens[from], tokens[last] as Token];
    const whole =
      first === undefined || from > last ? "" : source.slice(first.index, end.index + end.text.length);
    const body = whole.replace(
      /("(?:\\[\s\S]|[^"\\])*")|\/\/[^\n]*|\/\*[\s\S]*?\*\/|\\\r?\n/g,
      (_, string) => string ?? " ",
    );
    const macro = { parameters: parameters?.map((each) => each.text), body, line: name.line };
    yield [name.text, { ...macro, isConditional: depth > 0 }];
    at = last;
  }
}

/** The text of a macro with its arguments; undefined where it has others than its definition. */
function useOf(
  tokens: readonly Token[],
  at: number,
  { parameters, body }: Macro,
  text: string,
): { text: string; last: number; end: number } | undefined {
  const { index, text: word } = tokens[at] as Token;
  if (!hides(body)) return undefined;
  if (parameters === undefined) return { text: body, last: at, end: index + word.length };
  const last = afterParentheses(tokens, at + 1) - 1;
  const values = argumentsOf(tokens, at + 1, last, text);
  if (last <= at || values.length !== parameters.length) return undefined;
  const given = new Map(parameters.map((name, each) => [name, values[each] as string]));
  const filled = body.replace(/"(?:\\[\s\S]|[^"\\])*"|``|\\\S+\s|`?[A-Za-z_][\w$]*/g, (piece) =>
    piece === "``" ? "" : (given.get(piece) ?? piece),
  );
  return { text: filled, last, end: (tokens[last] as Token).index + 1 };
}

function argumentsOf(tokens: readonly Token[], open: number, close: number, text: string): string[] {
  const values: string[] = [];
  let depth = 0;
  let from = (tokens[open]?.index ?? 0) + 1;
  for (let at = open; at <= close; at++) {
    const { text: word, index } = tokens[at] as Token;
    if (/^[([{]$|^'\{$/.test(word)) depth++;
    if (/^[)\]}]$/.test(word)) depth--;
    const isEnd = (depth === 1 && word === ",") || at === close;
    if (!isEnd) continue;
    // A comment that ends with its line would not end in one.
    values.push(
      text
        .slice(from, index)
        .replace(/\/\/[^\n]*|\s+/g, " ")
        .trim(),
    );
    from = index + 1;
  }
  return values;
}
