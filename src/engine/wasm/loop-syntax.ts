import type { Token } from "./verilog-tokens.ts";

/** The Verilog of a loop that fills memories, as far as it is understood. */
export type Expression =
  | { readonly kind: "literal"; readonly value: bigint; readonly width: number; readonly isSigned: boolean }
  /** `'0` or `'1`. */
  | { readonly kind: "fill"; readonly bit: boolean }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "select"; readonly name: string; readonly high: Expression; readonly low: Expression }
  | { readonly kind: "unary"; readonly operator: string; readonly operand: Expression }
  | {
      readonly kind: "binary";
      readonly operator: string;
      readonly left: Expression;
      readonly right: Expression;
    }
  | {
      readonly kind: "choice";
      readonly condition: Expression;
      readonly yes: Expression;
      readonly no: Expression;
    }
  | { readonly kind: "concatenation"; readonly parts: readonly Expression[] }
  | { readonly kind: "replication"; readonly count: Expression; readonly operand: Expression }
  | { readonly kind: "call"; readonly name: string; readonly operand: Expression };

export type Statement =
  | { readonly kind: "block"; readonly statements: readonly Statement[] }
  | {
      readonly kind: "assignment";
      readonly name: string;
      readonly index: Expression | undefined;
      readonly value: Expression;
    }
  | {
      readonly kind: "if";
      readonly condition: Expression;
      readonly yes: Statement;
      readonly no: Statement | undefined;
    }
  | {
      readonly kind: "for";
      /** A variable of the loop itself, `for (int k = 0; ...)`. */
      readonly own: string | undefined;
      readonly start: Statement;
      readonly condition: Expression;
      readonly step: Statement;
      readonly body: Statement;
    };

/** Something that is not understood here: Yosys is to elaborate it. */
export class NotTakenError extends Error {}

/** Operators by how tightly they bind, the loosest first (IEEE 1364-2005, table 5-4). */
const LEVELS: readonly (readonly string[])[] = [
  ["||"],
  ["&&"],
  ["|"],
  ["^", "^~", "~^"],
  ["&"],
  ["==", "!=", "===", "!=="],
  ["<", "<=", ">", ">="],
  ["<<", ">>", "<<<", ">>>"],
  ["+", "-"],
  ["*", "/", "%"],
  ["**"],
];
const UNARY: readonly string[] = ["+", "-", "!", "~", "&", "|", "^", "~&", "~|", "~^", "^~"];
const CALLS: readonly string[] = ["$clog2", "$signed", "$unsigned"];
const DEEPEST = 100;

/** Reads statements and expressions from tokens; throws `NotTakenError` at the first that is beyond it. */
export class LoopParser {
  readonly #tokens: readonly Token[];
  at: number;
  #depth = 0;

  constructor(tokens: readonly Token[], at: number) {
    this.#tokens = tokens;
    this.at = at;
  }

  get #text(): string {
    return this.#tokens[this.at]?.text ?? "";
  }

  /** Moves past the token, if it is there. */
  accept(text: string): boolean {
    if (this.#text !== text) return false;
    this.at++;
    return true;
  }

  expect(text: string): void {
    if (!this.accept(text)) throw new NotTakenError(`${this.#text} where ${text} is expected`);
  }

  name(): string {
    const token = this.#tokens[this.at];
    if (token?.kind !== "word" || KEYWORDS.has(token.text))
      throw new NotTakenError(`${token?.text} is not a name`);
    this.at++;
    return token.text;
  }

  statement(): Statement {
    if (++this.#depth > DEEPEST) throw new NotTakenError("nested too deeply");
    try {
      if (this.accept("begin")) return this.#block();
      if (this.accept("for")) return this.#loop();
      if (this.accept("if")) return this.#conditional();
      if (this.accept(";")) return { kind: "block", statements: [] };
      const assignment = this.#assignment(["=", "<="]);
      this.expect(";");
      return assignment;
    } finally {
      this.#depth--;
    }
  }

  #block(): Statement {
    if (this.accept(":")) this.name();
    const statements: Statement[] = [];
    while (!this.accept("end")) statements.push(this.statement());
    if (this.accept(":")) this.name();
    return { kind: "block", statements };
  }

  #conditional(): Statement {
    this.expect("(");
    const condition = this.expression();
    this.expect(")");
    const yes = this.statement();
    return { kind: "if", condition, yes, no: this.accept("else") ? this.statement() : undefined };
  }

  #loop(): Statement {
    this.expect("(");
    const isOwn = this.accept("int") || this.accept("integer");
    const own = isOwn ? this.#text : undefined;
    const start = this.#assignment(["="]);
    this.expect(";");
    const condition = this.expression();
    this.expect(";");
    const step = this.#step();
    this.expect(")");
    return { kind: "for", own, start, condition, step, body: this.statement() };
  }

  #step(): Statement {
    if (this.#text !== "++" && this.#text !== "--") return this.#assignment(["="]);
    const operator = this.#text[0] as string;
    this.at++;
    return changed(this.name(), operator, one);
  }

  #assignment(signs: readonly string[]): Statement {
    const name = this.name();
    if (this.accept("++")) return changed(name, "+", one);
    if (this.accept("--")) return changed(name, "-", one);
    if (/^[-+*/%&|^]=$|^<<=$|^>>=$/.test(this.#text)) {
      const operator = this.#text.slice(0, -1);
      this.at++;
      return changed(name, operator, this.expression());
    }
    const index = this.accept("[") ? this.expression() : undefined;
    if (index !== undefined) this.expect("]");
    if (!signs.includes(this.#text)) throw new NotTakenError(`${this.#text} is not an assignment`);
    this.at++;
    return { kind: "assignment", name, index, value: this.expression() };
  }

  expression(): Expression {
    if (++this.#depth > DEEPEST) throw new NotTakenError("nested too deeply");
    try {
      const condition = this.#level(0);
      if (!this.accept("?")) return condition;
      const yes = this.expression();
      this.expect(":");
      return { kind: "choice", condition, yes, no: this.expression() };
    } finally {
      this.#depth--;
    }
  }

  #level(level: number): Expression {
    const operators = LEVELS[level];
    if (operators === undefined) return this.#unary();
    let left = this.#level(level + 1);
    while (operators.includes(this.#text)) {
      const operator = this.#text;
      this.at++;
      left = { kind: "binary", operator, left, right: this.#level(level + 1) };
    }
    return left;
  }

  #unary(): Expression {
    const operator = this.#text;
    if (!UNARY.includes(operator)) return this.#primary();
    this.at++;
    return { kind: "unary", operator, operand: this.#unary() };
  }

  #primary(): Expression {
    const token = this.#tokens[this.at];
    if (this.accept("(")) return this.#until(")");
    if (this.accept("{")) return this.#braces();
    if (token?.kind === "number") return this.#number();
    if (token?.kind === "system" && CALLS.includes(token.text)) {
      this.at++;
      this.expect("(");
      return { kind: "call", name: token.text, operand: this.#until(")") };
    }
    const name = this.name();
    if (!this.accept("[")) return { kind: "name", name };
    const high = this.expression();
    const low = this.accept(":") ? this.expression() : high;
    this.expect("]");
    return { kind: "select", name, high, low };
  }

  /** The size and the digits are two pieces. */
  #number(): Expression {
    const first = this.#text;
    this.at++;
    if (!/^\d+$/.test(first) || !/^'[sSbodhBODH]/.test(this.#text)) return literalOf(first);
    const digits = this.#text;
    this.at++;
    return literalOf(first + digits);
  }

  #until(end: string): Expression {
    const expression = this.expression();
    this.expect(end);
    return expression;
  }

  #braces(): Expression {
    const first = this.expression();
    if (this.accept("{")) {
      const operand = this.#braces();
      this.expect("}");
      return { kind: "replication", count: first, operand };
    }
    const parts = [first];
    while (this.accept(",")) parts.push(this.expression());
    this.expect("}");
    return { kind: "concatenation", parts };
  }
}

const KEYWORDS: ReadonlySet<string> = new Set(
  "begin end for if else case casex casez default while repeat forever wait disable fork join initial always assign integer int reg wire logic bit real time".split(
    " ",
  ),
);

const one: Expression = { kind: "literal", value: 1n, width: 32, isSigned: true };

function changed(name: string, operator: string, right: Expression): Statement {
  const value: Expression = { kind: "binary", operator, left: { kind: "name", name }, right };
  return { kind: "assignment", name, index: undefined, value };
}

const RADIX: Readonly<Record<string, string>> = { b: "0b", o: "0o", d: "", h: "0x" };

function literalOf(text: string): Expression {
  if (/^'[01]$/.test(text)) return { kind: "fill", bit: text === "'1" };
  const plain = text.replace(/[_\s]/g, "");
  if (/^\d+$/.test(plain)) {
    const value = BigInt(plain);
    // What does not fit is an error, or a wider number, depending on the tool.
    if (value >= 2n ** 31n) throw new NotTakenError(`the number ${text}`);
    return { kind: "literal", value, width: 32, isSigned: true };
  }
  const match = /^(\d*)'([sS]?)([bodhBODH])([\da-fA-F]+)$/.exec(plain);
  if (match === null) throw new NotTakenError(`the number ${text}`);
  const width = match[1] === "" ? 32 : Number(match[1]);
  const isSigned = match[2] !== "";
  const digits = BigInt(`${RADIX[(match[3] as string).toLowerCase()]}${match[4]}`);
  if (width === 0 || width > 65_536 || digits >= 2n ** BigInt(width))
    throw new NotTakenError(`the number ${text}`);
  return { kind: "literal", value: isSigned ? BigInt.asIntN(width, digits) : digits, width, isSigned };
}
