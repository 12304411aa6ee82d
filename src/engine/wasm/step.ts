import type { Update } from "./design.ts";
import type { Node } from "./node.ts";

/** A sequence of steps; a function of the module has one, and each branch has one. */
export interface Block {
  readonly steps: readonly Step[];
}

export type Step =
  | { readonly kind: "if"; readonly condition: Node; readonly yes: Block; readonly no: Block }
  /** The block `pick[v]` while the selector is `v`, as in a "choose". */
  | {
      readonly kind: "switch";
      readonly selector: Node;
      readonly pick: readonly number[];
      readonly blocks: readonly Block[];
    }
  /** A block that is a function of its own. */
  | { readonly kind: "call"; readonly block: Block }
  | { readonly kind: "update"; readonly update: Update }
  | { readonly kind: "store"; readonly address: number; readonly value: Node };

/** The values that a step uses before any of its blocks. */
export function valuesOf(step: Step): readonly Node[] {
  switch (step.kind) {
    case "if":
      return [step.condition];
    case "switch":
      return [step.selector];
    case "call":
      return [];
    case "store":
      return [step.value];
    case "update":
      return valuesOfUpdate(step.update);
  }
}

function valuesOfUpdate(update: Update): readonly Node[] {
  switch (update.kind) {
    case "register":
      return [update.value];
    case "memory":
      return [update.address, update.data, update.mask];
    case "effect":
      return update.limbs;
  }
}

/** The blocks of a step, of which at most one is run. */
export function blocksOf(step: Step): readonly Block[] {
  switch (step.kind) {
    case "if":
      return [step.yes, step.no];
    case "switch":
      return step.blocks;
    case "call":
      return [step.block];
    default:
      return [];
  }
}
