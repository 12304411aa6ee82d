import type { Node } from "./graph.ts";
import type { Pin, Placement, Region } from "./placement.ts";
import { commonRegion } from "./placement.ts";
import type { Block, Step } from "./update-tree.ts";

/**
 * Registers and memories are updated in place, one after the other, but everything at a clock edge is computed from the
 * values before it. This finds the reads that would come behind a write of the same register or memory; they must be
 * pinned to the start of a block that holds both.
 */
export function findHazards(root: Block, placement: Placement): Pin[] {
  const finder = new HazardFinder(placement);
  finder.walk(root, new Map());
  return finder.pins;
}

/** What has been written so far, by the block that did it. */
type Written = Map<string, Block>;

class HazardFinder {
  readonly pins: Pin[] = [];
  readonly #placement: Placement;
  readonly #blockOf = new Map<Region, Block>();

  constructor(placement: Placement) {
    this.#placement = placement;
    for (const [block, region] of placement.blocks) this.#blockOf.set(region, block);
  }

  walk(block: Block, written: Written): void {
    const region = this.#placement.blocks.get(block) as Region;
    for (const node of region.nodes) this.#evaluate(node, region, written);
    for (const step of block.steps) this.#step(step, block, region, written);
  }

  #step(step: Step, block: Block, region: Region, written: Written): void {
    if (step.kind === "if") {
      this.#read(step.condition, region, written);
      const inYes = new Map(written);
      const inNo = new Map(written);
      this.walk(step.yes, inYes);
      this.walk(step.no, inNo);
      for (const [key, writer] of [...inYes, ...inNo]) written.set(key, writer);
    } else if (step.kind === "store") {
      this.#read(step.value, region, written);
    } else if (step.update.kind === "register") {
      this.#read(step.update.value, region, written);
      written.set(`register ${step.update.register}`, block);
    } else if (step.update.kind === "effect") {
      for (const node of step.update.limbs) this.#read(node, region, written);
    } else {
      for (const node of [step.update.address, step.update.data, step.update.mask]) {
        this.#read(node, region, written);
      }
      written.set(`memory ${step.update.memory}`, block);
    }
  }

  /** A use: what is kept was computed before. */
  #read(node: Node, region: Region, written: Written): void {
    if (!this.#placement.isKept(node)) this.#evaluate(node, region, written);
  }

  #evaluate(node: Node, region: Region, written: Written): void {
    if (node.op === "register" || node.op === "memory") {
      const writer = written.get(`${node.op} ${node.index}`);
      if (writer !== undefined) {
        const common = commonRegion(region, this.#placement.blocks.get(writer) as Region);
        this.pins.push({ node, block: this.#blockOf.get(common) as Block });
      }
    }
    for (const [index, argument] of node.args.entries()) {
      const side = node.op === "mux" && index > 0 ? this.#placement.side(node, index as 1 | 2) : undefined;
      if (side !== undefined) for (const kept of side.nodes) this.#evaluate(kept, side, written);
      this.#read(argument, side ?? region, written);
    }
  }
}
