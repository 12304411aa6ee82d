import { expect, test } from "vitest";
import type { Design, Update } from "../../../src/engine/wasm/design.ts";
import { Graph } from "../../../src/engine/wasm/graph.ts";
import { liveUpdates } from "../../../src/engine/wasm/live-updates.ts";
import type { Node } from "../../../src/engine/wasm/node.ts";

test("a register is updated while anything that can be seen depends on it, also through another one", () => {
  const graph = new Graph();
  const names: string[] = [];
  const updates: Update[] = [];
  /** Its next value depends on `before`. */
  const register = (name: string, before?: Node): Node => {
    const node = graph.register(names.push(name) - 1, 8);
    updates.push({ kind: "register", register: names.length - 1, value: graph.not(before ?? node) });
    return node;
  };
  const bit = (node: Node): Node => graph.slice(node, 0, 1);
  const output = register("output", register("before the output"));
  const trace = register("trace");
  updates.push(
    {
      kind: "memory",
      memory: 0,
      limb: 0,
      address: register("address"),
      data: register("data"),
      mask: register("mask"),
    },
    { kind: "effect", effect: 0, enable: bit(register("enable")), limbs: [register("argument")] },
  );
  const unseen = graph.register(names.length + 1, 8);
  register("dead", register("before the dead one", unseen));
  const design: Design = {
    graph,
    inputs: [],
    outputs: [{ name: "y", width: 8, limbs: [graph.add(output, graph.const(1n, 8))] }],
    registers: [],
    memories: [],
    updates,
    traces: [{ name: "t", scoped: { scopes: [], name: "t" }, range: "", width: 8, limbs: [trace] }],
    effects: [],
    initial: [
      {
        kind: "effect",
        effect: 0,
        enable: bit(register("enable at start")),
        limbs: [register("argument at start")],
      },
    ],
    stop: bit(register("stop")),
    events: {
      clock: 0,
      pending: bit(register("pending")),
      starts: [{ register: 0, value: register("start") }],
    },
  };
  const kept = liveUpdates(design);
  expect(kept.filter(({ kind }) => kind !== "register")).toHaveLength(2);
  expect(kept.flatMap((each) => (each.kind === "register" ? [names[each.register]] : [])).sort()).toEqual(
    names.filter((name) => !name.includes("dead")).sort(),
  );
});
