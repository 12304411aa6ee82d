import { arg, type Node } from "./graph.ts";
import type { Block, Step } from "./update-tree.ts";

/**
 * Where each node is computed: as late and as rarely as possible. A region is a stretch of code that runs only under
 * some condition: a branch of the update tree, or one side of a choice inside an expression when that side is worth a
 * branch. A node is computed at the start of the innermost region that holds all its uses if it has several, and where
 * it is used if it has one.
 */
export class Region {
  readonly parent: Region | undefined;
  readonly depth: number;
  /** Nodes to compute at its start, in order. */
  readonly nodes: Node[] = [];
  cost = 0;

  constructor(parent: Region | undefined) {
    this.parent = parent;
    this.depth = parent === undefined ? 0 : parent.depth + 1;
  }
}

export interface Placement {
  /** Values that do not change during a run: before the loop. */
  readonly prologue: Region;
  readonly body: Region;
  readonly blocks: ReadonlyMap<Block, Region>;
  /** The sides of a choice that are regions of their own. */
  side(choice: Node, index: 1 | 2): Region | undefined;
  /** Computed once and kept, at the start of a region. */
  isKept(node: Node): boolean;
}

/** A use outside the tree: a value that must be there at the start of a region. */
export interface Pin {
  readonly node: Node;
  readonly block: Block;
}

/** Operations that a branch must spare to pay for itself. */
const WORTH_A_BRANCH = 10;

export function place(root: Block, atStart: readonly Node[], pins: readonly Pin[]): Placement {
  const eager = new Placer(root, atStart, pins, () => true);
  const costs = eager.sideCosts();
  return new Placer(
    root,
    atStart,
    pins,
    (choice, index) => (costs.get(choice)?.[index - 1] ?? 0) >= WORTH_A_BRANCH,
  );
}

class Placer implements Placement {
  readonly prologue = new Region(undefined);
  readonly body = new Region(this.prologue);
  readonly blocks = new Map<Block, Region>();
  readonly #sides = new Map<Node, [Region | undefined, Region | undefined]>();
  readonly #uses = new Map<Node, { region: Region; count: number }>();
  readonly #isConstant = new Map<Node, boolean>();
  readonly #kept = new Set<Node>();

  constructor(
    root: Block,
    atStart: readonly Node[],
    pins: readonly Pin[],
    isRegion: (choice: Node, index: 1 | 2) => boolean,
  ) {
    for (const node of atStart) this.#use(node, this.body);
    this.#visit(root, this.body);
    for (const { node, block } of pins) {
      this.#use(node, this.blocks.get(block) as Region);
      this.#kept.add(node);
    }
    this.#spread(isRegion);
    this.#fill();
  }

  side(choice: Node, index: 1 | 2): Region | undefined {
    return this.#sides.get(choice)?.[index - 1];
  }

  isKept(node: Node): boolean {
    return this.#kept.has(node);
  }

  sideCosts(): Map<Node, [number, number]> {
    return new Map([...this.#sides].map(([node, [yes, no]]) => [node, [yes?.cost ?? 0, no?.cost ?? 0]]));
  }

  #visit(block: Block, region: Region): void {
    this.blocks.set(block, region);
    for (const step of block.steps) this.#visitStep(step, region);
  }

  #visitStep(step: Step, region: Region): void {
    if (step.kind === "if") {
      this.#use(step.condition, region);
      this.#visit(step.yes, new Region(region));
      this.#visit(step.no, new Region(region));
    } else if (step.kind === "store") {
      this.#use(step.value, region);
    } else if (step.update.kind === "register") {
      this.#use(step.update.value, region);
    } else if (step.update.kind === "effect") {
      for (const node of step.update.limbs) this.#use(node, region);
    } else {
      for (const node of [step.update.address, step.update.data, step.update.mask]) this.#use(node, region);
    }
  }

  #use(node: Node, region: Region): void {
    const known = this.#uses.get(node);
    if (known === undefined) {
      this.#uses.set(node, { region, count: 1 });
    } else {
      known.region = commonRegion(known.region, region);
      known.count++;
    }
  }

  /** From uses to arguments. A node's arguments are older than itself, so every use is known when its turn comes. */
  #spread(isRegion: (choice: Node, index: 1 | 2) => boolean): void {
    const pending = new NodeQueue(this.#uses.keys());
    for (let node = pending.takeNewest(); node !== undefined; node = pending.takeNewest()) {
      const use = this.#uses.get(node) as { region: Region; count: number };
      if (this.#isInvariant(node)) use.region = this.prologue;
      const sides: [Region | undefined, Region | undefined] = [undefined, undefined];
      for (const [index, argument] of node.args.entries()) {
        let region = use.region;
        if (
          node.op === "mux" &&
          index > 0 &&
          use.region !== this.prologue &&
          isRegion(node, index as 1 | 2)
        ) {
          region = new Region(use.region);
          sides[index - 1] = region;
        }
        this.#use(argument, region);
        pending.add(argument);
      }
      if (node.op === "mux") this.#sides.set(node, sides);
    }
  }

  /** Depends on inputs only, which do not change during a run. */
  #isInvariant(node: Node): boolean {
    const known = this.#isConstant.get(node);
    if (known !== undefined) return known;
    const isLeaf = node.op === "register" || node.op === "memory";
    const result = !isLeaf && node.args.every((each) => this.#isInvariant(each));
    this.#isConstant.set(node, result);
    return result;
  }

  #fill(): void {
    const usedOutside = this.#usedByVariants();
    for (const [node, { region, count }] of [...this.#uses].sort(([a], [b]) => a.id - b.id)) {
      addCost(region, costOf(node));
      if (node.op === "const") continue;
      const isHoisted = region === this.prologue && (node.op === "input" || usedOutside.has(node));
      if (count > 1 || isHoisted || this.#kept.has(node)) {
        this.#kept.add(node);
        region.nodes.push(node);
      }
    }
  }

  /** Arguments of nodes that change during a run. */
  #usedByVariants(): Set<Node> {
    const used = new Set<Node>();
    for (const node of this.#uses.keys()) {
      if (this.#isInvariant(node)) continue;
      for (const each of node.args) used.add(each);
    }
    return used;
  }
}

function addCost(region: Region, cost: number): void {
  for (let each: Region | undefined = region; each !== undefined; each = each.parent) each.cost += cost;
}

export function commonRegion(a: Region, b: Region): Region {
  let [x, y] = [a, b];
  while (x !== y) {
    if (x.depth >= y.depth) x = x.parent as Region;
    else y = y.parent as Region;
  }
  return x;
}

function costOf(node: Node): number {
  switch (node.op) {
    case "const":
    case "input":
    case "extend":
      return 0;
    case "concat":
      return 2 * node.args.length;
    case "memory":
      return 4;
    case "divide":
    case "modulo":
    case "divideSigned":
    case "moduloSigned":
      return 30;
    case "wideDivide":
      return 5000;
    case "mux":
      return 2 + (arg(node, 0).op === "equal" ? 1 : 0);
    default:
      return 1;
  }
}

/** Nodes by age, the newest first, each once. */
class NodeQueue {
  readonly #byId: (Node | undefined)[] = [];

  constructor(nodes: Iterable<Node>) {
    for (const node of nodes) this.add(node);
  }

  add(node: Node): void {
    this.#byId[node.id] = node;
  }

  takeNewest(): Node | undefined {
    while (this.#byId.length > 0) {
      const node = this.#byId.pop();
      if (node !== undefined) return node;
    }
    return undefined;
  }
}
