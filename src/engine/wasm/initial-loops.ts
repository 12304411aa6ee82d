import { type Expression, LoopParser, NotTakenError, type Statement } from "./loop-syntax.ts";
import { type Block, type Extent, type Loop, ModuleBlocks } from "./module-blocks.ts";
import { type Token, tokensOf } from "./verilog-tokens.ts";

/**
 * Yosys unrolls a loop of an initial block in a time that grows with the square of its steps. So a loop that fills memories
 * is taken out of the source and run by `run-initial-loops`; a `$display` in its place, marked, has Yosys find what its
 * names stand for in each instance of the module.
 */
export type InitialMark =
  | { readonly kind: "loop"; readonly statement: Statement; readonly names: readonly string[] }
  /** A `$readmemh`: Yosys forgets where it was among other writes to the same memory. */
  | { readonly kind: "data"; readonly memory: string }
  /**
   * Before the initial block with the marks of the other kinds: the element 0 of each of their memories. A block that
   * writes a memory and reads it makes registers of it.
   */
  | { readonly kind: "memories"; readonly names: readonly string[] };

export const MARK = "hilt-initial:";

/** A source without its loops, which are added to `marks`; lines stay as they are. */
export function takeInitialLoops(text: string, marks: InitialMark[]): string {
  return /\binitial\b/.test(text) && /\bfor\b|\$readmem/.test(text) ? new Taker(text, marks).text() : text;
}

class Taker {
  readonly #source: string;
  readonly #tokens: readonly Token[];
  readonly #marks: InitialMark[];
  readonly #edits: (Extent & { readonly text: string })[] = [];
  #module = new ModuleBlocks();

  constructor(source: string, marks: InitialMark[]) {
    this.#source = source;
    this.#tokens = tokensOf(source);
    this.#marks = marks;
  }

  text(): string {
    for (let at = 0; at < this.#tokens.length; at++) {
      const token = this.#tokens[at] as Token;
      if (token.text === "`define") at = this.#lastOfMacro(at);
      if (/^(macro)?module$/.test(token.text)) this.#module = new ModuleBlocks();
      if (token.text === "task") this.#module.hasTask = true;
      if (token.text === "endmodule") this.#finish();
      if (["reg", "logic", "bit", "integer", "int"].includes(token.text)) this.#declare(at + 1);
      if (token.text === "initial") this.#attempt(at);
    }
    let text = "";
    let from = 0;
    for (const edit of this.#edits.sort((a, b) => a.start - b.start)) {
      text += this.#source.slice(from, edit.start) + edit.text;
      from = edit.end;
    }
    return text + this.#source.slice(from);
  }

  /** The last piece of the macro's text, which is not where it stands. */
  #lastOfMacro(at: number): number {
    const { index } = this.#tokens[at] as Token;
    const length = /^(?:\\\r?\n|[^\n])*/.exec(this.#source.slice(index))?.[0].length ?? 0;
    const next = this.#tokens.findIndex((token) => token.index >= index + length);
    return (next < 0 ? this.#tokens.length : next) - 1;
  }

  #textAt(at: number): string {
    return this.#tokens[at]?.text ?? "";
  }

  /** The names of a declaration, or of one port. */
  #declare(from: number): void {
    let at = from;
    while (this.#textAt(at) === "signed" || this.#textAt(at) === "unsigned") at++;
    at = this.#afterRanges(at);
    for (; this.#tokens[at]?.kind === "word"; at++) {
      const name = this.#textAt(at);
      const isArray = this.#textAt(at + 1) === "[";
      this.#module.arrays.set(name, isArray);
      at = this.#afterRanges(at + 1);
      while (![",", ";", ")", ""].includes(this.#textAt(at))) at++;
      if (this.#textAt(at) !== ",") return;
    }
  }

  #afterRanges(from: number): number {
    let at = from;
    while (this.#textAt(at) === "[") {
      while (this.#textAt(at) !== "]" && at < this.#tokens.length) at++;
      at++;
    }
    return at;
  }

  #attempt(at: number): void {
    const block: Block = { start: this.#startOf(at), loops: [], reads: [], others: [] };
    try {
      // Of `if (...) initial ...` in a generate region, two blocks would not be one.
      if ([")", "else", ":"].includes(this.#textAt(at - 1))) throw new NotTakenError("no item of its own");
      this.#seek(at + 1, block);
      this.#module.blocks.push(block);
    } catch (error) {
      if (!(error instanceof NotTakenError)) throw error;
      for (let other = at + 1; !ITEMS.has(this.#textAt(other)) && other < this.#tokens.length; other++)
        this.#module.unknown.add(this.#textAt(other));
    }
  }

  #startOf(at: number): number {
    return this.#tokens[at]?.index ?? 0;
  }

  #endOf(at: number): number {
    return this.#startOf(at) + this.#textAt(at).length;
  }

  /** Takes the loops of a statement; returns the token after it. */
  #seek(at: number, block: Block): number {
    switch (this.#textAt(at)) {
      case "begin":
        return this.#seekBlock(at + 1, block);
      case "if":
        return this.#seekConditional(at + 1, block);
      case "for":
        return this.#take(at, block);
      default:
        return this.#afterSimple(at, block);
    }
  }

  #seekBlock(from: number, block: Block): number {
    let at = this.#textAt(from) === ":" ? from + 2 : from;
    while (this.#textAt(at) !== "end") at = this.#seek(at, block);
    return this.#textAt(at + 1) === ":" ? at + 3 : at + 1;
  }

  #seekConditional(from: number, block: Block): number {
    const then = this.#afterParentheses(from);
    for (let at = from; at < then; at++) block.others.push(this.#textAt(at));
    const at = this.#seek(then, block);
    return this.#textAt(at) === "else" ? this.#seek(at + 1, block) : at;
  }

  #afterParentheses(from: number): number {
    if (this.#textAt(from) !== "(") throw new NotTakenError("a condition without parentheses");
    let depth = 0;
    for (let at = from; at < this.#tokens.length; at++) {
      if (this.#textAt(at) === "(") depth++;
      if (this.#textAt(at) === ")" && --depth === 0) return at + 1;
    }
    throw new NotTakenError("a parenthesis that is not closed");
  }

  /** An assignment, a declaration or a call of a system task. */
  #afterSimple(from: number, block: Block): number {
    const { kind = "symbol", text = "" } = this.#tokens[from] ?? {};
    const isKnown = kind === "word" || kind === "system" || text === ";" || text === "{";
    if (!isKnown || COMPLEX.test(text)) throw new NotTakenError(text);
    // A task may do anything, anywhere in the source.
    if (kind === "word" && ["(", ";"].includes(this.#textAt(from + 1))) throw new NotTakenError("a task");
    for (let at = from; at < this.#tokens.length; at++) {
      const token = this.#tokens[at] as Token;
      if (token.text === ";") return this.#note(from, at, block);
      if (["#", "@"].includes(token.text) || token.kind === "directive") throw new NotTakenError(token.text);
    }
    throw new NotTakenError("a statement without an end");
  }

  #note(from: number, semicolon: number, block: Block): number {
    const words = this.#tokens.slice(from, semicolon).map(({ text }) => text);
    const [first = "", next, , comma, memory = "", after = ""] = words;
    if (DECLARATION.test(first)) {
      if (words.includes("=")) throw new NotTakenError("a declaration with a value");
      return semicolon + 1;
    }
    block.others.push(...words);
    if (next === "[") this.#module.written.add(first);
    if (/^\$readmem[hb]$/.test(first) && comma === "," && [",", ")"].includes(after))
      block.reads.push({ memory, start: this.#startOf(from), end: this.#endOf(semicolon) });
    return semicolon + 1;
  }

  #take(at: number, block: Block): number {
    const parser = new LoopParser(this.#tokens, at);
    const statement = parser.statement();
    const names = new Set<string>();
    collect(statement, new Set(), names);
    for (const name of names) if (this.#module.isArray(name)) this.#module.written.add(name);
    const extent = { start: this.#startOf(at), end: this.#endOf(parser.at - 1) };
    block.loops.push({ statement, names: [...names], ...extent });
    return parser.at;
  }

  #finish(): void {
    const module = this.#module;
    const isTaken = module.takesLoops();
    for (const { start, loops: all, reads } of module.blocks) {
      const loops = isTaken ? all : [];
      const chosen = reads.filter(({ memory }) => module.written.has(memory) && module.isArray(memory));
      const names = [...loops.flatMap((loop) => loop.names), ...chosen.map(({ memory }) => memory)];
      const memories = [...new Set(names)].filter((name) => module.isArray(name));
      const elements = memories.map((name) => `${name} [0]`);
      if (memories.length > 0)
        this.#edit(start, start, `initial ${this.#mark({ kind: "memories", names: memories }, elements)} `);
      for (const loop of loops) this.#replace(loop);
      for (const read of chosen) {
        this.#edit(read.start, read.start, `begin ${this.#mark({ kind: "data", memory: read.memory })} `);
        this.#edit(read.end, read.end, " end");
      }
    }
    this.#module = new ModuleBlocks();
  }

  #replace({ statement, names, start, end }: Loop): void {
    const values = names.filter((name) => !this.#module.isArray(name));
    const lines = this.#source.slice(start, end).replace(/[^\n]/g, "");
    this.#edit(start, end, this.#mark({ kind: "loop", statement, names: values }, values) + lines);
  }

  #mark(mark: InitialMark, args: readonly string[] = []): string {
    const number = this.#marks.push(mark) - 1;
    return `$display("${MARK}${number}"${args.map((each) => `, ${each} `).join("")});`;
  }

  #edit(start: number, end: number, text: string): void {
    this.#edits.push({ start, end, text });
  }
}

/** What ends a region that may belong to an initial block. */
const ITEMS: ReadonlySet<string> = new Set(
  "initial always always_ff always_comb always_latch endmodule endgenerate task function".split(" "),
);

const DECLARATION =
  /^(reg|integer|int|logic|bit|real|realtime|time|genvar|parameter|localparam|event|byte|string)$/;

const COMPLEX =
  /^(case[xz]?|forever|repeat|while|wait|fork|disable|do|foreach|unique|priority|assign|force|release)$/;

/** Every name that is not a variable of a loop's own. */
function collect(node: Statement | Expression, own: ReadonlySet<string>, names: Set<string>): void {
  const inner = node.kind === "for" && node.own !== undefined ? new Set([...own, node.own]) : own;
  if ("name" in node && node.kind !== "call" && !inner.has(node.name)) names.add(node.name);
  for (const part of Object.values(node) as unknown[]) {
    const children = Array.isArray(part) ? part : [part];
    for (const child of children) if (isNode(child)) collect(child, inner, names);
  }
}

function isNode(value: unknown): value is Statement | Expression {
  return typeof value === "object" && value !== null && "kind" in value;
}
