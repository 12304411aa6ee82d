import { afterParentheses } from "./statement-end.ts";
import { applyEdits, type TextEdit } from "./text-edits.ts";
import { type Token, tokensOf } from "./verilog-tokens.ts";

/**
 * Yosys ends itself where what is connected to a port is a whole signal and has not the sign that the signal has: `{i}` of a
 * signed `i`, `$signed(x)`. At an input such a value becomes a sum, of the same value, width and sign; at an output the
 * braces go.
 */
export class PortConnections {
  readonly #sources: readonly string[];
  #modules: ReadonlyMap<string, Ports> | undefined;

  /** With the sources in which the modules of the design stand. */
  constructor(sources: readonly string[]) {
    this.#sources = sources;
  }

  plain(text: string): string {
    if (!CANDIDATE.test(text) || !this.#sources.some((source) => /signed\b/.test(source))) return text;
    this.#modules ??= new Map(this.#sources.flatMap(modulesOf));
    const tokens = tokensOf(text);
    const edits = tokens.flatMap((token, at) => {
      const module = token.kind === "word" ? this.#modules?.get(token.text) : undefined;
      return module === undefined ? [] : instanceEdits(tokens, at + 1, module);
    });
    return applyEdits(text, edits);
  }
}

function modulesOf(source: string): [string, Ports][] {
  const tokens = tokensOf(source);
  return tokens.flatMap(({ text }, at) =>
    /^(macro)?module$/.test(text) ? [[tokens[at + 1]?.text ?? "", portsOf(tokens, at + 2)]] : [],
  );
}

const CANDIDATE = /[(,]\s*(?:\{[^,]*\}|\$(?:un)?signed\b[^;]*)\s*[,)]/;

interface Ports {
  /** In the order of the header. */
  readonly names: readonly string[];
  readonly inputs: ReadonlySet<string>;
}

/** From after the module's name. */
function portsOf(tokens: readonly Token[], from: number): Ports {
  const inputs = new Set<string>();
  const names: string[] = [];
  const start = tokens[from]?.text === "#" ? afterParentheses(tokens, from + 1) : from;
  const close = afterParentheses(tokens, start) - 1;
  const module = partsOf(tokens, start + 1, close);
  for (const [first, last] of module) {
    const name = tokens.slice(first, last).findLast(isPlain(tokens, first))?.text;
    if (name !== undefined) names.push(name);
  }
  let isInput = false;
  for (let at = start; at < tokens.length && tokens[at]?.text !== "endmodule"; at++) {
    const { kind, text } = tokens[at] as Token;
    if (/^(input|output|inout)$/.test(text)) isInput = text === "input";
    else if (text === ";" || at === close) isInput = false;
    else if (kind === "word" && isInput) inputs.add(text);
  }
  return { names, inputs };
}

/** The name of a port is the last word that does not stand in a range or a value. */
function isPlain(tokens: readonly Token[], first: number): (token: Token, each: number) => boolean {
  return ({ kind }, each) => {
    const before = tokens.slice(first, first + each).map(({ text }) => text);
    const count = (word: string): number => before.filter((text) => text === word).length;
    return kind === "word" && count("[") === count("]") && !before.includes("=");
  };
}

/** What stands between commas, from one token to before another. */
function partsOf(tokens: readonly Token[], from: number, to: number): [first: number, last: number][] {
  const parts: [number, number][] = [];
  let depth = 0;
  let first = from;
  for (let at = from; at < to; at++) {
    const text = tokens[at]?.text ?? "";
    if (/^[([{]$|^'\{$/.test(text)) depth++;
    if (/^[)\]}]$/.test(text)) depth--;
    if (depth > 0 || text !== ",") continue;
    parts.push([first, at]);
    first = at + 1;
  }
  return [...parts, [first, to]];
}

/** Of one or more instances of a module, after its name. */
function instanceEdits(tokens: readonly Token[], from: number, ports: Ports): TextEdit[] {
  const edits: TextEdit[] = [];
  let at = tokens[from]?.text === "#" ? afterParentheses(tokens, from + 1) : from;
  while (tokens[at]?.kind === "word") {
    const open = afterRanges(tokens, at + 1);
    if (tokens[open]?.text !== "(") break;
    const close = afterParentheses(tokens, open) - 1;
    for (const [position, part] of partsOf(tokens, open + 1, close).entries())
      edits.push(...partEdits(tokens, part, ports.names[position], ports));
    at = tokens[close + 1]?.text === "," ? close + 2 : tokens.length;
  }
  return edits;
}

function afterRanges(tokens: readonly Token[], from: number): number {
  let at = from;
  while (tokens[at]?.text === "[") at = tokens.findIndex(({ text }, each) => each > at && text === "]") + 1;
  return at;
}

/** A connection by the port's name, or of the port whose place it has. */
function partEdits(
  tokens: readonly Token[],
  [first, last]: readonly [number, number],
  inPlace: string | undefined,
  { inputs }: Ports,
): TextEdit[] {
  const isNamed = tokens[first]?.text === "." && tokens[first + 2]?.text === "(";
  const name = isNamed ? tokens[first + 1]?.text : inPlace;
  if (name === undefined) return [];
  return connectionEdits(tokens, isNamed ? [first + 3, last - 1] : [first, last], inputs.has(name));
}

function connectionEdits(
  tokens: readonly Token[],
  [first, last]: readonly [number, number],
  isInput: boolean,
): TextEdit[] {
  const [open, close] = [tokens[first], tokens[last - 1]];
  if (open === undefined || close === undefined) return [];
  const end = { index: close.index + close.text.length, length: 0 };
  if (/^\$(un)?signed$/.test(open.text) && afterParentheses(tokens, first + 1) === last)
    return [{ ...end, text: open.text === "$signed" ? " + 1'sd0" : " + 1'd0" }];
  if (open.text !== "{" || close.text !== "}" || partsOf(tokens, first, last).length > 1) return [];
  if (partsOf(tokens, first + 1, last - 1).length > 1) return [];
  if (isInput) return [{ ...end, text: " + 1'd0" }];
  const braces = [open, close].map(({ index }) => ({ index, length: 1, text: " " }));
  return [...braces, ...connectionEdits(tokens, [first + 1, last - 1], isInput)];
}
