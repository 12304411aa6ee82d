import type { Node, Operation } from "./node.ts";

/** The nodes of a graph. Equal values are one node. */
export class NodeTable {
  readonly #nodes = new Map<string, Node>();

  /** The node of a value, which is new if no equal one was taken before. Each of its bits may be 1 unless `reach` bounds them. */
  take(
    op: Operation,
    width: number,
    args: readonly Node[],
    { value = 0n, index = 0, reach = width }: { value?: bigint; index?: number; reach?: number } = {},
  ): Node {
    const key = `${op}:${width}:${index}:${value}:${args.map((node) => node.id).join(",")}`;
    const known = this.#nodes.get(key);
    if (known !== undefined) return known;
    let depth = 0;
    let isSteady = op !== "register" && op !== "memory";
    for (const argument of args) {
      if (argument.depth >= depth) depth = argument.depth + 1;
      isSteady &&= argument.isSteady;
    }
    const node: Node = { id: this.#nodes.size, op, width, args, value, index, reach, depth, isSteady };
    this.#nodes.set(key, node);
    return node;
  }
}
