/** Where a name of the netlist stands in the design. */
export interface ScopedName {
  /** From the top module's own scope down, without it. */
  readonly scopes: readonly string[];
  readonly name: string;
}

const SIMPLE = /^[A-Za-z_][\w$]*(\[-?\d+\])*$/;

/**
 * Takes names of the netlist apart. Instances are distinguished by an attribute of Yosys'; blocks of a generate
 * region are joined to the name by a dot, which an escaped name may hold too: what is escaped the sources show.
 */
export class ScopedNames {
  /** Escaped names with a dot, the longest first. */
  readonly #dotted: readonly string[];

  constructor(files: ReadonlyMap<string, string>) {
    const escaped = [...files.values()].flatMap((text) => text.match(/(?<=\\)[^\s"]*\.[^\s"]*(?=\s)/g) ?? []);
    this.#dotted = [...new Set(escaped)].sort((a, b) => b.length - a.length);
  }

  /** `path` are the names of the instances and of what is in the innermost one. */
  split(path: readonly string[]): ScopedName {
    const parts = path.flatMap((name) => this.#parts(name));
    return { scopes: parts.slice(0, -1).map(written), name: written(parts.at(-1) as string) };
  }

  #parts(name: string): string[] {
    const known = this.#dotted.find((each) => name === each || name.startsWith(`${each}.`));
    const first = known ?? name.split(".", 1)[0] ?? name;
    return first === name ? [name] : [first, ...this.#parts(name.slice(first.length + 1))];
  }
}

/** As Verilog writes it: a backslash before a name that needs one. An index belongs to an array or a generate block. */
function written(name: string): string {
  return SIMPLE.test(name) ? name : `\\${name}`;
}

/** The bits of a vector as the source numbers them; nothing for a single bit without a number. */
export function rangeOf(width: number, offset: number, isAscending: boolean): string {
  if (width === 1 && offset === 0) return "";
  const last = offset + width - 1;
  return isAscending ? `[${offset}:${last}]` : `[${last}:${offset}]`;
}
