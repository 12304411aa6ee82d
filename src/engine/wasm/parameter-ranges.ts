import { copyOf } from "./indexed-parts.ts";
import type { Declarations, Range } from "./variable-types.ts";
import type { Token } from "./verilog-tokens.ts";

/** A module from its first token on, with what is declared in it. */
interface Module {
  readonly first: number;
  readonly ranges: Map<string, Range>;
  /** A net or variable of the module itself; undefined before the first one. */
  net: number | undefined;
}

/** The ranges of constants, module by module. */
export class ParameterRanges {
  readonly #tokens: readonly Token[];
  readonly #modules: Module[] = [{ first: 0, ranges: new Map(), net: undefined }];

  constructor(tokens: readonly Token[], { types }: Declarations) {
    this.#tokens = tokens;
    let isInFunction = false;
    for (let at = 0; at < tokens.length; at++) {
      const text = this.#text(at);
      if (/^(module|package|interface)$/.test(text))
        this.#modules.push({ first: at, ranges: new Map(), net: undefined });
      if (/^(end)?(function|task)$/.test(text)) isInFunction = !text.startsWith("end");
      const isNet = types.get(at)?.isGenvar === false && this.rangeAt(at) === undefined;
      if (isNet && !isInFunction) this.#module.net ??= at;
      if (text === "parameter" || text === "localparam") this.#take(at + 1);
    }
  }

  rangeAt(at: number): Range | undefined {
    const name = this.#text(at);
    return this.#moduleAt(at).ranges.get(name) ?? this.#modules[0]?.ranges.get(name);
  }

  /** Declared before that token. */
  netAt(at: number): number | undefined {
    const { net } = this.#moduleAt(at);
    return net === undefined || net > at ? undefined : net;
  }

  get #module(): Module {
    return this.#modules.at(-1) as Module;
  }

  #moduleAt(at: number): Module {
    return this.#modules.findLast(({ first }) => first <= at) as Module;
  }

  #text(at: number): string {
    return this.#tokens[at]?.text ?? "";
  }

  /** One or more constants of a type; the bits of one without a range descend. */
  #take(from: number): void {
    let at = from;
    while (TYPE.test(this.#text(at))) at++;
    const isRanged = this.#text(at) === "[";
    const end = isRanged ? this.#after(at + 1, /^\]$/) : at;
    const sides = copyOf(this.#tokens.slice(at + 1, end)).split(" : ");
    const [range, isKnown] = isRanged ? [sides, sides.length === 2] : [["31", "0"], true];
    for (at = isRanged ? end + 1 : end; this.#tokens[at]?.kind === "word"; at++) {
      if (this.#text(at + 1) !== "=") return;
      if (isKnown) this.#module.ranges.set(this.#text(at), range as unknown as Range);
      at = this.#after(at + 2, /^[,;)]$/);
      if (this.#text(at) !== ",") return;
    }
  }

  /** The next token of that kind that does not stand in brackets. */
  #after(from: number, pattern: RegExp): number {
    for (let at = from, depth = 0; at < this.#tokens.length; at++) {
      const text = this.#text(at);
      if (depth === 0 && pattern.test(text)) return at;
      if (/^[([{]$|^'\{$/.test(text)) depth++;
      if (/^[)\]}]$/.test(text)) depth--;
    }
    return this.#tokens.length;
  }
}

const TYPE = /^(?:signed|unsigned|integer|int|longint|shortint|byte|time|logic|bit|reg)$/;
