import fc from "fast-check";
import { expect, test } from "vitest";
import type { Design, Update } from "../../../src/engine/wasm/design.ts";
import { generateModule } from "../../../src/engine/wasm/generate-module.ts";
import { Graph } from "../../../src/engine/wasm/graph.ts";
import type { Node } from "../../../src/engine/wasm/node.ts";
import { WasmSimulation } from "../../../src/engine/wasm/wasm-simulation.ts";

/** Chains and designs that no call stack and no single function of WebAssembly holds. */
const WIDTH = 32;

interface Machine {
  readonly graph: Graph;
  readonly init: readonly number[];
  /** The next value of each register. */
  readonly next: readonly Node[];
}

/** Its registers after some edges, their sum as far as they are many. */
function run({ graph, init, next }: Machine, edges: number): number[] {
  const registers = init.map((value) => ({
    width: WIDTH,
    init: { value: BigInt(value), mask: (1n << BigInt(WIDTH)) - 1n },
  }));
  const design: Design = {
    graph,
    inputs: [],
    outputs: init.map((_, index) => ({
      name: `r${index}`,
      width: WIDTH,
      limbs: [graph.register(index, WIDTH)],
    })),
    registers,
    memories: [],
    updates: next.map((value, register): Update => ({ kind: "register", register, value })),
    traces: [],
    effects: [],
    initial: [],
    stop: undefined,
    events: undefined,
  };
  const { bytes, layout } = generateModule(design);
  const simulation = new WasmSimulation(
    new WebAssembly.Module(bytes),
    layout,
    { clock: "clk", top: "top" },
    { seed: 1n },
  );
  simulation.run(edges);
  return init.map((_, index) => simulation.port(`r${index}`).read());
}

test("a chain of 20,000 sums is one value", () => {
  const graph = new Graph();
  const start = graph.register(0, WIDTH);
  let [sum, expected] = [start, 3];
  for (let link = 0; link < 20_000; link++) {
    sum = graph.add(graph.xor(sum, start), graph.const(BigInt(link), WIDTH));
    expected = ((expected ^ 3) + link) >>> 0;
  }
  expect(run({ graph, init: [3], next: [sum] }, 1)).toEqual([expected]);
});

test("the first of 10,000 conditions decides, whether its value is constant or computed", () => {
  const graph = new Graph();
  const [chosen, computed] = [graph.register(0, WIDTH), graph.register(1, WIDTH)];
  const flags = Array.from({ length: 313 }, (_, index) => graph.register(2 + index, WIDTH));
  let [constant, value] = [chosen, computed];
  for (let bit = 9_999; bit >= 0; bit--) {
    const isSet = graph.slice(flags[bit >> 5] as Node, bit & 31, 1);
    constant = graph.mux(isSet, graph.const(BigInt(bit), WIDTH), constant);
    value = graph.mux(
      isSet,
      graph.mul(graph.add(computed, graph.const(BigInt(bit), WIDTH)), computed),
      value,
    );
  }
  const init = [7, 5, ...flags.map((_, index) => (index >= 200 ? 0x1000 : 0))];
  const first = 200 * 32 + 12;
  const after = run({ graph, init, next: [constant, value, ...flags] }, 1);
  expect(after.slice(0, 2)).toEqual([first, (first + 5) * 5]);
});

test("registers that feed each other, in any order and under any conditions, all see the values before the edge", () => {
  // More work than one function takes, and every cycle of dependencies there is.
  const count = 3000;
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2999 }),
      fc.integer({ min: 0, max: 2999 }),
      fc.nat(),
      (step, shift, seed) => {
        const graph = new Graph();
        const from = (index: number): number => (index * step + shift) % count;
        const init = Array.from(
          { length: count },
          (_, index) => Math.imul(index + seed, 2_654_435_761) >>> 0,
        );
        const register = (index: number): Node => graph.register(index, WIDTH);
        const next = init.map((_, index) => {
          const moved = graph.add(register(from(index)), graph.const(BigInt(index), WIDTH));
          if (index % 3 === 0) return moved;
          const condition = graph.slice(register(from(index % 7)), index % 5, 1);
          return graph.mux(
            condition,
            moved,
            index % 3 === 1 ? register(index) : register((index + 1) % count),
          );
        });
        const step1 = (before: readonly number[]): number[] =>
          before.map((own, index) => {
            const moved = ((before[from(index)] as number) + index) >>> 0;
            const isSet = ((before[from(index % 7)] as number) >>> (index % 5)) & 1;
            if (index % 3 === 0 || isSet === 1) return moved;
            return index % 3 === 1 ? own : (before[(index + 1) % count] as number);
          });
        expect(run({ graph, init, next }, 2)).toEqual(step1(step1(init)));
      },
    ),
    { numRuns: 4 },
  );
});
