import { accessOf, emitElement } from "./emit-element.ts";
import { convert, mask, operate, typeOf } from "./machine-word.ts";
import { isTable, type Node } from "./node.ts";
import type { NodeEmitter } from "./node-emitter.ts";

export function emitMux(emitter: NodeEmitter, node: Node): void {
  const [condition, yes, no] = node.args as [Node, Node, Node];
  const inYes = emitter.context.placement.side(node, 1);
  const inNo = emitter.context.placement.side(node, 2);
  if (inYes === undefined && inNo === undefined) {
    emitter.emit(yes);
    emitter.emit(no);
    emitter.emit(condition);
    emitter.out.op("select");
    return;
  }
  emitter.emit(condition);
  emitter.out.if(typeOf(node.width));
  if (inYes !== undefined) emitter.enter(inYes);
  emitter.emit(yes);
  emitter.out.op("else");
  if (inNo !== undefined) emitter.enter(inNo);
  emitter.emit(no);
  emitter.out.op("end");
}

export function emitChoice(emitter: NodeEmitter, node: Node): void {
  const [selector, ...arms] = node.args as [Node, ...Node[]];
  const pick = emitter.context.pickOf(node);
  if (isTable(node)) {
    lookUp(
      emitter,
      selector,
      pick.map((index) => (arms[index] as Node).value),
      node.width,
    );
    return;
  }
  emitter.out.block(typeOf(node.width));
  emitSwitch(emitter, selector, pick, arms.length, (index) => {
    const side = emitter.context.placement.side(node, index + 1);
    if (side !== undefined) emitter.enter(side);
    emitter.emit(arms[index] as Node);
  });
  emitter.out.op("end");
}

/**
 * One of `count` pieces of code. They stand in a block of their own, whose end follows the last one and whose value
 * each of them leaves.
 */
export function emitSwitch(
  emitter: NodeEmitter,
  selector: Node,
  pick: readonly number[],
  count: number,
  code: (index: number) => void,
): void {
  const { out } = emitter;
  for (let index = 0; index < count; index++) out.block();
  emitter.emitAs(selector, "i32");
  out.branchTable(pick);
  for (let index = 0; index < count; index++) {
    out.op("end");
    code(index);
    if (index < count - 1) out.branch(count - 1 - index);
  }
}

/** An element of a constant table: a small one is a constant that is shifted, others lie in memory. */
function lookUp(emitter: NodeEmitter, selector: Node, values: readonly bigint[], width: number): void {
  const { out } = emitter;
  const bits = values.length * width;
  const type = typeOf(width);
  if (bits <= 64) {
    const word = typeOf(bits);
    out.const(
      word,
      values.reduce((sum, value, index) => sum | (value << BigInt(index * width)), 0n),
    );
    emitter.emitAs(selector, word);
    if (width > 1) {
      out.const(word, BigInt(width));
      operate(out, word, "mul");
    }
    operate(out, word, "shr_u");
    convert(out, word, type);
    mask(out, width);
    return;
  }
  const elementBytes = [1, 2, 4].find((bytes) => width <= 8 * bytes) ?? 8;
  emitElement(emitter, selector, elementBytes);
  out.access(accessOf(elementBytes)[0], emitter.context.space.table(values, elementBytes));
}
