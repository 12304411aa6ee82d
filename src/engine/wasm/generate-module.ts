import type { Design, MemoryUpdate, RegisterUpdate } from "./design.ts";
import type { Node } from "./graph.ts";
import { findHazards } from "./hazards.ts";
import { type Layout, layOut } from "./layout.ts";
import { accessOf, isWithin, NodeEmitter, typeOf } from "./node-emitter.ts";
import { type Pin, type Placement, place, type Region } from "./placement.ts";
import { type Block, type Step, updateTree } from "./update-tree.ts";
import { encodeModule, FunctionWriter, type WasmFunction } from "./wasm-writer.ts";

/**
 * The module of a design. `run(limit)` takes clock edges until the limit or until `stop` is not 0, and returns how
 * many; `settle()` computes outputs and traced signals from what registers, memories and inputs hold.
 */
export function generateModule(design: Design): { bytes: Uint8Array<ArrayBuffer>; layout: Layout } {
  const layout = layOut(design);
  const functions = [runFunction(design, layout), settleFunction(design, layout)];
  return { bytes: encodeModule(functions, layout.totalBytes), layout };
}

function runFunction(design: Design, layout: Layout): WasmFunction {
  const root = updateTree(design);
  const placement = placeSafely(root, design.stop === undefined ? [] : [design.stop]);
  const LIMIT = 0;
  const out = new FunctionWriter(1);
  const count = out.local("i32");
  const emitter = new BlockEmitter(out, layout, placement);
  emitter.nodes.enter(placement.prologue);
  out.block();
  out.loop();
  out.get(count);
  out.get(LIMIT);
  out.op("i32.ge_u");
  out.branchIf(1);
  emitter.nodes.enter(placement.body);
  if (design.stop !== undefined) {
    emitter.nodes.emit(design.stop);
    out.branchIf(1);
  }
  emitter.steps(root);
  out.get(count);
  out.const("i32", 1n);
  out.op("i32.add");
  out.set(count);
  out.branch(0);
  out.op("end");
  out.op("end");
  out.get(count);
  return { name: "run", parameters: ["i32"], results: ["i32"], body: out.finish() };
}

function settleFunction(design: Design, layout: Layout): WasmFunction {
  const outputs = design.outputs.map((port, index): Step => {
    return { kind: "store", address: layout.outputs[index]?.address as number, value: port.value };
  });
  const traces = design.traces.flatMap((trace, index) =>
    trace.limbs.map((value, limb): Step => {
      return { kind: "store", address: (layout.traces[index]?.address as number) + 8 * limb, value };
    }),
  );
  const root: Block = { steps: [...outputs, ...traces] };
  const placement = place(root, [], []);
  const out = new FunctionWriter(0);
  const emitter = new BlockEmitter(out, layout, placement);
  emitter.nodes.enter(placement.prologue);
  emitter.block(root);
  return { name: "settle", parameters: [], results: [], body: out.finish() };
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

  constructor(out: FunctionWriter, layout: Layout, placement: Placement) {
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
    else this.#memory(step.update);
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

  #writeElement({ address, data, mask }: MemoryUpdate, slot: Layout["memories"][number]): void {
    const out = this.#out;
    const type = typeOf(slot.width);
    const [load, store] = accessOf(slot.elementBytes);
    if (mask.op === "const" && mask.value === (1n << BigInt(mask.width)) - 1n) {
      this.nodes.emitElement(address, slot.elementBytes);
      this.nodes.emit(data);
      out.access(store, slot.address);
      return;
    }
    const element = out.local("i32");
    const old = out.local(type);
    this.nodes.emitElement(address, slot.elementBytes);
    out.set(element);
    out.get(element);
    out.access(load, slot.address);
    out.set(old);
    // old ^ ((old ^ data) & mask)
    out.get(element);
    out.get(old);
    out.get(old);
    this.nodes.emit(data);
    out.op(`${type}.xor`);
    this.nodes.emit(mask);
    out.op(`${type}.and`);
    out.op(`${type}.xor`);
    out.access(store, slot.address);
  }
}
