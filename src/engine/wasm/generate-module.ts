import { BlockEmitter } from "./block-emitter.ts";
import { cutIntoFunctions } from "./cut-functions.ts";
import type { Design, Events } from "./design.ts";
import { findHazards } from "./hazards.ts";
import { type Layout, layOut, UNSETTLED } from "./layout.ts";
import type { Node } from "./node.ts";
import { Parts } from "./parts.ts";
import { type Pin, type Placement, place } from "./placement.ts";
import type { Block, Step } from "./step.ts";
import { stepsInOrder, updateTree } from "./update-tree.ts";
import { encodeModule, FunctionWriter, type WasmFunction, type WasmImport } from "./wasm-writer.ts";
import { divideByBits } from "./wide-division.ts";
import { WorkingSpace } from "./working-space.ts";

/**
 * The module of a design. `run(limit)` takes clock edges until the limit, until `stop` is not 0 or until the design asks
 * for its end, and returns how many; `UNSETTLED` says that it never came to rest. `settle()` computes outputs and traced
 * signals from what registers, memories and inputs hold; `start()` gives what is watched for edges its first value and
 * says what initial blocks say.
 */
export function generateModule(design: Design): { bytes: Uint8Array<ArrayBuffer>; layout: Layout } {
  const layout = layOut(design);
  const space = new WorkingSpace(layout.totalBytes);
  const imports = design.effects.length === 0 ? [] : [EFFECT_IMPORT];
  const divide = layout.divisions.length === 0 ? [] : [divideByBits()];
  const parts = new Parts(design.graph, layout, space, imports.length + EXPORTED + divide.length);
  const exported = [
    runFunction(design, parts),
    storeFunction("settle", settledValues(design, layout), parts),
    storeFunction("start", startValues(design, layout), parts),
  ];
  const bytes = encodeModule(
    imports,
    [...exported, ...divide, ...parts.functions],
    space.end,
    space.segments,
  );
  const constants = space.segments.map((one) => ({ address: one.address, length: one.bytes.length }));
  return { bytes, layout: { ...layout, constants, totalBytes: space.end } };
}

/** `run`, `settle` and `start`. */
const EXPORTED = 3;

/** Passes of the updates between two edges of the clock; more are a loop. */
const MOST_PASSES = 10_000n;

const EFFECT_IMPORT = {
  name: "effect",
  parameters: ["i32", "i32"],
  results: [],
} as const satisfies WasmImport;
const LIMIT = 0;

function runFunction(design: Design, parts: Parts): WasmFunction {
  const { layout } = parts;
  const root = cutIntoFunctions(updateTree(design));
  const atStart = [design.events?.pending, design.stop].filter((node) => node !== undefined);
  const placement = placeSafely(design.graph.nodeCount, root, atStart);
  const out = new FunctionWriter(1);
  const count = out.local("i32");
  const emitter = new BlockEmitter(out, parts.contextOf(placement), count);
  emitter.nodes.enter(placement.prologue);
  out.block();
  out.loop();
  if (design.events === undefined) {
    out.get(count);
    out.get(LIMIT);
    out.op("i32.ge_u");
    out.branchIf(1);
    emitter.nodes.enter(placement.body);
    emitEnds(design, layout, emitter, out);
    emitter.steps(root);
    out.get(count);
    out.const("i32", 1n);
    out.op("i32.add");
    out.set(count);
  } else {
    emitter.nodes.enter(placement.body);
    emitPasses(design, design.events, layout, emitter, out, count, root);
  }
  out.branch(0);
  out.op("end");
  out.op("end");
  out.get(count);
  return { name: "run", parameters: ["i32"], results: ["i32"], body: out.finish() };
}

/** Leaves the loop when `stop` is not 0 or the design has asked for its end. */
function emitEnds(design: Design, layout: Layout, emitter: BlockEmitter, out: FunctionWriter): void {
  if (design.stop !== undefined) {
    emitter.nodes.emit(design.stop);
    out.branchIf(1);
  }
  if (design.effects.length > 0) {
    out.const("i32", 0n);
    out.access("i32.load", layout.end);
    out.branchIf(1);
  }
}

/**
 * One pass of the updates while something is pending; then the clock falls, if it is high, or rises, if the run is not
 * over.
 */
function emitPasses(
  design: Design,
  events: Events,
  layout: Layout,
  emitter: BlockEmitter,
  out: FunctionWriter,
  count: number,
  root: Block,
): void {
  const passes = out.local("i32");
  const clock = layout.registers[events.clock]?.address as number;
  const setClock = (value: bigint): void => {
    out.const("i32", 0n);
    out.const("i32", value);
    out.access("i32.store", clock);
  };
  emitter.nodes.emit(events.pending);
  out.if();
  out.get(passes);
  out.const("i32", 1n);
  out.op("i32.add");
  out.set(passes);
  out.const("i32", MOST_PASSES);
  out.get(passes);
  out.op("i32.lt_u");
  out.if();
  out.const("i32", BigInt(UNSETTLED));
  out.op("return");
  out.op("end");
  emitter.steps(root);
  out.branch(1);
  out.op("end");
  out.const("i32", 0n);
  out.set(passes);
  out.const("i32", 0n);
  out.access("i32.load", clock);
  out.if();
  setClock(0n);
  out.branch(1);
  out.op("end");
  out.get(count);
  out.get(LIMIT);
  out.op("i32.ge_u");
  out.branchIf(1);
  emitEnds(design, layout, emitter, out);
  setClock(1n);
  out.get(count);
  out.const("i32", 1n);
  out.op("i32.add");
  out.set(count);
}

function storeLimbs(address: number, limbs: readonly Node[]): Step[] {
  return limbs.map((value, limb): Step => ({ kind: "store", address: address + 8 * limb, value }));
}

function settledValues(design: Design, layout: Layout): Step[] {
  const outputs = design.outputs.flatMap((port, index) =>
    storeLimbs(layout.outputs[index]?.address as number, port.limbs),
  );
  const traces = design.traces.flatMap((trace, index) =>
    storeLimbs(layout.traces[index]?.address as number, trace.limbs),
  );
  return [...outputs, ...traces];
}

function startValues(design: Design, layout: Layout): Step[] {
  const watched = (design.events?.starts ?? []).flatMap(({ register, value }) =>
    storeLimbs(layout.registers[register]?.address as number, [value]),
  );
  return [...stepsInOrder(design.graph, design.initial), ...watched];
}

function storeFunction(name: string, steps: readonly Step[], parts: Parts): WasmFunction {
  const root = cutIntoFunctions({ steps });
  const placement = place(parts.graph.nodeCount, root, [], []);
  const out = new FunctionWriter(0);
  const emitter = new BlockEmitter(out, parts.contextOf(placement), out.local("i32"));
  emitter.nodes.enter(placement.prologue);
  emitter.block(root);
  return { name, parameters: [], results: [], body: out.finish() };
}

/** Pins reads until none comes behind a write; each round pins at least one more, so it ends. */
function placeSafely(nodeCount: number, root: Block, atStart: readonly Node[]): Placement {
  const pins: Pin[] = [];
  for (;;) {
    const placement = place(nodeCount, root, atStart, pins);
    const more = findHazards(root, placement);
    if (more.length === 0) return placement;
    for (const pin of more) pins.push(pin);
  }
}
