import type { Design, EffectUpdate, MemoryUpdate, RegisterUpdate, Update } from "./design.ts";
import type { Graph } from "./graph.ts";
import { arg, isTable, type Node } from "./node.ts";
import type { Block, Step } from "./step.ts";
import { readersFirst } from "./step-order.ts";

/** Branches within branches; what is decided deeper than this is computed as a value. */
const DEEPEST = 60;
/**
 * Branches that repeat one choice; beyond, it is computed as a value. Choices that share their arms would otherwise
 * double the code with each of them.
 */
const MOST_COPIES = 32;
/** Updates in the blocks of one test for each arm of the choices that it decides; beyond, each choice has its own test. */
const MOST_UPDATES = 8;

/**
 * The updates of a clock edge, sorted into branches: what depends on one condition is done, and computed, under one
 * test. Registers that keep their value and writes with an empty mask vanish, so an idle part of a design costs its
 * conditions only.
 */
export function updateTree(design: Design): Block {
  const sorter = new Sorter(design.graph);
  const ports = new Map<number, number>();
  for (const update of design.updates) {
    if (update.kind === "memory") ports.set(update.memory, (ports.get(update.memory) ?? 0) + 1);
  }
  // Ports of one memory must write in their order, so they do not take part in the sorting.
  const isOrdered = (update: Update): boolean =>
    update.kind === "memory" && (ports.get(update.memory) ?? 0) > 1;
  // What a design says has an order too, and comes first: it reads only what was before.
  const effects = design.updates.filter((update) => update.kind === "effect");
  const free = design.updates.filter((update) => update.kind !== "effect" && !isOrdered(update));
  const ordered = design.updates.filter(isOrdered);
  return {
    steps: [...sorter.inOrder(effects), ...sorter.steps(free, 0), ...sorter.inOrder(ordered)],
  };
}

/** One after the other, each under its own condition. */
export function stepsInOrder(graph: Graph, updates: readonly Update[]): Step[] {
  return new Sorter(graph).inOrder(updates);
}

/** What one node decides about an update: its sides, one for each value of a condition or each arm of a choice. */
interface Branches {
  readonly choice: Node;
  readonly decider: Node;
  /** For each value of a selector, which side; absent for a condition, whose sides are yes and no. */
  readonly pick?: readonly number[];
  readonly sides: readonly Update[];
}

class Sorter {
  readonly #graph: Graph;
  readonly #copies = new Map<Node, number>();

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  inOrder(updates: readonly Update[]): Step[] {
    return updates.flatMap((update) => this.steps([update], 0));
  }

  steps(updates: readonly Update[], depth: number): Step[] {
    const groups = new Map<Node, Branches[]>();
    const plain = new Set<Update>();
    const updateOf = new Map<Branches, Update>();
    for (const update of updates) {
      if (isNothing(update)) continue;
      const branches = depth < DEEPEST ? branchesOf(this.#graph, update) : undefined;
      plain.add(update);
      if (branches === undefined || (this.#copies.get(branches.choice) ?? 0) >= MOST_COPIES) continue;
      updateOf.set(branches, update);
      const group = groups.get(branches.decider);
      if (group === undefined) groups.set(branches.decider, [branches]);
      else group.push(branches);
    }
    const worth = [...groups.values()].flatMap(affordable).filter(isWorthATest);
    for (const branches of worth.flat()) {
      plain.delete(updateOf.get(branches) as Update);
      this.#copies.set(branches.choice, (this.#copies.get(branches.choice) ?? 0) + 1);
    }
    return readersFirst([
      ...worth.map((group) => this.#branch(group, depth)),
      ...[...plain].map((update): Step => ({ kind: "update", update })),
    ]);
  }

  /** One test for all updates that it decides about. */
  #branch(group: readonly Branches[], depth: number): Step {
    const { decider, pick } = group[0] as Branches;
    const block = (sides: readonly Update[]): Block => ({ steps: this.steps(sides, depth + 1) });
    if (pick === undefined) {
      const side = (index: number): Block => block(group.map(({ sides }) => sides[index] as Update));
      return { kind: "if", condition: decider, yes: side(0), no: side(1) };
    }
    const { classes, samples } = commonPick(group);
    const blocks = samples.map((value) => block(group.map((each) => sideOf(each, value))));
    return { kind: "switch", selector: decider, pick: classes, blocks };
  }
}

function isWorthATest(group: readonly Branches[]): boolean {
  return group.length > 1 || group.some(({ sides }) => sides.some(isNothing));
}

/** A group, or those of its choices that have one pick, if together they would repeat too many updates. */
function affordable(group: readonly Branches[]): (readonly Branches[])[] {
  if (group.length === 1 || group[0]?.pick === undefined) return [group];
  let left = MOST_UPDATES * group.reduce((sum, { sides }) => sum + sides.length, 0);
  for (const value of commonPick(group).samples) {
    for (const each of group) if (!isNothing(sideOf(each, value))) left--;
  }
  return left >= 0 ? [group] : byPick(group);
}

function byPick(group: readonly Branches[]): Branches[][] {
  const groups = new Map<readonly number[] | undefined, Branches[]>();
  for (const branches of group) {
    const known = groups.get(branches.pick);
    if (known === undefined) groups.set(branches.pick, [branches]);
    else known.push(branches);
  }
  return [...groups.values()];
}

/** What becomes of an update while its selector has a value. */
function sideOf({ pick, sides }: Branches, value: number): Update {
  return sides[pick?.[value] as number] as Update;
}

/** Values of a selector are of one class if each of the picks gives the same for them; with a value of each class. */
function commonPick(group: readonly Branches[]): { classes: number[]; samples: number[] } {
  const picks = group.map(({ pick }) => pick as readonly number[]);
  const count = picks[0]?.length ?? 0;
  let classes = new Array<number>(count).fill(0);
  let samples = [0];
  for (const pick of picks) {
    const known = new Map<number, number>();
    samples = [];
    classes = classes.map((old, value) => {
      const key = old * count + (pick[value] as number);
      const place = known.get(key) ?? samples.push(value) - 1;
      known.set(key, place);
      return place;
    });
  }
  return { classes, samples };
}

function branchesOf(graph: Graph, update: Update): Branches | undefined {
  switch (update.kind) {
    case "register":
      return decidedBy(graph, update.value, (value): RegisterUpdate => ({ ...update, value }));
    case "memory":
      return memoryBranches(graph, update);
    case "effect":
      return effectBranches(graph, update);
  }
}

/** What decides a value decides the update that uses it. */
function decidedBy(graph: Graph, node: Node, using: (value: Node) => Update): Branches | undefined {
  if (node.op === "mux") {
    return { choice: node, decider: arg(node, 0), sides: [using(arg(node, 1)), using(arg(node, 2))] };
  }
  if (node.op !== "choose" || isTable(node)) return undefined;
  const [decider, ...arms] = node.args as readonly [Node, ...Node[]];
  return {
    choice: node,
    decider,
    pick: graph.picks[node.index] as readonly number[],
    sides: arms.map(using),
  };
}

function effectBranches(graph: Graph, update: EffectUpdate): Branches | undefined {
  const { enable } = update;
  if (enable.op === "const") return undefined;
  const constant = (value: bigint): EffectUpdate => ({ ...update, enable: graph.const(value, 1) });
  return { choice: enable, decider: enable, sides: [constant(1n), constant(0n)] };
}

function memoryBranches(graph: Graph, update: MemoryUpdate): Branches | undefined {
  const { mask } = update;
  if (mask.op === "const") return undefined;
  const constant = (value: bigint): MemoryUpdate => ({ ...update, mask: graph.const(value, mask.width) });
  if (mask.op === "replicate") {
    return { choice: mask, decider: arg(mask, 0), sides: [constant(-1n), constant(0n)] };
  }
  const decided = decidedBy(graph, mask, (value): MemoryUpdate => ({ ...update, mask: value }));
  if (decided !== undefined) return decided;
  return mask.width === 1 ? { choice: mask, decider: mask, sides: [constant(-1n), constant(0n)] } : undefined;
}

function isNothing(update: Update): boolean {
  if (update.kind === "effect") return update.enable.op === "const" && update.enable.value === 0n;
  if (update.kind === "memory") return update.mask.op === "const" && update.mask.value === 0n;
  return update.value.op === "register" && update.value.index === update.register;
}
