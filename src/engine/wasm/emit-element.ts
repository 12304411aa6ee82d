import type { Layout } from "./layout.ts";
import { convert, operate, typeOf } from "./machine-word.ts";
import { arg, type Node } from "./node.ts";
import type { NodeEmitter } from "./node-emitter.ts";
import type { AccessInstruction } from "./wasm-writer.ts";

/** The element of a memory at an address; 0 beyond its end. */
export function emitRead(emitter: NodeEmitter, node: Node): void {
  const address = arg(node, 0);
  const slot = emitter.context.layout.memories[node.index] as Layout["memories"][number];
  const type = typeOf(node.width);
  const [load] = accessOf(Math.min(8, slot.elementBytes));
  const place = slot.address + 8 * Number(node.value);
  const element = (): void => {
    emitElement(emitter, address, slot.elementBytes);
    emitter.out.access(load, place);
    // The last 64 bits of a wide element may be fewer than 33.
    if (slot.elementBytes > 4) convert(emitter.out, "i64", type);
  };
  if (isWithin(address, slot.depth)) {
    element();
    return;
  }
  emitter.hold(address, () => {
    emitIsBelow(emitter, address, slot.depth);
    emitter.out.if(type);
    element();
    emitter.out.op("else");
    emitter.out.const(type, 0n);
    emitter.out.op("end");
  });
}

/** Leaves the index of an element on the stack, as a byte offset from the memory's address. */
export function emitElement(emitter: NodeEmitter, address: Node, elementBytes: number): void {
  emitter.emitAs(address, "i32");
  if (elementBytes === 1) return;
  emitter.out.const("i32", BigInt(elementBytes));
  emitter.out.op("i32.mul");
}

export function emitIsBelow(emitter: NodeEmitter, address: Node, depth: number): void {
  emitter.emit(address);
  emitter.out.const(typeOf(address.width), BigInt(depth));
  operate(emitter.out, typeOf(address.width), "lt_u");
}

/** How elements of a memory are loaded and stored. */
export function accessOf(elementBytes: number): [AccessInstruction, AccessInstruction] {
  switch (elementBytes) {
    case 1:
      return ["i32.load8_u", "i32.store8"];
    case 2:
      return ["i32.load16_u", "i32.store16"];
    case 4:
      return ["i32.load", "i32.store"];
    default:
      return ["i64.load", "i64.store"];
  }
}

/** Whether every value of an address is an element. */
export function isWithin(address: Node, depth: number): boolean {
  return 2 ** address.reach <= depth;
}
