import type { Design, EffectUpdate, MemoryUpdate, RegisterUpdate, Update } from "./design.ts";
import { arg, type Graph, type Node } from "./graph.ts";

/** A sequence of steps; a function of the module has one, and each branch has one. */
export interface Block {
  readonly steps: readonly Step[];
}

export type Step =
  | { readonly kind: "if"; readonly condition: Node; readonly yes: Block; readonly no: Block }
  | { readonly kind: "update"; readonly update: Update }
  | { readonly kind: "store"; readonly address: number; readonly value: Node };

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
    steps: [...stepsInOrder(graph, effects), ...steps(graph, free), ...stepsInOrder(graph, ordered)],
  };
}

/** One after the other, each under its own condition. */
export function stepsInOrder(graph: Graph, updates: readonly Update[]): Step[] {
  return updates.flatMap((update) => steps(graph, [update]));
}

function steps(graph: Graph, updates: readonly Update[]): Step[] {
  let pending = updates.filter((update) => !isNothing(update));
  const result: Step[] = [];
  for (;;) {
    const condition = commonCondition(graph, pending);
    if (condition === undefined) break;
    const branched = pending.map((update) => ({ update, branches: branchesOf(graph, update) }));
    const chosen = branched.filter(({ branches }) => branches?.condition === condition);
    pending = branched
      .filter(({ branches }) => branches?.condition !== condition)
      .map(({ update }) => update);
    const side = (index: "yes" | "no"): Block => {
      return {
        steps: steps(
          graph,
          chosen.map(({ branches }) => (branches as Branches)[index]),
        ),
      };
    };
    result.push({ kind: "if", condition, yes: side("yes"), no: side("no") });
  }
  return [...result, ...pending.map((update): Step => ({ kind: "update", update }))];
}

interface Branches {
  readonly condition: Node;
  readonly yes: Update;
  readonly no: Update;
}

/** The condition that most of the updates depend on, if it is worth a branch. */
function commonCondition(graph: Graph, updates: readonly Update[]): Node | undefined {
  const votes = new Map<Node, { count: number; spares: boolean }>();
  for (const update of updates) {
    const branches = branchesOf(graph, update);
    if (branches === undefined) continue;
    const vote = votes.get(branches.condition) ?? { count: 0, spares: false };
    vote.count++;
    vote.spares ||= isNothing(branches.yes) || isNothing(branches.no);
    votes.set(branches.condition, vote);
  }
  let best: Node | undefined;
  for (const [condition, { count, spares }] of votes) {
    const isBetter = best === undefined || count > (votes.get(best)?.count ?? 0);
    if ((count > 1 || spares) && isBetter) best = condition;
  }
  return best;
}

function branchesOf(graph: Graph, update: Update): Branches | undefined {
  if (update.kind === "register") return registerBranches(update);
  return update.kind === "memory" ? memoryBranches(graph, update) : effectBranches(graph, update);
}

function effectBranches(graph: Graph, update: EffectUpdate): Branches | undefined {
  const { enable } = update;
  if (enable.op === "const") return undefined;
  const constant = (value: bigint): EffectUpdate => ({ ...update, enable: graph.const(value, 1) });
  return { condition: enable, yes: constant(1n), no: constant(0n) };
}

function registerBranches(update: RegisterUpdate): Branches | undefined {
  const { value } = update;
  if (value.op !== "mux") return undefined;
  return {
    condition: arg(value, 0),
    yes: { ...update, value: arg(value, 1) },
    no: { ...update, value: arg(value, 2) },
  };
}

function memoryBranches(graph: Graph, update: MemoryUpdate): Branches | undefined {
  const { mask } = update;
  if (mask.op === "const") return undefined;
  const constant = (value: bigint): MemoryUpdate => ({ ...update, mask: graph.const(value, mask.width) });
  if (mask.op === "replicate") return { condition: arg(mask, 0), yes: constant(-1n), no: constant(0n) };
  if (mask.op === "mux") {
    return {
      condition: arg(mask, 0),
      yes: { ...update, mask: arg(mask, 1) },
      no: { ...update, mask: arg(mask, 2) },
    };
  }
  if (mask.width === 1) return { condition: mask, yes: constant(-1n), no: constant(0n) };
  return undefined;
}

function isNothing(update: Update): boolean {
  if (update.kind === "effect") return update.enable.op === "const" && update.enable.value === 0n;
  if (update.kind === "memory") return update.mask.op === "const" && update.mask.value === 0n;
  return update.value.op === "register" && update.value.index === update.register;
}
