import { emitSigned } from "./emit-bits.ts";
import { bitsOf, convert, mask, operate, typeOf } from "./machine-word.ts";
import type { Node } from "./node.ts";
import type { NodeEmitter } from "./node-emitter.ts";
import type { ValueType } from "./wasm-writer.ts";

/** Amounts that may exceed the machine word are compared first: WebAssembly takes them modulo its width. */
export function emitShift(emitter: NodeEmitter, node: Node): void {
  const [x, amount] = node.args as [Node, Node];
  const type = typeOf(node.width);
  const limit = bitsOf(type);
  const isSigned = node.op === "shiftRightSigned";
  const name = { shiftLeft: "shl", shiftRight: "shr_u", shiftRightSigned: "shr_s" }[node.op as "shiftLeft"];
  if (isSigned) emitSigned(emitter, x, type);
  else emitter.emit(x);
  if (2 ** amount.reach <= limit) {
    emitter.emitAs(amount, type);
    operate(emitter.out, type, name);
  } else {
    clampShift(emitter, amount, type, name, isSigned);
  }
  if (node.op !== "shiftRight") mask(emitter.out, node.width);
}

/** The value to shift is on the stack. */
function clampShift(
  emitter: NodeEmitter,
  amount: Node,
  type: ValueType,
  name: string,
  isSigned: boolean,
): void {
  const { out } = emitter;
  const by = out.local(typeOf(amount.width));
  const limit = BigInt(bitsOf(type));
  emitter.emit(amount);
  out.set(by);
  const isSmall = (): void => {
    out.get(by);
    out.const(typeOf(amount.width), limit);
    operate(out, typeOf(amount.width), "lt_u");
  };
  const getBy = (): void => {
    out.get(by);
    convert(out, typeOf(amount.width), type);
  };
  if (isSigned) {
    getBy();
    out.const(type, limit - 1n);
    isSmall();
    out.op("select");
    operate(out, type, name);
    return;
  }
  getBy();
  operate(out, type, name);
  out.const(type, 0n);
  isSmall();
  out.op("select");
}
