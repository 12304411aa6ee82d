import type { Design, EffectUpdate, MemoryUpdate, RegisterUpdate, Update } from "./design.ts";
import type { Graph } from "./graph.ts";
import { arg, isTable, type Node } from "./node.ts";
import type { Block, Step } from "./step.ts";
import { readersFirst } from "./step-order.ts";

/** Branches within branches; what is decided deeper than this is computed as a value. */
const DEEPEST = 60;

/**
 * The updates of a clock edge, sorted into branches: what depends on one condition is done, and computed, under one
 * test. Registers that keep their value and writes with an empty mask vanish, so an idle part of a design costs its
 * conditions only.
 */
export function updateTree(design: Design): Block {
  const { graph } = design;
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
    steps: [...stepsInOrder(graph, effects), ...steps(graph, free, 0), ...stepsInOrder(graph, ordered)],
  };
}

/** One after the other, each under its own condition. */
export function stepsInOrder(graph: Graph, updates: readonly Update[]): Step[] {
  return updates.flatMap((update) => steps(graph, [update], 0));
}

/** What one node decides about an update: its sides, one for each value of a condition or each arm of a choice. */
interface Branches {
  readonly decider: Node;
  /** For each value of a selector, which side; absent for a condition, whose sides are yes and no. */
  readonly pick?: readonly number[];
  readonly sides: readonly Update[];
}

function steps(graph: Graph, updates: readonly Update[], depth: number): Step[] {
  const groups = new Map<Node, Branches[]>();
  const plain: Update[] = [];
  const branched = new Map<Update, Branches>();
  for (const update of updates) {
    if (isNothing(update)) continue;
    const branches = depth < DEEPEST ? branchesOf(graph, update) : undefined;
    plain.push(update);
    if (branches === undefined) continue;
    branched.set(update, branches);
    const group = groups.get(branches.decider);
    if (group === undefined) groups.set(branches.decider, [branches]);
    else group.push(branches);
  }
  const worth = [...groups.values()].filter((group) => group.length > 1 || group[0]?.sides.some(isNothing));
  const decided = new Set(worth.map((group) => group[0]?.decider));
  return readersFirst([
    ...worth.map((group) => branch(graph, group, depth)),
    ...plain
      .filter((update) => !decided.has(branched.get(update)?.decider))
      .map((update): Step => ({ kind: "update", update })),
  ]);
}

/** One test for all updates that it decides about. */
function branch(graph: Graph, group: readonly Branches[], depth: number): Step {
  const { decider, pick } = group[0] as Branches;
  const block = (sides: readonly Update[]): Block => ({ steps: steps(graph, sides, depth + 1) });
  if (pick === undefined) {
    const side = (index: number): Block => block(group.map(({ sides }) => sides[index] as Update));
    return { kind: "if", condition: decider, yes: side(0), no: side(1) };
  }
  const { classes, samples } = commonPick(group.map((each) => each.pick as readonly number[]));
  const blocks = samples.map((value) =>
    block(group.map((each) => each.sides[each.pick?.[value] as number] as Update)),
  );
  return { kind: "switch", selector: decider, pick: classes, blocks };
}

/** Values of a selector are of one class if each of the picks gives the same for them; with a value of each class. */
function commonPick(picks: readonly (readonly number[])[]): { classes: number[]; samples: number[] } {
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
    return { decider: arg(node, 0), sides: [using(arg(node, 1)), using(arg(node, 2))] };
  }
  if (node.op !== "choose" || isTable(node)) return undefined;
  const [decider, ...arms] = node.args as readonly [Node, ...Node[]];
  return { decider, pick: graph.picks[node.index] as readonly number[], sides: arms.map(using) };
}

function effectBranches(graph: Graph, update: EffectUpdate): Branches | undefined {
  const { enable } = update;
  if (enable.op === "const") return undefined;
  const constant = (value: bigint): EffectUpdate => ({ ...update, enable: graph.const(value, 1) });
  return { decider: enable, sides: [constant(1n), constant(0n)] };
}

function memoryBranches(graph: Graph, update: MemoryUpdate): Branches | undefined {
  const { mask } = update;
  if (mask.op === "const") return undefined;
  const constant = (value: bigint): MemoryUpdate => ({ ...update, mask: graph.const(value, mask.width) });
  if (mask.op === "replicate") return { decider: arg(mask, 0), sides: [constant(-1n), constant(0n)] };
  const decided = decidedBy(graph, mask, (value): MemoryUpdate => ({ ...update, mask: value }));
  if (decided !== undefined) return decided;
  return mask.width === 1 ? { decider: mask, sides: [constant(-1n), constant(0n)] } : undefined;
}

function isNothing(update: Update): boolean {
  if (update.kind === "effect") return update.enable.op === "const" && update.enable.value === 0n;
  if (update.kind === "memory") return update.mask.op === "const" && update.mask.value === 0n;
  return update.value.op === "register" && update.value.index === update.register;
}
