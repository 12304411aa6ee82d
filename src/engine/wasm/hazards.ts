import type { Node } from "./node.ts";
import { commonPlace, type Pin, type Place, type Placement, type Region, START } from "./placement.ts";
import { type Block, blocksOf, type Step, valuesOf } from "./step.ts";

/**
 * Registers and memories are updated in place, one after the other, but everything at a clock edge is computed from the
 * values before it. This finds the reads that would come behind a write of the same register or memory; they must be
 * pinned to a place before the step that writes.
 */
export function findHazards(root: Block, placement: Placement): Pin[] {
  const finder = new HazardFinder(placement);
  finder.walk(root);
  return finder.pins;
}

class HazardFinder {
  readonly pins: Pin[] = [];
  readonly #placement: Placement;
  readonly #blockOf = new Map<Region, Block>();
  /** What has been written so far, and where; and in which order, to take it back. */
  readonly #written = new Map<string, Place>();
  readonly #log: { readonly key: string; readonly place: Place; readonly before: Place | undefined }[] = [];

  constructor(placement: Placement) {
    this.#placement = placement;
    for (const [block, region] of placement.blocks) this.#blockOf.set(region, block);
  }

  walk(block: Block): void {
    const region = this.#placement.blocks.get(block) as Region;
    for (const node of region.before(START)) this.#evaluate(node, { region, position: START });
    for (const [position, step] of block.steps.entries()) this.#step(step, { region, position });
  }

  #step(step: Step, place: Place): void {
    for (const node of place.region.before(place.position)) this.#evaluate(node, place);
    for (const node of valuesOf(step)) this.#read(node, place);
    const blocks = blocksOf(step);
    if (blocks.length > 1) this.#alternatives(blocks);
    else for (const each of blocks) this.walk(each);
    if (step.kind !== "update") return;
    if (step.update.kind === "register") this.#write(`register ${step.update.register}`, place);
    if (step.update.kind === "memory") this.#write(`memory ${step.update.memory}`, place);
  }

  /** Each block sees what was written before all of them; what follows sees what any of them has written. */
  #alternatives(blocks: readonly Block[]): void {
    const written: { key: string; place: Place }[] = [];
    for (const block of blocks) {
      const start = this.#log.length;
      this.walk(block);
      for (const { key, place, before } of this.#log.splice(start).reverse()) {
        written.push({ key, place });
        if (before === undefined) this.#written.delete(key);
        else this.#written.set(key, before);
      }
    }
    for (const { key, place } of written) this.#write(key, place);
  }

  #write(key: string, place: Place): void {
    this.#log.push({ key, place, before: this.#written.get(key) });
    this.#written.set(key, place);
  }

  /** A use: what is kept was computed before. */
  #read(node: Node, place: Place): void {
    if (!this.#placement.isKept(node)) this.#evaluate(node, place);
  }

  #evaluate(node: Node, place: Place): void {
    if (node.op === "register" || node.op === "memory") {
      const written = this.#written.get(`${node.op} ${node.index}`);
      if (written !== undefined) {
        const { region, position } = commonPlace(place, written);
        this.pins.push({ node, block: this.#blockOf.get(region) as Block, position });
      }
    }
    for (const [index, argument] of node.args.entries()) {
      const side = this.#placement.side(node, index);
      const within = side === undefined ? place : { region: side, position: START };
      if (side !== undefined) for (const kept of side.before(START)) this.#evaluate(kept, within);
      this.#read(argument, within);
    }
  }
}
