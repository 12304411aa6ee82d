import type { Graph } from "./graph.ts";
import { arg, isShallow, type Node, replicatedBit, sliceOf } from "./node.ts";

/** Of a concatenation, the pieces that the slice holds. */
export function sliceConcat(graph: Graph, x: Node, low: number, width: number): Node {
  const pieces: Node[] = [];
  let at = 0;
  for (const piece of x.args) {
    const from = Math.max(low, at);
    const to = Math.min(low + width, at + piece.width);
    if (from < to) pieces.push(graph.slice(piece, from - at, to - from));
    at += piece.width;
  }
  return graph.concat(pieces);
}

/** Joins neighbours that are slices of one value, copies of one bit, or constants. */
export function fusePieces(graph: Graph, pieces: readonly Node[]): Node[] {
  const fused: Node[] = [];
  for (const piece of pieces.flatMap((each) => splitPiece(graph, each))) {
    const before = fused.at(-1);
    const joined = before === undefined ? undefined : join(graph, before, piece);
    if (joined === undefined) fused.push(piece);
    else fused[fused.length - 1] = joined;
  }
  return fused;
}

function join(graph: Graph, low: Node, high: Node): Node | undefined {
  const width = low.width + high.width;
  if (low.op === "const" && high.op === "const") {
    return graph.const(low.value | (high.value << BigInt(low.width)), width);
  }
  const bit = replicatedBit(low);
  if (bit !== undefined && bit === replicatedBit(high)) return graph.replicate(bit, width);
  const [whole, from] = sliceOf(low);
  const [next, to] = sliceOf(high);
  if (whole === next && to === from + low.width) return graph.slice(whole, from, width);
  return undefined;
}

/** A concatenation of choices by one condition is one choice, if most of it is constant. */
export function commonMux(graph: Graph, pieces: readonly Node[]): Node | undefined {
  const first = pieces.find((piece) => piece.op === "mux");
  if (first === undefined || !isShallow(first)) return undefined;
  const condition = arg(first, 0);
  const isPart = (piece: Node) => piece.op === "const" || (piece.op === "mux" && arg(piece, 0) === condition);
  if (!pieces.every(isPart)) return undefined;
  const side = (index: 1 | 2): Node =>
    graph.concat(pieces.map((piece) => (piece.op === "mux" ? arg(piece, index) : piece)));
  return graph.mux(condition, side(1), side(2));
}

function splitPiece(graph: Graph, piece: Node): readonly Node[] {
  if (piece.op === "concat") return piece.args;
  if (piece.op === "extend") {
    const inner = arg(piece, 0);
    return [...splitPiece(graph, inner), graph.const(0n, piece.width - inner.width)];
  }
  return [piece];
}
