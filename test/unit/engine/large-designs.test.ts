import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Design, Update } from "../../../src/engine/wasm/design.ts";
import { generateModule } from "../../../src/engine/wasm/generate-module.ts";
import { Graph } from "../../../src/engine/wasm/graph.ts";
import { ModelInstance } from "../../../src/engine/wasm/model-instance.ts";
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

/** Its registers after some edges. */
function run(machine: Machine, edges: number, more: Partial<Design> = {}): number[] {
  const { bytes, layout } = generateModule({ ...designOf(machine), ...more });
  const simulation = new WasmSimulation(
    new ModelInstance(new WebAssembly.Module(bytes), layout),
    layout,
    { clock: "clk", top: "top" },
    { seed: 1n },
  );
  simulation.run(edges);
  return machine.init.map((_, index) => simulation.port(`r${index}`).read());
}

function designOf({ graph, init, next }: Machine): Design {
  const registers = init.map((value) => ({
    width: WIDTH,
    init: { value: BigInt(value), mask: (1n << BigInt(WIDTH)) - 1n },
  }));
  return {
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

describe("the code of a design grows with its nodes only", () => {
  /** Bytes of code for a node, however large the design is; a chain that is computed again at each use has thousands. */
  const MOST_BYTES = 50;
  /** Updates may be repeated in branches, a limited number of times. */
  const MOST_WITH_COPIES = 300;

  /** Each link uses the one before twice. */
  function chain(graph: Graph, start: Node, links: number): Node {
    let value = start;
    for (let link = 0; link < links; link++) {
      value = graph.add(graph.mul(value, value), graph.const(BigInt(link), WIDTH));
    }
    return value;
  }

  function chainOf(start: number, links: number): number {
    let value = start;
    for (let link = 0; link < links; link++) value = (Math.imul(value, value) + link) | 0;
    return value;
  }

  function bytesPerNode(machine: Machine, more: Partial<Design> = {}): number {
    // The newest node has the highest number.
    const nodes = machine.graph.register(99_999, WIDTH).id;
    const { bytes } = generateModule({ ...designOf(machine), ...more });
    expect(() => new WebAssembly.Module(bytes)).not.toThrow();
    return bytes.length / nodes;
  }

  const inputs = (count: number): Design["inputs"] =>
    Array.from({ length: count }, (_, index) => ({ name: `i${index}`, width: WIDTH }));

  test.each([10, 100, 1000])("outputs that follow from inputs, others from %i registers", (count) => {
    const graph = new Graph();
    const output = (start: Node, name: string): Design["outputs"][number] => {
      return { name, width: WIDTH, limbs: [graph.not(chain(graph, start, 12))] };
    };
    const ports = inputs(100);
    const outputs = ports.map(({ name }, index) => output(graph.input(index, WIDTH), `${name} out`));
    for (let index = 0; index < count; index++)
      outputs.push(output(graph.register(index, WIDTH), `r${index}`));
    const machine = { graph, init: outputs.slice(100).map((_, index) => index), next: [] };
    expect(bytesPerNode(machine, { inputs: ports, outputs })).toBeLessThan(MOST_BYTES);
  });

  test.each([10, 250, 1000])("%i registers under one condition meet what is outside it", (count) => {
    const graph = new Graph();
    const register = (index: number): Node => graph.register(index, WIDTH);
    const isOn = graph.slice(register(1), 0, 1);
    const steady = chain(graph, graph.input(0, WIDTH), 15);
    // Register 0 is read by the others and reads one of them: the old value must outlast its update.
    const first = graph.add(register(2), register(1));
    const init = Array.from({ length: count }, (_, index) => index);
    const values = init.map((index) =>
      chain(graph, graph.xor(graph.add(register(index), register(0)), steady), 12),
    );
    const total = values.reduce((sum, value) => graph.add(sum, value));
    const next = values.map((value, index) =>
      index === 0
        ? first
        : index === 1
          ? register(1)
          : graph.mux(isOn, graph.xor(value, total), register(index)),
    );
    const machine = { graph, init, next };
    expect(bytesPerNode(machine, { inputs: inputs(1) })).toBeLessThan(MOST_BYTES);
    const step = (before: readonly number[]): number[] => {
      const chains = before.map((own) => chainOf(((own + (before[0] as number)) ^ chainOf(0, 15)) | 0, 12));
      const sum = chains.reduce((all, each) => (all + each) | 0);
      return before.map((own, index) => {
        if (index === 0) return ((before[2] as number) + (before[1] as number)) >>> 0;
        return index === 1 ? own : ((chains[index] as number) ^ sum) >>> 0;
      });
    };
    expect(run(machine, 2, { inputs: inputs(1) })).toEqual(step(step(init)));
  });

  test("a memory whose elements are addresses of others", () => {
    const graph = new Graph();
    let value = graph.register(0, WIDTH);
    for (let link = 0; link < 14; link++) value = graph.memory(0, WIDTH, value);
    const scoped = { scopes: [], name: "m" };
    const memory = { width: WIDTH, depth: 1000, startOffset: 0, path: "m", name: "m", init: [], scoped };
    const more = { memories: [memory as unknown as Design["memories"][number]] };
    expect(bytesPerNode({ graph, init: [1], next: [value] }, more)).toBeLessThan(MOST_BYTES);
  });

  test("choices of two registers that share their arms", () => {
    const graph = new Graph();
    const bit = (index: number): Node => graph.slice(graph.register(2 + (index >> 5), WIDTH), index & 31, 1);
    const next = [0, 1].map((register) => {
      let value = graph.register(register, WIDTH);
      for (let level = 0; level < 14; level++) {
        const side = (which: number): Node =>
          graph.mux(bit(3 * level + which), value, graph.const(BigInt(4 * level + which), WIDTH));
        value = graph.mux(bit(3 * level), side(1), side(2));
      }
      return value;
    });
    const held = [2, 3].map((register) => graph.register(register, WIDTH));
    expect(bytesPerNode({ graph, init: [1, 2, 3, 4], next: [...next, ...held] })).toBeLessThan(
      MOST_WITH_COPIES,
    );
  });

  test("a selector by which each of 256 registers chooses in its own way", () => {
    const graph = new Graph();
    const selector = graph.slice(graph.register(0, WIDTH), 0, 8);
    const next = Array.from({ length: 256 }, (_, index) => {
      const pick: number[] = Array.from({ length: 256 }, (_, value) =>
        ((value ^ index) & 0xfc) === 0 ? 1 : 0,
      );
      pick[index] = 2;
      const values = [1, 2, 3].map((by) => graph.register((index + by) % 256, WIDTH));
      return graph.choose(selector, pick, values);
    });
    expect(bytesPerNode({ graph, init: next.map(() => 0), next })).toBeLessThan(MOST_WITH_COPIES);
  });
});
