import type { Design, EffectUpdate, Events, MemoryUpdate, RegisterUpdate } from "./design.ts";
import type { Node } from "./graph.ts";
import { findHazards } from "./hazards.ts";
import { type EffectSlot, type Layout, layOut, UNSETTLED } from "./layout.ts";
import { accessOf, isWithin, NodeEmitter, typeOf } from "./node-emitter.ts";
import { type Pin, type Placement, place, type Region } from "./placement.ts";
import { type Block, type Step, stepsInOrder, updateTree } from "./update-tree.ts";
import { encodeModule, FunctionWriter, type WasmFunction, type WasmImport } from "./wasm-writer.ts";
import { divideByBits } from "./wide-division.ts";

/**
 * The module of a design. `run(limit)` takes clock edges until the limit, until `stop` is not 0 or until the design asks
 * for its end, and returns how many; `UNSETTLED` says that it never came to rest. `settle()` computes outputs and traced
 * signals from what registers, memories and inputs hold; `start()` gives what is watched for edges its first value and
 * says what initial blocks say.
 */
export function generateModule(design: Design): { bytes: Uint8Array<ArrayBuffer>; layout: Layout } {
  const layout = layOut(design);
  const functions = [
    runFunction(design, layout),
    storeFunction("settle", settledValues(design, layout), layout),
    storeFunction("start", startValues(design, layout), layout),
    ...(layout.divisions.length === 0 ? [] : [divideByBits()]),
  ];
  const imports = design.effects.length === 0 ? [] : [EFFECT_IMPORT];
  return { bytes: encodeModule(imports, functions, layout.totalBytes), layout };
}

/** Passes of the updates between two edges of the clock; more are a loop. */
const MOST_PASSES = 10_000n;

const EFFECT_IMPORT = {
  name: "effect",
  parameters: ["i32", "i32"],
  results: [],
} as const satisfies WasmImport;
const EFFECT_INDEX = 0;
const LIMIT = 0;

function runFunction(design: Design, layout: Layout): WasmFunction {
  const root = updateTree(design);
  const atStart = [design.events?.pending, design.stop].filter((node) => node !== undefined);
  const placement = placeSafely(root, atStart);
  const out = new FunctionWriter(1);
  const count = out.local("i32");
  const emitter = new BlockEmitter(out, layout, placement, count);
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

function storeFunction(name: string, steps: readonly Step[], layout: Layout): WasmFunction {
  const root: Block = { steps };
  const placement = place(root, [], []);
  const out = new FunctionWriter(0);
  const count = out.local("i32");
  const emitter = new BlockEmitter(out, layout, placement, count);
  emitter.nodes.enter(placement.prologue);
  emitter.block(root);
  return { name, parameters: [], results: [], body: out.finish() };
}

/** Pins reads until none comes behind a write; each round pins at least one more, so it ends. */
function placeSafely(root: Block, atStart: readonly Node[]): Placement {
  const pins: Pin[] = [];
  for (;;) {
    const placement = place(root, atStart, pins);
    const more = findHazards(root, placement);
    if (more.length === 0) return placement;
    pins.push(...more);
  }
}

class BlockEmitter {
  readonly nodes: NodeEmitter;
  readonly #out: FunctionWriter;
  readonly #layout: Layout;
  readonly #placement: Placement;
  /** The local that counts edges. */
  readonly #count: number;

  constructor(out: FunctionWriter, layout: Layout, placement: Placement, count: number) {
    this.#count = count;
    this.nodes = new NodeEmitter(out, layout, placement);
    this.#out = out;
    this.#layout = layout;
    this.#placement = placement;
  }

  block(block: Block): void {
    this.nodes.enter(this.#placement.blocks.get(block) as Region);
    this.steps(block);
  }

  steps(block: Block): void {
    for (const step of block.steps) this.#step(step);
  }

  #step(step: Step): void {
    if (step.kind === "if") this.#if(step);
    else if (step.kind === "store") this.#store(step.address, step.value);
    else if (step.update.kind === "register") this.#register(step.update);
    else if (step.update.kind === "memory") this.#memory(step.update);
    else this.#effect(step.update);
  }

  #effect({ effect, limbs }: EffectUpdate): void {
    const { address } = this.#layout.effects[effect] as EffectSlot;
    for (const [limb, value] of limbs.entries()) this.#store(address + 8 * limb, value);
    this.#out.const("i32", BigInt(effect));
    this.#out.get(this.#count);
    this.#out.call(EFFECT_INDEX);
  }

  #if({ condition, yes, no }: Extract<Step, { kind: "if" }>): void {
    const isEmpty = (block: Block): boolean => block.steps.length === 0;
    this.nodes.emit(condition);
    if (isEmpty(yes)) {
      this.#out.op("i32.eqz");
      this.#out.if();
      this.block(no);
    } else {
      this.#out.if();
      this.block(yes);
      if (!isEmpty(no)) {
        this.#out.op("else");
        this.block(no);
      }
    }
    this.#out.op("end");
  }

  #store(address: number, value: Node): void {
    this.#out.const("i32", 0n);
    this.nodes.emit(value);
    this.#out.access(`${typeOf(value.width)}.store`, address);
  }

  #register({ register, value }: RegisterUpdate): void {
    this.#store(this.#layout.registers[register]?.address as number, value);
  }

  #memory(update: MemoryUpdate): void {
    const slot = this.#layout.memories[update.memory] as Layout["memories"][number];
    if (isWithin(update.address, slot.depth)) {
      this.#writeElement(update, slot);
      return;
    }
    this.nodes.emitIsBelow(update.address, slot.depth);
    this.#out.if();
    this.#writeElement(update, slot);
    this.#out.op("end");
  }

  #writeElement({ address, limb, data, mask }: MemoryUpdate, slot: Layout["memories"][number]): void {
    const out = this.#out;
    const type = slot.elementBytes > 4 ? "i64" : "i32";
    const [load, store] = accessOf(Math.min(8, slot.elementBytes));
    const place = slot.address + 8 * limb;
    if (mask.op === "const" && mask.value === (1n << BigInt(mask.width)) - 1n) {
      this.nodes.emitElement(address, slot.elementBytes);
      this.nodes.emitAs(data, type);
      out.access(store, place);
      return;
    }
    const element = out.local("i32");
    const old = out.local(type);
    this.nodes.emitElement(address, slot.elementBytes);
    out.set(element);
    out.get(element);
    out.access(load, place);
    out.set(old);
    // old ^ ((old ^ data) & mask)
    out.get(element);
    out.get(old);
    out.get(old);
    this.nodes.emitAs(data, type);
    out.op(`${type}.xor`);
    this.nodes.emitAs(mask, type);
    out.op(`${type}.and`);
    out.op(`${type}.xor`);
    out.access(store, place);
  }
}
