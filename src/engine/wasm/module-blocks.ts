import type { Statement } from "./loop-syntax.ts";

/** Loops with fewer steps, as far as the source shows it, are left to Yosys. */
const FEW_STEPS = 64n;

/** A piece of a source. */
export interface Extent {
  readonly start: number;
  readonly end: number;
}

export interface Loop extends Extent {
  readonly statement: Statement;
  readonly names: readonly string[];
}

/** An initial block that is understood. */
export interface Block {
  readonly start: number;
  readonly loops: Loop[];
  /** Calls of `$readmemh`. */
  readonly reads: (Extent & { readonly memory: string })[];
  /** All words beside its loops. */
  readonly others: string[];
}

/** The initial blocks of a module, and what its loops depend on. */
export class ModuleBlocks {
  /** Names that are declared: whether they have elements. */
  readonly arrays = new Map<string, boolean>();
  /** Memories that initial blocks write by element. */
  readonly written = new Set<string>();
  readonly blocks: Block[] = [];
  /** The words of initial blocks that are not understood. */
  readonly unknown = new Set<string>();
  hasTask = false;

  isArray(name: string): boolean {
    return this.arrays.get(name) === true;
  }

  /**
   * All of them or none: Yosys must not see half of what happens to a variable. A memory may be written by other statements
   * too, since these have a place in the source.
   */
  takesLoops(): boolean {
    const loops = this.blocks.flatMap((block) => block.loops);
    if (!loops.some((loop) => !isShort(loop.statement) && loop.names.some((name) => this.isArray(name))))
      return false;
    if (this.hasTask && this.unknown.size > 0) return false;
    const targets = union(loops.map((loop) => loop.statement));
    const others = new Set(this.blocks.flatMap((block) => block.others));
    return [...targets].every((name) => !this.unknown.has(name) && (this.isArray(name) || !others.has(name)));
  }
}

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

/** What a statement assigns to, but for the variables of loops' own. */
function targetsOf(statement: Statement): Set<string> {
  switch (statement.kind) {
    case "assignment":
      return new Set([statement.name]);
    case "block":
      return union(statement.statements);
    case "if":
      return union(statement.no === undefined ? [statement.yes] : [statement.yes, statement.no]);
    case "for": {
      const targets = union([statement.start, statement.step, statement.body]);
      targets.delete(statement.own ?? "");
      return targets;
    }
  }
}

function union(statements: readonly Statement[]): Set<string> {
  return new Set(statements.flatMap((each) => [...targetsOf(each)]));
}
