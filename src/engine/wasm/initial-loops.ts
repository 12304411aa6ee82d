import { type Expression, LoopParser, NotTakenError, type Statement } from "./loop-syntax.ts";
import { type Token, tokensOf } from "./loop-tokens.ts";

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

/** Loops with fewer steps, as far as the source shows it, are left to Yosys. */
const FEW_STEPS = 64n;

/** A source without its loops, which are added to `marks`; lines stay as they are. */
export function takeInitialLoops(text: string, marks: InitialMark[]): string {
  return /\binitial\b/.test(text) && /\bfor\b|\$readmem/.test(text) ? new Taker(text, marks).text() : text;
}

/** An initial block, with what was found in it. */
interface Block {
  readonly start: number;
  readonly loops: (Extent & { readonly statement: Statement; readonly names: readonly string[] })[];
  readonly reads: (Extent & { readonly memory: string })[];
}

interface Extent {
  readonly start: number;
  readonly end: number;
}

class Taker {
  readonly #source: string;
  readonly #tokens: readonly Token[];
  readonly #marks: InitialMark[];
  readonly #edits: { readonly start: number; readonly end: number; readonly text: string }[] = [];
  /** Of the module that is read: what has elements, and what has not. */
  #arrays = new Map<string, boolean>();
  /** Memories that its initial blocks write by element. */
  #written = new Set<string>();
  #blocks: Block[] = [];

  constructor(source: string, marks: InitialMark[]) {
    this.#source = source;
    this.#tokens = tokensOf(source);
    this.#marks = marks;
  }

  text(): string {
    for (let at = 0; at < this.#tokens.length; at++) {
      const { text } = this.#tokens[at] as Token;
      if (text === "module") this.#arrays = new Map();
      if (text === "endmodule") this.#finish();
      if (["reg", "logic", "bit", "integer", "int"].includes(text)) this.#declare(at + 1);
      if (text === "initial") this.#attempt(at);
    }
    let text = "";
    let from = 0;
    for (const edit of this.#edits.sort((a, b) => a.start - b.start)) {
      text += this.#source.slice(from, edit.start) + edit.text;
      from = edit.end;
    }
    return text + this.#source.slice(from);
  }

  #textAt(at: number): string {
    return this.#tokens[at]?.text ?? "";
  }

  /** The names of a declaration, or of one port. */
  #declare(from: number): void {
    let at = from;
    while (this.#textAt(at) === "signed" || this.#textAt(at) === "unsigned") at++;
    at = this.#behindRanges(at);
    for (; this.#tokens[at]?.kind === "word"; at++) {
      const name = this.#textAt(at);
      const isArray = this.#textAt(at + 1) === "[";
      this.#arrays.set(name, isArray);
      at = this.#behindRanges(at + 1);
      while (![",", ";", ")", ""].includes(this.#textAt(at))) at++;
      if (this.#textAt(at) !== ",") return;
    }
  }

  #behindRanges(from: number): number {
    let at = from;
    while (this.#textAt(at) === "[") {
      while (this.#textAt(at) !== "]" && at < this.#tokens.length) at++;
      at++;
    }
    return at;
  }

  /** With time in a block, or what is unknown here, the order of all that it does is Yosys' affair. */
  #attempt(at: number): void {
    // Of `if (...) initial ...` in a generate region, two blocks would not be one.
    if ([")", "else", ":"].includes(this.#textAt(at - 1))) return;
    const block: Block = { start: (this.#tokens[at] as Token).start, loops: [], reads: [] };
    try {
      this.#seek(at + 1, block);
      this.#blocks.push(block);
    } catch (error) {
      if (!(error instanceof NotTakenError)) throw error;
    }
  }

  /** Takes the loops of a statement; returns the token behind it. */
  #seek(at: number, block: Block): number {
    switch (this.#textAt(at)) {
      case "begin":
        return this.#seekBlock(at + 1, block);
      case "if":
        return this.#seekConditional(at + 1, block);
      case "for":
        return this.#take(at, block);
      default:
        return this.#behindSimple(at, block);
    }
  }

  #seekBlock(from: number, block: Block): number {
    let at = this.#textAt(from) === ":" ? from + 2 : from;
    while (this.#textAt(at) !== "end") {
      at = this.#seek(at, block);
    }
    return this.#textAt(at + 1) === ":" ? at + 3 : at + 1;
  }

  #seekConditional(from: number, block: Block): number {
    const at = this.#seek(this.#behindParentheses(from), block);
    return this.#textAt(at) === "else" ? this.#seek(at + 1, block) : at;
  }

  #behindParentheses(from: number): number {
    if (this.#textAt(from) !== "(") throw new NotTakenError("a condition without parentheses");
    let depth = 0;
    for (let at = from; at < this.#tokens.length; at++) {
      if (this.#textAt(at) === "(") depth++;
      if (this.#textAt(at) === ")" && --depth === 0) return at + 1;
    }
    throw new NotTakenError("a parenthesis that is not closed");
  }

  /** An assignment or a call of a task. */
  #behindSimple(from: number, block: Block): number {
    const isSimple =
      this.#tokens[from]?.kind === "word" ||
      this.#tokens[from]?.kind === "system" ||
      this.#textAt(from) === ";" ||
      this.#textAt(from) === "{";
    if (!isSimple || COMPLEX.test(this.#textAt(from))) throw new NotTakenError(this.#textAt(from));
    for (let at = from; at < this.#tokens.length; at++) {
      const token = this.#tokens[at] as Token;
      if (token.text === ";") return this.#note(from, at, block);
      if (token.text === "#" || token.text === "@" || token.kind === "directive")
        throw new NotTakenError(token.text);
    }
    throw new NotTakenError("a statement without an end");
  }

  /** A statement that writes an element of a memory, or reads data into one. */
  #note(from: number, semicolon: number, block: Block): number {
    const first = this.#tokens[from] as Token;
    if (this.#textAt(from + 1) === "[") this.#written.add(first.text);
    const isRead = /^\$readmem[hb]$/.test(first.text) && this.#textAt(from + 3) === ",";
    const memory = this.#textAt(from + 4);
    if (isRead && [",", ")"].includes(this.#textAt(from + 5)))
      block.reads.push({ memory, start: first.start, end: (this.#tokens[semicolon] as Token).end });
    return semicolon + 1;
  }

  #take(at: number, block: Block): number {
    const parser = new LoopParser(this.#tokens, at);
    const statement = parser.statement();
    const names = new Set<string>();
    collect(statement, new Set(), names);
    const memories = [...names].filter((name) => this.#isArray(name));
    for (const name of memories) this.#written.add(name);
    const [start, end] = [this.#tokens[at]?.start ?? 0, this.#tokens[parser.at - 1]?.end ?? 0];
    if (memories.length > 0 && !isShort(statement))
      block.loops.push({ statement, names: [...names], start, end });
    return parser.at;
  }

  #isArray(name: string): boolean {
    return this.#arrays.get(name) === true;
  }

  /** At the end of a module. */
  #finish(): void {
    for (const { start, loops, reads } of this.#blocks) {
      const chosen = reads.filter(({ memory }) => this.#written.has(memory) && this.#isArray(memory));
      const names = [...loops.flatMap((loop) => loop.names), ...chosen.map(({ memory }) => memory)];
      const memories = [...new Set(names)].filter((name) => this.#isArray(name));
      if (memories.length === 0) continue;
      const elements = memories.map((name) => `${name} [0]`);
      this.#edit(start, start, `initial ${this.#mark({ kind: "memories", names: memories }, elements)} `);
      for (const loop of loops) this.#replace(loop);
      for (const read of chosen) {
        this.#edit(read.start, read.start, `begin ${this.#mark({ kind: "data", memory: read.memory })} `);
        this.#edit(read.end, read.end, " end");
      }
    }
    this.#blocks = [];
    this.#written = new Set();
  }

  #replace({ statement, names, start, end }: Block["loops"][number]): void {
    const values = names.filter((name) => !this.#isArray(name));
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

const COMPLEX =
  /^(case[xz]?|forever|repeat|while|wait|fork|disable|do|foreach|unique|priority|assign|force|release)$/;

/** A loop over a number of steps that the source shows. */
function isShort(statement: Statement): boolean {
  if (statement.kind !== "for" || JSON.stringify(statement.body, bigintsAsText).includes('"for"'))
    return false;
  const { condition } = statement;
  const bounds = condition.kind === "binary" ? [condition.left, condition.right] : [];
  const { start } = statement;
  const first = start.kind === "assignment" ? start.value : undefined;
  return (
    [...bounds, first].every(
      (bound) => bound?.kind === "name" || (bound?.kind === "literal" && bound.value <= FEW_STEPS),
    ) &&
    bounds.filter(({ kind }) => kind === "name").length === 1 &&
    first?.kind === "literal"
  );
}

function bigintsAsText(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}

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
