import type { EffectUpdate, MemoryUpdate, RegisterUpdate } from "./design.ts";
import { emitSwitch } from "./emit-choice.ts";
import { accessOf, emitElement, emitIsBelow, isWithin } from "./emit-element.ts";
import type { EffectSlot, Layout } from "./layout.ts";
import { typeOf } from "./machine-word.ts";
import type { Node } from "./node.ts";
import { NodeEmitter } from "./node-emitter.ts";
import type { PartContext } from "./parts.ts";
import type { Region } from "./placement.ts";
import type { Block, Step } from "./step.ts";
import type { FunctionWriter } from "./wasm-writer.ts";

/** The index of the function that the host gives. */
const EFFECT_INDEX = 0;

/** Translates steps to instructions. */
export class BlockEmitter {
  readonly nodes: NodeEmitter;
  readonly #out: FunctionWriter;
  readonly #layout: Layout;
  readonly #context: PartContext;
  /** The local that counts edges. */
  readonly #count: number;

  constructor(out: FunctionWriter, context: PartContext, count: number) {
    this.#count = count;
    this.nodes = new NodeEmitter(out, context);
    this.#out = out;
    this.#layout = context.layout;
    this.#context = context;
  }

  block(block: Block): void {
    this.nodes.enter(this.#context.placement.blocks.get(block) as Region);
    this.steps(block);
  }

  /** Without what is kept at its start. */
  steps(block: Block): void {
    const region = this.#context.placement.blocks.get(block) as Region;
    for (const [position, step] of block.steps.entries()) {
      this.nodes.enter(region, position);
      this.#step(step);
    }
  }

  #step(step: Step): void {
    if (step.kind === "if") this.#if(step);
    else if (step.kind === "switch") this.#switch(step);
    else if (step.kind === "call") this.#call(step.block);
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

  #switch({ selector, pick, blocks }: Extract<Step, { kind: "switch" }>): void {
    this.#out.block();
    emitSwitch(this.nodes, selector, pick, blocks.length, (index) => this.block(blocks[index] as Block));
    this.#out.op("end");
  }

  #call(block: Block): void {
    const part = this.#context.addPart((out, count) =>
      new BlockEmitter(out, this.#context, count).block(block),
    );
    this.#out.get(this.#count);
    this.#out.call(part);
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
    this.nodes.hold(update.address, () => {
      emitIsBelow(this.nodes, update.address, slot.depth);
      this.#out.if();
      this.#writeElement(update, slot);
      this.#out.op("end");
    });
  }

  #writeElement({ address, limb, data, mask }: MemoryUpdate, slot: Layout["memories"][number]): void {
    const out = this.#out;
    const type = slot.elementBytes > 4 ? "i64" : "i32";
    const [load, store] = accessOf(Math.min(8, slot.elementBytes));
    const place = slot.address + 8 * limb;
    if (mask.op === "const" && mask.value === (1n << BigInt(mask.width)) - 1n) {
      emitElement(this.nodes, address, slot.elementBytes);
      this.nodes.emitAs(data, type);
      out.access(store, place);
      return;
    }
    const element = out.local("i32");
    const old = out.local(type);
    emitElement(this.nodes, address, slot.elementBytes);
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
