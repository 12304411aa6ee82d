import type { Node } from "./node.ts";
import { type Block, blocksOf, type Step, valuesOf } from "./step.ts";

/**
 * The most work, in nodes, of one function of the module. V8 takes functions of up to 7.6 MB and 50,000 locals, and the
 * time that it compiles grows faster than a function does.
 */
export const LARGEST_FUNCTION = 6000;

/** A block whose work fits into functions: what is too large is cut into blocks that are called. */
export function cutIntoFunctions(root: Block): Block {
  return new Cutter().cut(root).block;
}

/** A block and the work that is left in the function that it is part of. */
interface Piece {
  readonly block: Block;
  readonly weight: number;
}

class Cutter {
  /** Each node counts where it is met first. */
  readonly #seen = new Set<Node>();

  cut(block: Block): Piece {
    const steps = block.steps.map((step) => this.#step(step));
    const weight = steps.reduce((sum, each) => sum + each.weight, 0);
    if (weight <= LARGEST_FUNCTION) return { block: { steps: steps.map(({ step }) => step) }, weight };
    const calls = packed(steps, LARGEST_FUNCTION, ({ weight: each }) => each).map((group): Step => {
      return { kind: "call", block: { steps: group.map(({ step }) => step) } };
    });
    return { block: { steps: calls }, weight: calls.length };
  }

  #step(step: Step): { step: Step; weight: number } {
    const own = this.#weigh(valuesOf(step));
    if (step.kind !== "if" && step.kind !== "switch") return { step, weight: own };
    const pieces = blocksOf(step).map((block) => this.cut(block));
    const blocks = pieces.map(({ block }) => block);
    return {
      step:
        step.kind === "if"
          ? { ...step, yes: blocks[0] as Block, no: blocks[1] as Block }
          : { ...step, blocks },
      weight: pieces.reduce((sum, { weight }) => sum + weight, own),
    };
  }

  #weigh(values: readonly Node[]): number {
    let weight = 1;
    for (const pending = [...values]; pending.length > 0; ) {
      const node = pending.pop() as Node;
      if (this.#seen.has(node)) continue;
      this.#seen.add(node);
      weight++;
      for (const argument of node.args) pending.push(argument);
    }
    return weight;
  }
}

/** Neighbours in groups of at most so much weight; what is heavier is alone. */
export function packed<T>(items: readonly T[], most: number, weightOf: (item: T) => number): T[][] {
  const groups: T[][] = [];
  let weight = Number.POSITIVE_INFINITY;
  for (const item of items) {
    const own = weightOf(item);
    if (weight + own > most) {
      groups.push([]);
      weight = 0;
    }
    groups.at(-1)?.push(item);
    weight += own;
  }
  return groups;
}
