import { emitSigned } from "./emit-bits.ts";
import type { DivisionSlot } from "./layout.ts";
import { convert, mask, operate, typeOf } from "./machine-word.ts";
import { arg, type Node } from "./node.ts";
import type { NodeEmitter } from "./node-emitter.ts";
import { divideFunction } from "./wide-division.ts";

/** In 64 bits, where only the smallest number divided by -1 overflows; by zero is 0. */
export function emitDivide(emitter: NodeEmitter, node: Node): void {
  const { out } = emitter;
  const isSigned = node.op === "divideSigned" || node.op === "moduloSigned";
  const isQuotient = node.op === "divide" || node.op === "divideSigned";
  const [x, y] = [out.local("i64"), out.local("i64")];
  for (const [operand, local] of [
    [arg(node, 0), x],
    [arg(node, 1), y],
  ] as const) {
    if (isSigned) emitSigned(emitter, operand, "i64");
    else emitter.emitAs(operand, "i64");
    out.set(local);
  }
  out.get(y);
  out.op("i64.eqz");
  out.if("i64");
  out.const("i64", 0n);
  out.op("else");
  if (isSigned) {
    out.get(y);
    out.const("i64", -1n);
    out.op("i64.eq");
    out.if("i64");
    out.const("i64", 0n);
    if (isQuotient) {
      out.get(x);
      out.op("i64.sub");
    }
    out.op("else");
  }
  out.get(x);
  out.get(y);
  operate(out, "i64", `${isQuotient ? "div" : "rem"}_${isSigned ? "s" : "u"}`);
  if (isSigned) out.op("end");
  out.op("end");
  convert(out, "i64", typeOf(node.width));
  mask(out, node.width);
}

/** Stores the operands, and leaves the place of the result. */
export function emitWideDivide(emitter: NodeEmitter, node: Node): void {
  const { out } = emitter;
  const { address, limbs } = emitter.context.layout.divisions[node.index] as DivisionSlot;
  for (const [index, limb] of node.args.entries()) {
    const place = index < limbs ? index : index + limbs;
    out.const("i32", 0n);
    emitter.emitAs(limb, "i64");
    out.access("i64.store", address + 8 * place);
  }
  out.const("i32", BigInt(address));
  out.const("i32", BigInt(8 * limbs));
  out.call(divideFunction(emitter.context.layout));
}
