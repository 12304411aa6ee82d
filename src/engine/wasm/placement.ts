import { LARGEST_FUNCTION } from "./cut-functions.ts";
import { arg, isTable, type Node } from "./node.ts";
import { type Block, blocksOf, valuesOf } from "./step.ts";

/**
 * Where each node is computed: as late and as rarely as possible. A region is a stretch of code that runs only under
 * some condition: a branch of the update tree, or one side of a choice inside an expression when that side is worth a
 * branch. A node is computed in the innermost region that holds all its uses, before the first step that needs it, if it
 * has several, and where it is used if it has one.
 */
export class Region {
  readonly parent: Region | undefined;
  readonly depth: number;
  /** Sides of choices around it, within its block. */
  readonly nesting: number;
  /** The outermost region of the function that it is part of. */
  readonly home: Region;
  /** Of the parent's steps, the one that it is part of. */
  readonly position: number;
  readonly #before = new Map<number, Node[]>();
  #scope: Region | undefined;
  /** What is computed for these: they and what only they use. */
  weight = 0;
  cost = 0;

  constructor(parent: Region | undefined, kind: "function" | "block" | "side", position = START) {
    this.parent = parent;
    this.position = position;
    this.depth = parent === undefined ? 0 : parent.depth + 1;
    this.nesting = kind === "side" && parent !== undefined ? parent.nesting + 1 : 0;
    this.home = kind === "function" || parent === undefined ? this : parent.home;
  }

  /**
   * The innermost region around it, or itself, whose code shares its locals with nothing outside: that of a function, or
   * a large one, which computes what it keeps in functions of its own. Asked for when all weights are known.
   */
  get scope(): Region {
    this.#scope ??=
      this === this.home || this.parent === undefined || isLarge(this) ? this : this.parent.scope;
    return this.#scope;
  }

  /** Nodes to compute before one of its steps, in order. */
  before(position: number): readonly Node[] {
    return this.#before.get(position) ?? [];
  }

  add(node: Node, position: number): void {
    const known = this.#before.get(position);
    if (known === undefined) this.#before.set(position, [node]);
    else known.push(node);
  }
}

/** Before the first step of a region; all that a side of a choice has. */
export const START = -1;

export interface Placement {
  /** Values that do not change during a run: before the loop. */
  readonly prologue: Region;
  readonly body: Region;
  readonly blocks: ReadonlyMap<Block, Region>;
  /** The sides of a choice that are regions of their own; they count from 1, as the arguments do. */
  side(choice: Node, index: number): Region | undefined;
  /** Computed once and kept, at the start of a region. */
  isKept(node: Node): boolean;
  /** Kept, and used by several functions. */
  isShared(node: Node): boolean;
  /** How much is computed for a node, with what only it uses. */
  weightOf(node: Node): number;
}

/** Whether what is kept at the start of a region takes functions of its own. */
export function isLarge(region: Region): boolean {
  return region.weight > LARGEST_FUNCTION;
}

/** A use outside the tree: a value that must be there before a step of a block. */
export interface Pin {
  readonly node: Node;
  readonly block: Block;
  readonly position: number;
}

/** Operations that a branch must spare to pay for itself. */
const WORTH_A_BRANCH = 10;
/** What is larger is cut into functions, which a branch inside an expression cannot be. */
const LARGEST_SIDE = LARGEST_FUNCTION / 2;
/** Branches within branches inside an expression. */
const DEEPEST_SIDES = 24;
/** Of a chain of nodes, one in this number is kept: the code generator recurses over what lies between. */
const LONGEST_CHAIN = 32;

export function place(root: Block, atStart: readonly Node[], pins: readonly Pin[]): Placement {
  const eager = new Placer(root, atStart, pins, () => true);
  const costs = eager.sideCosts();
  return new Placer(root, atStart, pins, (choice, index) => {
    const cost = costs.get(choice)?.[index - 1] ?? 0;
    return cost >= WORTH_A_BRANCH && cost <= LARGEST_SIDE;
  });
}

type IsRegion = (choice: Node, index: number) => boolean;

interface Use {
  region: Region;
  /** Of the region's steps, the first that needs it. */
  position: number;
  count: number;
  /** Where its uses are. */
  readonly users: Set<Region>;
  isShared?: boolean;
}

class Placer implements Placement {
  readonly prologue = new Region(undefined, "function");
  readonly body = new Region(this.prologue, "block");
  readonly blocks = new Map<Block, Region>();
  readonly #regions: Region[] = [this.prologue, this.body];
  readonly #sides = new Map<Node, readonly (Region | undefined)[]>();
  readonly #uses = new Map<Node, Use>();
  readonly #newestFirst: Node[] = [];
  readonly #kept = new Set<Node>();
  readonly #weights = new Map<Node, number>();

  constructor(root: Block, atStart: readonly Node[], pins: readonly Pin[], isRegion: IsRegion) {
    for (const node of atStart) this.#use(node, this.body, START);
    this.#visit(root, this.body);
    for (const { node, block, position } of pins) {
      this.#use(node, this.blocks.get(block) as Region, position);
      this.#kept.add(node);
    }
    this.#spread(isRegion);
    this.#fill();
  }

  side(choice: Node, index: number): Region | undefined {
    return this.#sides.get(choice)?.[index - 1];
  }

  isKept(node: Node): boolean {
    return this.#kept.has(node);
  }

  isShared(node: Node): boolean {
    const use = this.#uses.get(node);
    if (use === undefined || !this.#kept.has(node)) return false;
    // What a large region keeps is spread over several functions.
    const { region, users } = use;
    use.isShared ??= isLarge(region) || [...users].some(({ scope }) => scope !== region.scope);
    return use.isShared;
  }

  weightOf(node: Node): number {
    return this.#weights.get(node) ?? 0;
  }

  sideCosts(): Map<Node, readonly number[]> {
    return new Map([...this.#sides].map(([node, sides]) => [node, sides.map((side) => side?.cost ?? 0)]));
  }

  #region(parent: Region, kind: "function" | "block" | "side", position: number): Region {
    const region = new Region(parent, kind, position);
    this.#regions.push(region);
    return region;
  }

  #visit(block: Block, region: Region): void {
    this.blocks.set(block, region);
    for (const [position, step] of block.steps.entries()) {
      for (const node of valuesOf(step)) this.#use(node, region, position);
      const kind = step.kind === "call" ? "function" : "block";
      for (const each of blocksOf(step)) this.#visit(each, this.#region(region, kind, position));
    }
  }

  #use(node: Node, region: Region, position: number): void {
    const known = this.#uses.get(node);
    if (known === undefined) {
      this.#uses.set(node, { region, position, count: 1, users: new Set([region]) });
    } else {
      Object.assign(known, commonPlace(known, { region, position }));
      known.count++;
      known.users.add(region);
    }
  }

  /** From uses to arguments. A node's arguments are older than itself, so every use is known when its turn comes. */
  #spread(isRegion: IsRegion): void {
    let newest = -1;
    for (const { id } of this.#uses.keys()) newest = Math.max(newest, id);
    const pending = new Array<Node | undefined>(newest + 1).fill(undefined);
    for (const node of this.#uses.keys()) pending[node.id] = node;
    for (let id = newest; id >= 0; id--) {
      const node = pending[id];
      if (node === undefined) continue;
      this.#newestFirst.push(node);
      const use = this.#uses.get(node) as Use;
      if (node.isSteady) Object.assign(use, { region: this.prologue, position: START });
      const sides = this.#sidesOf(node, use, isRegion);
      for (const [index, argument] of node.args.entries()) {
        const side = sides?.[index - 1];
        this.#use(argument, side ?? use.region, side === undefined ? use.position : START);
        pending[argument.id] = argument;
      }
    }
  }

  #sidesOf(
    node: Node,
    { region, position }: Use,
    isRegion: IsRegion,
  ): readonly (Region | undefined)[] | undefined {
    if (!isChoice(node)) return undefined;
    const canBranch = region !== this.prologue && region.nesting < DEEPEST_SIDES;
    const sides = node.args
      .slice(1)
      .map((_, at) =>
        canBranch && isRegion(node, at + 1) ? this.#region(region, "side", position) : undefined,
      );
    this.#sides.set(node, sides);
    return sides;
  }

  #fill(): void {
    for (const node of this.#newestFirst.reverse()) {
      const use = this.#uses.get(node) as Use;
      const { region } = use;
      region.cost += costOf(node);
      let weight = 1;
      for (const each of node.args) if (!this.#kept.has(each)) weight += this.weightOf(each);
      this.#weights.set(node, weight);
      if (node.op === "const" || !this.#isWorthKeeping(node, use)) continue;
      this.#kept.add(node);
      region.add(node, use.position);
      region.weight += weight;
    }
    // Regions are older than those inside them.
    for (const { parent, cost } of this.#regions.reverse()) if (parent !== undefined) parent.cost += cost;
  }

  /** What is not kept is computed again at each use: a leaf, or what has one use, in its own region. */
  #isWorthKeeping(node: Node, { region, count, users }: Use): boolean {
    if (this.#kept.has(node)) return true;
    // Another function loads it from where it is.
    const isLeaf = node.op === "input" || node.op === "register";
    if (isLeaf && [...users].some(({ home }) => home !== region.home)) return false;
    if (region === this.prologue && (isLeaf || !users.has(region) || users.size > 1)) return true;
    return count > 1 || (node.depth > 0 && node.depth % LONGEST_CHAIN === 0);
  }
}

/** Whether a node has sides of which one is used. */
function isChoice(node: Node): boolean {
  return node.op === "mux" || (node.op === "choose" && !isTable(node));
}

export interface Place {
  readonly region: Region;
  readonly position: number;
}

/** The last place that comes before both. */
export function commonPlace(a: Place, b: Place): Place {
  let [x, y] = [a, b];
  while (x.region !== y.region) {
    if (x.region.depth >= y.region.depth) x = outside(x);
    else y = outside(y);
  }
  return x.position <= y.position ? x : y;
}

function outside({ region }: Place): Place {
  return { region: region.parent as Region, position: region.position };
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
    case "choose":
      return 4;
    default:
      return 1;
  }
}
