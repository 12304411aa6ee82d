import { REFUSED_MACRO } from "./mark-refused.ts";
import { afterParentheses, statementEnd } from "./statement-end.ts";
import { applyEdits, type TextEdit } from "./text-edits.ts";
import { type Token, textOf, tokensOf } from "./verilog-tokens.ts";

const REFUSED = `${REFUSED_MACRO}an_item_of_a_case_with_x_or_z_that_is_not_a_number `;
const LITERAL = /'(?:[sS]?[bodhBODH]\s*[\da-fA-F_?]*[xXzZ?]|[xXzZ]\b)/;

/**
 * An item of a `case` with `x` or `z`, or of a `casez` with `x`, fits no value of two states. Yosys takes these digits for
 * open ones, and drops what follows: such an item becomes a comparison that never holds, of the same width and sign. It is
 * refused where it is not a number, and where a generate block chooses, by constants that may have these digits too.
 */
export class UndefinedItems {
  /** By keyword, the parameters with such a digit. */
  readonly #names: ReadonlyMap<string, ReadonlySet<string>>;
  readonly #areThere: boolean;

  /** The sources declare the parameters. */
  constructor(sources: readonly string[]) {
    const declared = sources.filter((source) => LITERAL.test(source));
    this.#areThere = declared.length > 0;
    const tokens = declared.map(tokensOf);
    this.#names = new Map(
      Object.entries(UNDEFINED).map(([keyword, digits]) => [
        keyword,
        new Set(tokens.flatMap((each) => parametersWith(each, digits))),
      ]),
    );
  }

  /** A source as Yosys is to read it. */
  separate(text: string): string {
    if (!this.#areThere || !/\bcasez?\b/.test(text)) return text;
    const tokens = tokensOf(text);
    const procedural = proceduralCases(tokens);
    const edits = Object.entries(UNDEFINED).flatMap(([keyword, digits]) => {
      const names = this.#names.get(keyword);
      const isFound = (token: Token): boolean =>
        isUndefined(token, digits) || names?.has(token.text) === true;
      return [...tokens.keys()]
        .filter((at) => textAt(tokens, at) === keyword)
        .flatMap((at) => {
          const first = afterParentheses(tokens, at + 1);
          const selector = textOf(tokens.slice(at + 1, first));
          return itemsOf(tokens, first)
            .filter((item) => item.some(isFound))
            .flatMap((item) =>
              procedural.has(at) && isNumber(item) ? neverFit(item, selector, digits) : refuse(item),
            );
        });
    });
    return applyEdits(text, edits);
  }
}

/** The digits that are not open ones. */
const UNDEFINED = { case: /[xXzZ?]/g, casez: /[xX]/g };

/** Of literals alone. */
function isNumber(item: readonly Token[]): boolean {
  return item.every(({ kind, text }) => kind === "number" || /^[{}(),]$/.test(text));
}

function refuse([first]: readonly Token[]): TextEdit[] {
  return [{ index: (first as Token).index, length: 0, text: REFUSED }];
}

function neverFit(item: readonly Token[], selector: string, digits: RegExp): TextEdit[] {
  const [first, last] = [item[0] as Token, item.at(-1) as Token];
  const known = ({ text }: Token): string =>
    `${text.slice(0, 2)}${text.slice(2).replace(digits, "0")}`.replace(/^'[xXzZ]/, "'0");
  return [
    { index: first.index, length: 0, text: `(~${selector} ^ (` },
    ...item
      .filter((token) => isUndefined(token, digits))
      .map((token) => ({ index: token.index, length: token.text.length, text: known(token) })),
    { index: last.index + last.text.length, length: 0, text: "))" },
  ];
}

function isUndefined({ kind, text }: Token, digits: RegExp): boolean {
  return kind === "number" && text.startsWith("'") && text.slice(1).search(digits) >= 0;
}

/** The tokens `case` and `casez` in what runs. */
function proceduralCases(tokens: readonly Token[]): Set<number> {
  const cases = new Set<number>();
  for (let at = 0; at < tokens.length; at++) {
    const end = procedureEnd(tokens, at);
    if (end === undefined) continue;
    for (; at < end; at++) if (/^casez?$/.test(textAt(tokens, at))) cases.add(at);
  }
  return cases;
}

/** Where what runs ends that begins with a token. */
function procedureEnd(tokens: readonly Token[], at: number): number | undefined {
  const text = textAt(tokens, at);
  if (/^(function|task)$/.test(text))
    return tokens.findIndex((token, index) => index > at && token.text === `end${text}`);
  if (!/^(initial|always(_ff|_comb|_latch)?)$/.test(text)) return undefined;
  const isTriggered = textAt(tokens, at + 1) === "@";
  return statementEnd(
    tokens,
    isTriggered ? afterParentheses(tokens, at + 2 + (textAt(tokens, at + 2) === "(" ? 0 : 1)) : at + 1,
  );
}

/** The items of a case whose first one begins with a token. */
function itemsOf(tokens: readonly Token[], first: number): Token[][] {
  const items: Token[][] = [];
  for (let at = first; at < tokens.length && textAt(tokens, at) !== "endcase"; at++) {
    if (/^`(ifn?def|elsif)$/.test(textAt(tokens, at))) at++;
    else if (!/^`(else|endif)$/.test(textAt(tokens, at))) {
      const label = labelAt(tokens, at);
      items.push(...label.items);
      at = statementEnd(tokens, label.end);
    }
  }
  return items;
}

/** The items before one statement of a case, and where that begins. */
function labelAt(tokens: readonly Token[], first: number): { items: Token[][]; end: number } {
  if (textAt(tokens, first) === "default")
    return { items: [], end: first + (textAt(tokens, first + 1) === ":" ? 2 : 1) };
  const items: Token[][] = [[]];
  for (let at = first; at < tokens.length; at++) {
    const text = textAt(tokens, at);
    const end = endOfGroup(tokens, at);
    if (text === ":") return { items, end: at + 1 };
    if (text === ",") items.push([]);
    else items.at(-1)?.push(...tokens.slice(at, end + 1));
    at = end;
  }
  return { items, end: tokens.length };
}

/** Of brackets the last token, and of the sign of a choice that of its colon; of another token itself. */
function endOfGroup(tokens: readonly Token[], at: number): number {
  const closed = CLOSED_BY[textAt(tokens, at)];
  if (closed === undefined) return at;
  let end = at + 1;
  while (end < tokens.length && textAt(tokens, end) !== closed) end = endOfGroup(tokens, end) + 1;
  return end;
}

const CLOSED_BY: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}", "?": ":" };

/** The parameters and members of enumerations that a source declares with one of the digits in their value. */
function parametersWith(tokens: readonly Token[], digits: RegExp): string[] {
  return [...tokens.keys()]
    .filter((at) => isUndefined(tokens[at] as Token, digits))
    .map((at) => parameterOf(tokens, at))
    .filter((name) => name !== undefined);
}

/** The parameter in whose value a token is. */
function parameterOf(tokens: readonly Token[], value: number): string | undefined {
  let name: string | undefined;
  for (let at = value; at > 0 && !/^(;|begin|end|endmodule)$/.test(textAt(tokens, at)); at--) {
    if (/^(parameter|localparam|enum)$/.test(textAt(tokens, at))) return name;
    if (textAt(tokens, at) === "=") name ??= textAt(tokens, at - 1);
  }
  return undefined;
}

function textAt(tokens: readonly Token[], at: number): string {
  return tokens[at]?.text ?? "";
}
