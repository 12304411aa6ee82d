import type { Graph } from "./graph.ts";
import { type Node, ones } from "./node.ts";

/** One of two bits, one of them constant, is a gate. */
export function muxOfBits(graph: Graph, condition: Node, yes: Node, no: Node): Node | undefined {
  if (no.op === "const")
    return no.value === 0n ? graph.and(condition, yes) : graph.or(graph.not(condition), yes);
  if (yes.op === "const")
    return yes.value === 1n ? graph.or(condition, no) : graph.and(graph.not(condition), no);
  return undefined;
}

/** All ones or nothing is the condition in each bit. */
export function muxOfMasks(graph: Graph, condition: Node, yes: Node, no: Node): Node | undefined {
  if (yes.op !== "const" || no.op !== "const") return undefined;
  const all = ones(yes.width);
  if (yes.value === all && no.value === 0n) return graph.replicate(condition, yes.width);
  if (yes.value === 0n && no.value === all) return graph.replicate(graph.not(condition), yes.width);
  return undefined;
}

/** All ones or nothing, as the masks of writes are, is a choice of one bit. */
export function chooseMask(
  graph: Graph,
  selector: Node,
  places: readonly number[],
  first: Node,
  second: Node,
): Node | undefined {
  const { width } = first;
  if (width === 1 || first.op !== "const" || second.op !== "const") return undefined;
  if (first.value + second.value !== ones(width) || first.value * second.value !== 0n) return undefined;
  const bits = [first, second].map((arm) => graph.const(arm.value & 1n, 1));
  return graph.replicate(graph.choose(selector, places, bits), width);
}
