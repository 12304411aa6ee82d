import type { Node, Operation } from "./node.ts";

/** What makes a node the value that it is. */
type Value = Pick<Node, "op" | "width" | "args" | "value" | "index">;

/** The nodes of a graph. Equal values are one node. */
export class NodeTable {
  /** By hash: the newest node that has it. */
  readonly #newest = new Map<number, Node>();
  /** Of each node, by its number: the next older one with its hash. Keys of text would take several times as long. */
  readonly #older: (Node | undefined)[] = [];

  get count(): number {
    return this.#older.length;
  }

  /** The node of a value, which is new if no equal one was taken before. Each of its bits may be 1 unless `reach` bounds them. */
  take(
    op: Operation,
    width: number,
    args: readonly Node[],
    { value = 0n, index = 0, reach = width }: { value?: bigint; index?: number; reach?: number } = {},
  ): Node {
    const wanted = { op, width, args, value, index };
    const hash = hashOf(wanted);
    const newest = this.#newest.get(hash);
    for (let known = newest; known !== undefined; known = this.#older[known.id])
      if (isEqual(known, wanted)) return known;
    let depth = 0;
    let isSteady = op !== "register" && op !== "memory";
    for (const argument of args) {
      if (argument.depth >= depth) depth = argument.depth + 1;
      isSteady &&= argument.isSteady;
    }
    const node: Node = { id: this.count, op, width, args, value, index, reach, depth, isSteady };
    this.#older.push(newest);
    this.#newest.set(hash, node);
    return node;
  }
}

/** An odd number with its bits spread evenly: the golden ratio of 32 bits. */
const SPREAD = 0x9e37_79b1;

function hashOf({ op, width, args, value, index }: Value): number {
  let hash = op.length + op.charCodeAt(0);
  const mix = (part: number): void => {
    hash = Math.imul(hash ^ part, SPREAD);
    hash ^= hash >>> 15;
  };
  mix(width);
  mix(index);
  if (value !== 0n) {
    mix(Number(BigInt.asIntN(32, value)));
    mix(Number(BigInt.asIntN(32, value >> 32n)));
  }
  for (const { id } of args) mix(id);
  // Small enough to be kept without an object of its own.
  return hash >> 1;
}

function isEqual(a: Value, b: Value): boolean {
  if (a.op !== b.op || a.width !== b.width || a.index !== b.index || a.value !== b.value) return false;
  return a.args.length === b.args.length && a.args.every((each, at) => each === b.args[at]);
}
