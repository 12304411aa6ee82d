import type { Graph } from "./graph.ts";
import { arg, type Node } from "./node.ts";

/** Fewer constants than these are compared one by one. */
const FEWEST = 4;
/** Entries of a table for each constant that a source names, at most. */
const SPARSEST = 4;

/** More distinct arms than these are worth a table of their own if fewer than one in this number is not a constant. */
const TABLE_ARMS = 8;

/** What is chosen under a condition: limbs of one value. */
interface Arm {
  readonly condition: Node;
  readonly limbs: readonly Node[];
}

/**
 * The limbs of the first arm whose condition is 1. Neighbours whose conditions compare one value with constants become
 * one choice by that value.
 */
export function chooseFirst(graph: Graph, arms: readonly Arm[], otherwise: readonly Node[]): Node[] {
  const tested = arms.map((arm) => ({ ...arm, test: testOf(graph, arm.condition) }));
  let result = [...otherwise];
  for (let end = tested.length; end > 0; ) {
    const selector = tested[end - 1]?.test?.selector;
    let start = end - 1;
    while (selector !== undefined && tested[start - 1]?.test?.selector === selector) start--;
    const run = tested.slice(start, end);
    const { condition, limbs } = tested[start] as Arm;
    result = result.map((before, limb) =>
      selector === undefined
        ? graph.mux(condition, limbs[limb] as Node, before)
        : chooseByValue(graph, selector, valuesOf(run, limb), before),
    );
    end = start;
  }
  return result;
}

/** The first arm for each value. */
function valuesOf(
  run: readonly (Arm & { readonly test: Test | undefined })[],
  limb: number,
): Map<bigint, Node> {
  const byValue = new Map<bigint, Node>();
  for (const { test, limbs } of run) {
    for (const value of test?.values ?? []) {
      if (!byValue.has(value)) byValue.set(value, limbs[limb] as Node);
    }
  }
  return byValue;
}

/** What a condition asks of a selector: whether it is one of some constants. */
interface Test {
  readonly selector: Node;
  readonly values: readonly bigint[];
}

/** A condition as a test, if it is one comparison with a constant or several of one value. */
function testOf(graph: Graph, condition: Node): Test | undefined {
  const values: bigint[] = [];
  let selector: Node | undefined;
  for (const pending = [condition]; pending.length > 0; ) {
    const next = pending.pop() as Node;
    const equality = graph.equality(next);
    if (equality === undefined) {
      if (next.op !== "or") return undefined;
      pending.push(arg(next, 1), arg(next, 0));
      continue;
    }
    if (selector !== undefined && selector !== equality.selector) return undefined;
    selector = equality.selector;
    values.push(equality.value);
  }
  return selector === undefined ? undefined : { selector, values };
}

/** The arm of the value that the selector has; `otherwise` where there is none. */
function chooseByValue(graph: Graph, selector: Node, arms: ReadonlyMap<bigint, Node>, otherwise: Node): Node {
  if (arms.size < FEWEST) {
    let result = otherwise;
    for (const [value, arm] of arms)
      result = graph.mux(graph.equal(selector, graph.const(value, selector.width)), arm, result);
    return result;
  }
  const { low, high } = varyingBits(arms.keys());
  if (2 ** (high - low) <= SPARSEST * arms.size) {
    return chooseDensely(graph, selector, arms, otherwise, low, high);
  }
  const side = (bit: bigint): Node =>
    chooseByValue(
      graph,
      selector,
      new Map([...arms].filter(([value]) => ((value >> BigInt(high - 1)) & 1n) === bit)),
      otherwise,
    );
  return graph.mux(graph.slice(selector, high - 1, 1), side(1n), side(0n));
}

/** By a table of what bits `low` to `high` of the selector may be, if its other bits are those of all constants. */
function chooseDensely(
  graph: Graph,
  selector: Node,
  arms: ReadonlyMap<bigint, Node>,
  otherwise: Node,
  low: number,
  high: number,
): Node {
  const others = new Map([...arms].filter(([, arm]) => arm.op !== "const"));
  const distinct = new Set(arms.values()).size;
  const isMostlyTable = distinct > TABLE_ARMS && others.size < distinct / TABLE_ARMS;
  if (isMostlyTable && otherwise.op !== "const") {
    return chooseFromTable(graph, selector, arms, chooseByValue(graph, selector, others, otherwise));
  }
  const index = graph.slice(selector, low, high - low);
  const [some] = arms.keys() as Iterable<bigint> as [bigint];
  const fixed = (from: number, to: number): Node =>
    from === to
      ? graph.const(1n, 1)
      : graph.equal(graph.slice(selector, from, to - from), graph.const(some >> BigInt(from), to - from));
  const pick = new Array<number>(2 ** index.reach).fill(0);
  const all = [otherwise];
  for (const [value, arm] of arms) {
    const at = Number(BigInt.asUintN(high - low, value >> BigInt(low)));
    pick[at] = all.push(arm) - 1;
  }
  const isCovered = graph.and(fixed(0, low), fixed(high, selector.width));
  return graph.mux(isCovered, graph.choose(index, pick, all), otherwise);
}

/** Constants from one table, what else there is where another table says so. */
function chooseFromTable(
  graph: Graph,
  selector: Node,
  arms: ReadonlyMap<bigint, Node>,
  otherwise: Node,
): Node {
  const constants = new Map([...arms].filter(([, arm]) => arm.op === "const"));
  const isConstant = new Map([...constants.keys()].map((value) => [value, graph.const(1n, 1)]));
  const { width } = otherwise;
  return graph.mux(
    chooseByValue(graph, selector, isConstant, graph.const(0n, 1)),
    chooseByValue(graph, selector, constants, graph.const(0n, width)),
    otherwise,
  );
}

/** From the lowest bit in which values differ to one beyond the highest. */
function varyingBits(values: Iterable<bigint>): { low: number; high: number } {
  let first: bigint | undefined;
  let varying = 0n;
  for (const value of values) {
    first ??= value;
    varying |= value ^ first;
  }
  const digits = varying.toString(2);
  return { low: digits.length - 1 - digits.lastIndexOf("1"), high: digits.length };
}
