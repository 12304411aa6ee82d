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

/** `nodeCount` is that of the graph. */
export function place(
  nodeCount: number,
  root: Block,
  atStart: readonly Node[],
  pins: readonly Pin[],
): Placement {
  const eager = new Placer(nodeCount, root, atStart, pins, () => true);
  return new Placer(nodeCount, root, atStart, pins, (choice, index) => {
    const cost = eager.side(choice, index)?.cost ?? 0;
    return cost >= WORTH_A_BRANCH && cost <= LARGEST_SIDE;
  });
}

type IsRegion = (choice: Node, index: number) => boolean;

interface Use {
  readonly node: Node;
  region: Region;
  /** Of the region's steps, the first that needs it. */
  position: number;
  count: number;
  /** Where its uses are, each once or more often. */
  readonly users: Region[];
  isKept: boolean;
  isShared?: boolean;
  weight: number;
  sides?: readonly (Region | undefined)[] | undefined;
}

class Placer implements Placement {
  readonly prologue = new Region(undefined, "function");
  readonly body = new Region(this.prologue, "block");
  readonly blocks = new Map<Block, Region>();
  readonly #regions: Region[] = [this.prologue, this.body];
  /** By the number of the node. */
  readonly #uses: (Use | undefined)[];

  constructor(
    nodeCount: number,
    root: Block,
    atStart: readonly Node[],
    pins: readonly Pin[],
    isRegion: IsRegion,
  ) {
    this.#uses = new Array(nodeCount);
    for (const node of atStart) this.#use(node, this.body, START);
    this.#visit(root, this.body);
    for (const { node, block, position } of pins)
      this.#use(node, this.blocks.get(block) as Region, position).isKept = true;
    this.#spread(isRegion);
    this.#fill();
  }

  side(choice: Node, index: number): Region | undefined {
    return this.#uses[choice.id]?.sides?.[index - 1];
  }

  isKept(node: Node): boolean {
    return this.#uses[node.id]?.isKept === true;
  }

  isShared(node: Node): boolean {
    const use = this.#uses[node.id];
    if (use?.isKept !== true) return false;
    // What a large region keeps is spread over several functions.
    const { region, users } = use;
    use.isShared ??= isLarge(region) || users.some(({ scope }) => scope !== region.scope);
    return use.isShared;
  }

  weightOf(node: Node): number {
    return this.#uses[node.id]?.weight ?? 0;
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

  #use(node: Node, region: Region, position: number): Use {
    const known = this.#uses[node.id];
    if (known === undefined) {
      const use: Use = { node, region, position, count: 1, users: [region], isKept: false, weight: 0 };
      this.#uses[node.id] = use;
      return use;
    }
    movePlace(known, commonPlace(known, { region, position }));
    known.count++;
    if (known.users.at(-1) !== region) known.users.push(region);
    return known;
  }

  /** From uses to arguments. A node's arguments are older than itself, so every use is known when its turn comes. */
  #spread(isRegion: IsRegion): void {
    for (let id = this.#uses.length - 1; id >= 0; id--) {
      const use = this.#uses[id];
      if (use === undefined) continue;
      const { node } = use;
      if (node.isSteady) movePlace(use, { region: this.prologue, position: START });
      use.sides = this.#sidesOf(use, isRegion);
      for (const [index, argument] of node.args.entries()) {
        const side = use.sides?.[index - 1];
        if (side === undefined) this.#use(argument, use.region, use.position);
        else this.#use(argument, side, START);
      }
    }
  }

  #sidesOf({ node, region, position }: Use, isRegion: IsRegion): Use["sides"] {
    if (!isChoice(node)) return undefined;
    const canBranch = region !== this.prologue && region.nesting < DEEPEST_SIDES;
    return node.args
      .slice(1)
      .map((_, at) =>
        canBranch && isRegion(node, at + 1) ? this.#region(region, "side", position) : undefined,
      );
  }

  /** From the oldest node on, so that what a node is made of is known. */
  #fill(): void {
    for (const use of this.#uses) {
      if (use === undefined) continue;
      const { node, region } = use;
      region.cost += costOf(node);
      use.weight = 1;
      for (const each of node.args) if (!this.isKept(each)) use.weight += this.weightOf(each);
      if (node.op === "const" || !this.#isWorthKeeping(use)) continue;
      use.isKept = true;
      region.add(node, use.position);
      region.weight += use.weight;
    }
    // Regions are older than those inside them.
    for (const { parent, cost } of this.#regions.reverse()) if (parent !== undefined) parent.cost += cost;
  }

  /** What is not kept is computed again at each use: a leaf, or what has one use, in its own region. */
  #isWorthKeeping({ node, region, count, users, isKept }: Use): boolean {
    if (isKept) return true;
    // Another function loads it from where it is.
    const isLeaf = node.op === "input" || node.op === "register";
    if (isLeaf && users.some(({ home }) => home !== region.home)) return false;
    if (region === this.prologue && (isLeaf || users.some((user) => user !== region))) return true;
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

function movePlace(place: { -readonly [key in keyof Place]: Place[key] }, { region, position }: Place): void {
  place.region = region;
  place.position = position;
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
