import { opening } from "./element-parts.ts";
import { bracketsOf } from "./indexed-parts.ts";
import { refusedLoop } from "./mark-refused.ts";
import { applyEdits, type TextEdit } from "./text-edits.ts";
import { type Token, tokensOf } from "./verilog-tokens.ts";

const STRUCTURES = "an array of structures or unions";
const ASCENDING = "an indexed part of a packed dimension that ascends";

/**
 * Of packed types, what Yosys takes and does wrong: an array of structures or unions has elements of one bit, and `a[i +: 2]`
 * in a dimension that ascends, of several or of a member, begins elsewhere. Both are refused.
 */
export class PackedTypes {
  /** Names of structures and unions. */
  readonly #structures = new Set<string>();
  /** Of members, and of others, by name: for each dimension, also unpacked ones, whether it is packed and ascends. */
  readonly #members = new Map<string, readonly boolean[]>();
  readonly #variables = new Map<string, readonly boolean[]>();

  /** A type may stand in another source than what is of it. */
  constructor(sources: readonly string[]) {
    for (const text of sources) if (PACKED.test(text)) this.#read(tokensOf(text));
  }

  refuse(text: string): string {
    if (this.#structures.size === 0 && this.#members.size === 0 && this.#variables.size === 0) return text;
    const tokens = tokensOf(text);
    const edits = tokens.flatMap((_, at) => this.#arrayEdits(tokens, at));
    return applyEdits(text, [...edits, ...this.#partEdits(tokens)]);
  }

  #read(tokens: readonly Token[]): void {
    const open: boolean[] = [];
    for (const [at, { text }] of tokens.entries()) {
      if (text === "{")
        open.push(/^(?:struct|union|packed|signed|unsigned)$/.test(tokens[at - 1]?.text ?? ""));
      if (text === "}" && open.pop() === true && tokens[at + 1]?.kind === "word")
        this.#structures.add((tokens[at + 1] as Token).text);
      const isAlias = tokens[at - 1]?.text === "typedef" && this.#structures.has(text);
      if (isAlias && tokens[at + 2]?.text === ";") this.#structures.add((tokens[at + 1] as Token).text);
      if (text === "[" && tokens[at - 1]?.kind === "word") this.#readRanges(tokens, at, open.at(-1) === true);
    }
  }

  /** From the first bracket after a type's word on. */
  #readRanges(tokens: readonly Token[], first: number, isMember: boolean): void {
    const { flags, next } = dimensions(tokens, first);
    if (!flags.includes(true) || (flags.length < 2 && !isMember)) return;
    for (let at = next; tokens[at]?.kind === "word"; at++) {
      const unpacked = dimensions(tokens, at + 1);
      const names = isMember ? this.#members : this.#variables;
      names.set((tokens[at] as Token).text, [...unpacked.flags.map(() => false), ...flags]);
      at = unpacked.next;
      if (tokens[at]?.text !== ",") return;
    }
  }

  #arrayEdits(tokens: readonly Token[], at: number): TextEdit[] {
    if (!this.#structures.has(tokens[at]?.text ?? "") || tokens[at - 1]?.text === ".") return [];
    const isPacked = tokens[at + 1]?.text === "[";
    if (isPacked) {
      const { next } = dimensions(tokens, at + 1);
      return tokens[next]?.kind === "word" ? [refusal(tokens, at + 2, STRUCTURES)] : [];
    }
    for (let name = at + 1; tokens[name]?.kind === "word"; name += 2) {
      if (tokens[name + 1]?.text === "[") return [refusal(tokens, name + 2, STRUCTURES)];
      if (tokens[name + 1]?.text !== ",") return [];
    }
    return [];
  }

  #partEdits(tokens: readonly Token[]): TextEdit[] {
    return bracketsOf(tokens).flatMap(({ first, sign }): TextEdit[] => {
      if (sign === undefined) return [];
      let [base, dimension] = [first - 2, 0];
      for (; tokens[base]?.text === "]"; dimension++) base = opening(tokens, base) - 1;
      const names = tokens[base - 1]?.text === "." ? this.#members : this.#variables;
      const isAscending = names.get(tokens[base]?.text ?? "")?.[dimension] === true;
      return isAscending ? [refusal(tokens, first, ASCENDING)] : [];
    });
  }
}

const PACKED = /\b(?:struct|union)\b|\]\s*\[/;

/** Whether each range ascends, as far as the source shows. */
function dimensions(tokens: readonly Token[], first: number): { flags: boolean[]; next: number } {
  const flags: boolean[] = [];
  let next = first;
  while (tokens[next]?.text === "[") {
    let end = next;
    while (end < tokens.length && tokens[end]?.text !== "]") end++;
    const sides = tokens
      .slice(next + 1, end)
      .map(({ text }) => text)
      .join(" ");
    const [, left, right] = /^(-? ?\d+) : (.*)$/.exec(sides) ?? [];
    const isLess = Number(left?.replace(" ", "")) < Number(right?.replace(" ", ""));
    flags.push(left !== undefined && (isLess || !/^-? ?\d+$/.test(right ?? "")));
    next = end + 1;
  }
  return { flags, next };
}

function refusal(tokens: readonly Token[], at: number, words: string): TextEdit {
  return { index: (tokens[at] as Token).index, length: 0, text: `${refusedLoop(words)} + ` };
}
