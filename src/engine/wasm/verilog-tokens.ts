/** A piece of Verilog that is neither a blank nor a comment. */
export interface Token {
  readonly kind: "word" | "system" | "directive" | "string" | "number" | "symbol";
  /** As it stands in the source. */
  readonly text: string;
  /** Counts from 1. */
  readonly line: number;
  /** Where it begins in the source, in UTF-16 units. */
  readonly index: number;
}

/** IEEE 1800-2017, section 5, as far as a word has to be distinguished from what only looks like one. */
const TOKENS = new RegExp(
  [
    /(?<blank>\s+|\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$))/.source,
    /(?<string>"(?:\\[\s\S]|[^"\\\n])*"?)/.source,
    // What it says of nets is not a declaration of one.
    /(?<directive>`default_nettype\s+\w+|`\w+)/.source,
    /(?<word>\\\S+|[A-Za-z_][\w$]*)/.source,
    /(?<system>\$\w[\w$]*)/.source,
    /(?<number>\d[\d_]*(?:\.\d+)?|'[sS]?[bodhBODH]\s*[\da-fA-FxXzZ?_]+|'[01xzXZ](?!\w))/.source,
    /(?<symbol>'\{|::|\+\+|--|->|===|!==|<<<=?|>>>=?|<<=?|>>=?|\*\*|&&|\|\||[=!<>]=|~[&|^]|\^~|[-+*/%&|^]=|[\s\S])/
      .source,
  ].join("|"),
  "gy",
);

export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let line = 1;
  for (const { groups, index, 0: whole } of text.matchAll(TOKENS)) {
    const kind = kindOf(groups as Groups);
    if (kind !== undefined) tokens.push({ kind, text: whole, line, index });
    // A word has no line break.
    if (kind !== "word") for (let at = whole.indexOf("\n"); at >= 0; at = whole.indexOf("\n", at + 1)) line++;
  }
  return tokens;
}

type Groups = Readonly<Record<Token["kind"] | "blank", string | undefined>>;

/** Undefined for a blank. The most frequent come first. */
function kindOf(groups: Groups): Token["kind"] | undefined {
  if (groups.blank !== undefined) return undefined;
  if (groups.word !== undefined) return "word";
  if (groups.symbol !== undefined) return "symbol";
  if (groups.number !== undefined) return "number";
  if (groups.string !== undefined) return "string";
  return groups.directive === undefined ? "system" : "directive";
}

/** In one line, as it may stand in a source. */
export function textOf(tokens: readonly Token[]): string {
  return tokens.map(({ text }) => (text.startsWith("\\") ? `${text} ` : text)).join(" ");
}
