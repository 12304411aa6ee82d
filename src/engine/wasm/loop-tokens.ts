/** A piece of Verilog that is no comment and no space. */
export interface Token {
  readonly kind: "word" | "number" | "string" | "directive" | "system" | "symbol";
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const TOKENS = new RegExp(
  [
    // The lines of a macro's definition are one token.
    /(?<skip>\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)/.source,
    /(?<directive>`define\b(?:\\\r?\n|[^\n])*|`\w+)/.source,
    /(?<string>"(?:\\[\s\S]|[^"\\])*")/.source,
    /(?<number>(?:\d[\d_]*)?\s*'[sS]?[bodhBODH]\s*[\da-fA-FxXzZ?_]+|'[01xXzZ]|\d[\d_]*(?:\.\d+)?)/.source,
    /(?<system>\$\w+)/.source,
    /(?<word>[A-Za-z_][\w$]*|\\\S+)/.source,
    /(?<symbol>===|!==|<<<=?|>>>=?|\*\*|<<=?|>>=?|&&|\|\||[=!<>]=|~[&|^]|\^~|[-+]:|\+\+|--|[-+*/%&|^]=|.)/
      .source,
  ].join("|"),
  "gsu",
);

export function tokensOf(text: string): Token[] {
  return [...text.matchAll(TOKENS)].flatMap((match): Token[] => {
    const [kind] = Object.entries(match.groups ?? {}).find(([, found]) => found !== undefined) ?? ["skip"];
    if (kind === "skip") return [];
    return [
      { kind: kind as Token["kind"], text: match[0], start: match.index, end: match.index + match[0].length },
    ];
  });
}
