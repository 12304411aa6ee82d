import { afterParentheses, macroEnd, statementEnd } from "./statement-end.ts";
import type { Token } from "./verilog-tokens.ts";

/** A variable as it is declared. */
export interface VariableType {
  readonly isGenvar: boolean;
  readonly isSigned: boolean;
  /** The two sides of its range; undefined if it has one bit. */
  readonly range: Range | undefined;
}

export interface ArrayType {
  /** A range for each. */
  readonly dimensions: readonly Range[];
  /** Undefined: several packed dimensions, or a type that is not known here. */
  readonly element: VariableType | undefined;
}

/** Where an array is declared in a module, by tokens. */
export interface ArrayDeclaration {
  readonly type: ArrayType;
  /** Of the type that stands before all names. */
  readonly first: number;
  readonly names: number;
  readonly name: number;
  /** Of its dimensions. */
  readonly last: number;
}

export type Range = readonly [left: string, right: string];

/** For tokens of a source that are names, how these are declared. */
export interface Declarations {
  /** Of variables and nets that are no arrays. */
  readonly types: ReadonlyMap<number, VariableType>;
  readonly arrays: ReadonlyMap<number, ArrayType>;
  readonly arrayDeclarations: readonly ArrayDeclaration[];
  /** Names that have a range, or are of a type that is not known here, wherever they are declared. */
  readonly ranged: ReadonlySet<string>;
}

const range = (highest: number): Range => [String(highest), "0"];
const TYPES: ReadonlyMap<string, VariableType> = new Map(
  Object.entries({
    reg: { isGenvar: false, isSigned: false, range: undefined },
    logic: { isGenvar: false, isSigned: false, range: undefined },
    bit: { isGenvar: false, isSigned: false, range: undefined },
    byte: { isGenvar: false, isSigned: true, range: range(7) },
    shortint: { isGenvar: false, isSigned: true, range: range(15) },
    int: { isGenvar: false, isSigned: true, range: range(31) },
    integer: { isGenvar: false, isSigned: true, range: range(31) },
    longint: { isGenvar: false, isSigned: true, range: range(63) },
    time: { isGenvar: false, isSigned: false, range: range(63) },
    ...Object.fromEntries(
      ["wire", "tri", "wand", "wor", "triand", "trior", "uwire"].map((net) => [
        net,
        { isGenvar: false, isSigned: false, range: undefined },
      ]),
    ),
    genvar: { isGenvar: true, isSigned: true, range: range(31) },
  }),
);
const CONSTANT = /^(?:parameter|localparam)$/;
const PORT = /^(input|output|inout|ref)$/;
const CLOSED_BY: Readonly<Record<string, RegExp>> = {
  module: /^endmodule$/,
  macromodule: /^endmodule$/,
  interface: /^endinterface$/,
  program: /^endprogram$/,
  package: /^endpackage$/,
  function: /^endfunction$/,
  task: /^endtask$/,
  begin: /^end$/,
  fork: /^join(_any|_none)?$/,
};

interface Scope {
  /** What ends it, or the last token of it. */
  readonly end: RegExp | number;
  /** Undefined: a type that is not known here. */
  readonly variables: Map<string, VariableType | ArrayType | undefined>;
}

export function declarationsOf(tokens: readonly Token[]): Declarations {
  return new Scan(tokens).uses();
}

class Scan {
  readonly #tokens: readonly Token[];
  readonly #types = new Map(TYPES);
  readonly #scopes: Scope[] = [{ end: /^$/, variables: new Map() }];
  readonly #uses = new Map<number, VariableType>();
  readonly #arrays = new Map<number, ArrayType>();
  readonly #arrayDeclarations: ArrayDeclaration[] = [];
  readonly #ranged = new Set<string>();

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  uses(): Declarations {
    for (let at = 0; at < this.#tokens.length; at++) {
      while (typeof this.#scope.end === "number" && at > this.#scope.end) this.#scopes.pop();
      at = this.#take(at);
    }
    const arrayDeclarations = this.#arrayDeclarations;
    return { types: this.#uses, arrays: this.#arrays, arrayDeclarations, ranged: this.#ranged };
  }

  get #scope(): Scope {
    return this.#scopes.at(-1) as Scope;
  }

  #text(at: number): string {
    return this.#tokens[at]?.text ?? "";
  }

  /** Returns the last token that is done. */
  #take(at: number): number {
    const { kind, text } = this.#tokens[at] as Token;
    if (text === "`define") return macroEnd(this.#tokens, at);
    if (kind !== "word" || this.#text(at - 1) === ".") return at;
    const { end } = this.#scope;
    if (end instanceof RegExp && end.test(text)) {
      this.#scopes.pop();
      return at;
    }
    const closing = CLOSED_BY[text];
    // A function that is imported has no body.
    if (closing !== undefined && !/^"|^(pure|context|import|export|extern)$/.test(this.#text(at - 1)))
      this.#scopes.push({ end: closing, variables: new Map() });
    if (text === "function") return this.#functionName(at);
    if (text === "for" && this.#text(at + 1) === "(") return this.#loop(at);
    if (text === "typedef") return this.#typedef(at);
    if (PORT.test(text) || this.#types.has(text)) return this.#declaration(at);
    this.#use(at, this.#scopes.findLast(({ variables }) => variables.has(text))?.variables.get(text));
    return at;
  }

  #use(at: number, declared: VariableType | ArrayType | undefined): void {
    if (declared === undefined) return;
    if ("isGenvar" in declared) this.#uses.set(at, declared);
    else this.#arrays.set(at, declared);
  }

  /** A variable of the loop's own lives as long as the loop. */
  #loop(at: number): number {
    if (!this.#types.has(this.#text(at + 2))) return at + 1;
    const end = statementEnd(this.#tokens, afterParentheses(this.#tokens, at + 1));
    this.#scopes.push({ end, variables: new Map() });
    return this.#declaration(at + 2);
  }

  /** Its result is a variable too, whose type stands before its name. */
  #functionName(at: number): number {
    const start = /^(automatic|static)$/.test(this.#text(at + 1)) ? at + 2 : at + 1;
    const known = this.#types.has(this.#text(start)) ? start + 1 : start;
    const { type, next } = this.#type(known, this.#types.get(this.#text(start)) ?? this.#types.get("reg"));
    this.#scope.variables.set(this.#text(next), type);
    return next;
  }

  #typedef(at: number): number {
    const known = this.#types.get(this.#text(at + 1));
    if (known === undefined) return at;
    const { type, next } = this.#type(at + 2, known);
    if (type !== undefined && this.#text(next + 1) === ";") this.#types.set(this.#text(next), type);
    return next;
  }

  /** Of one or more names; returns the last of these. */
  #declaration(from: number): number {
    let at = from;
    if (PORT.test(this.#text(at))) at++;
    if (this.#text(at) === "var" || this.#text(at) === "wire") at++;
    const known = this.#types.get(this.#text(at));
    const { type, next } = this.#type(known === undefined ? at : at + 1, known ?? this.#types.get("reg"));
    let last = from;
    for (at = next; this.#tokens[at]?.kind === "word"; at++) {
      const isArray = this.#text(at + 1) === "[";
      const declared = isArray ? this.#array({ first: from, names: next, name: at }, type) : type;
      this.#declare(this.#text(at), declared);
      if (declared === type) this.#use(at, type);
      last = at;
      at = this.#afterName(at + 1);
      if (this.#text(at) !== "," || this.#isDeclaration(at + 1)) break;
    }
    return last;
  }

  #declare(name: string, declared: VariableType | ArrayType | undefined): void {
    this.#scope.variables.set(name, declared);
    const isOne = declared !== undefined && "isGenvar" in declared && declared.range === undefined;
    if (!isOne) this.#ranged.add(name);
  }

  /** A size is the last index but one. */
  #array(place: Omit<ArrayDeclaration, "type" | "last">, element: VariableType | undefined): ArrayType {
    const dimensions: Range[] = [];
    let at = place.name + 1;
    while (this.#text(at) === "[") {
      const { sides, next } = this.#range(at);
      const [left = "", right] = sides;
      dimensions.push(right === undefined ? ["0", `${left} - 1`] : [left, right]);
      at = next;
    }
    const type = { dimensions, element };
    const isInModule = this.#scopes.length > 1;
    if (isInModule) this.#arrayDeclarations.push({ ...place, type, last: at - 1 });
    return type;
  }

  #isDeclaration(at: number): boolean {
    return CONSTANT.test(this.#text(at)) || PORT.test(this.#text(at)) || this.#types.has(this.#text(at));
  }

  /** After dimensions and a value. */
  #afterName(from: number): number {
    let depth = 0;
    for (let at = from; at < this.#tokens.length; at++) {
      const text = this.#text(at);
      if (/^[([{]$|^'\{$/.test(text)) depth++;
      if (depth === 0 && /^[,;)]$/.test(text)) return at;
      if (/^[)\]}]$/.test(text)) depth--;
    }
    return this.#tokens.length;
  }

  /** A sign and a range after a type's word. */
  #type(from: number, known: VariableType | undefined): { type: VariableType | undefined; next: number } {
    let at = from;
    let type = known;
    const sign = this.#text(at);
    if (sign === "signed" || sign === "unsigned") at++;
    if (type !== undefined && at > from) type = { ...type, isSigned: sign === "signed" };
    for (let dimensions = 0; this.#text(at) === "["; dimensions++) {
      const { sides, next } = this.#range(at);
      // Of several dimensions, or of a type that has one, the whole has no name here.
      const isSimple = dimensions === 0 && type?.range === undefined && sides.length === 2;
      type = isSimple && type !== undefined ? { ...type, range: sides as unknown as Range } : undefined;
      at = next;
    }
    return { type, next: at };
  }

  #range(at: number): { sides: string[]; next: number } {
    const sides = [""];
    let depth = 0;
    let next = at;
    for (; next < this.#tokens.length; next++) {
      const text = this.#text(next);
      if (/^[([{]$/.test(text)) depth++;
      if (/^[)\]}]$/.test(text) && --depth === 0) break;
      if (next === at) continue;
      if (text === ":" && depth === 1) sides.push("");
      else sides[sides.length - 1] += `${text.startsWith("'") ? "" : " "}${text}`;
    }
    return { sides: sides.map((side) => side.trim()), next: next + 1 };
  }
}
