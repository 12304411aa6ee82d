import { ones } from "./node.ts";
import type { FunctionWriter, PlainInstruction, ValueType } from "./wasm-writer.ts";

/** The machine word that holds a value; bits above the value's width are 0. */
export function typeOf(width: number): ValueType {
  return width <= 32 ? "i32" : "i64";
}

export function bitsOf(type: ValueType): number {
  return type === "i32" ? 32 : 64;
}

/** `name` is an instruction that both types have, as in `i32.add` and `i64.add`. */
export function operate(out: FunctionWriter, type: ValueType, name: string): void {
  out.op(`${type}.${name}` as PlainInstruction);
}

/** To i64 with zeros above; to i32 without the upper half. */
export function convert(out: FunctionWriter, from: ValueType, to: ValueType): void {
  if (from === to) return;
  out.op(to === "i64" ? "i64.extend_i32_u" : "i32.wrap_i64");
}

/** Makes the bits above `width` of what is on the stack 0. */
export function mask(out: FunctionWriter, width: number): void {
  const type = typeOf(width);
  if (width === bitsOf(type)) return;
  out.const(type, ones(width));
  operate(out, type, "and");
}
