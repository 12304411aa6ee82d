import type { Layout } from "./layout.ts";
import { FunctionWriter, type WasmFunction } from "./wasm-writer.ts";

/** Of the module's functions, behind those that every module has. */
const POSITION = 3;

/** The index of `divide` among imports and functions. */
export function divideFunction({ effects }: Layout): number {
  return (effects.length === 0 ? 0 : 1) + POSITION;
}

const [PLACE, BYTES] = [0, 1];

/**
 * `divide(place, bytes)` for unsigned values of any width, bit by bit. At `place` lies the dividend, which the quotient
 * replaces; behind it the remainder, behind that the divisor; each has so many bytes. Returns `place`. Of a division by
 * zero both results are 0.
 */
export function divideByBits(): WasmFunction {
  const out = new FunctionWriter(2);
  const [at, end, bits] = [out.local("i32"), out.local("i32"), out.local("i32")];
  const [carry, word, divisor, borrow] = [
    out.local("i64"),
    out.local("i64"),
    out.local("i64"),
    out.local("i64"),
  ];
  /** The address `times` values behind `place`. */
  const behind = (times: number): void => {
    out.get(PLACE);
    out.get(BYTES);
    out.const("i32", BigInt(times));
    out.op("i32.mul");
    out.op("i32.add");
  };
  const each = (first: number, last: number, body: () => void): void => {
    behind(first);
    out.set(at);
    behind(last);
    out.set(end);
    out.loop();
    body();
    out.get(at);
    out.const("i32", 8n);
    out.op("i32.add");
    out.set(at);
    out.get(at);
    out.get(end);
    out.op("i32.lt_u");
    out.branchIf(0);
    out.op("end");
  };
  const clear = (local: number): void => {
    out.const("i64", 0n);
    out.set(local);
  };
  /** A word of the remainder and of the divisor. */
  const operands = (): void => {
    out.get(at);
    out.access("i64.load", 0);
    out.set(word);
    out.get(at);
    out.get(BYTES);
    out.op("i32.add");
    out.access("i64.load", 0);
    out.set(divisor);
  };
  /** Of `word` minus `divisor` minus `borrow`. */
  const nextBorrow = (): void => {
    out.get(word);
    out.get(divisor);
    out.op("i64.lt_u");
    out.op("i64.extend_i32_u");
    out.get(word);
    out.get(divisor);
    out.op("i64.eq");
    out.op("i64.extend_i32_u");
    out.get(borrow);
    out.op("i64.and");
    out.op("i64.or");
    out.set(borrow);
  };

  clear(carry);
  each(2, 3, () => {
    out.get(at);
    out.access("i64.load", 0);
    out.get(carry);
    out.op("i64.or");
    out.set(carry);
  });
  each(1, 2, () => {
    out.get(at);
    out.const("i64", 0n);
    out.access("i64.store", 0);
  });
  out.get(carry);
  out.op("i64.eqz");
  out.if();
  each(0, 1, () => {
    out.get(at);
    out.const("i64", 0n);
    out.access("i64.store", 0);
  });
  out.get(PLACE);
  out.op("return");
  out.op("end");

  out.get(BYTES);
  out.const("i32", 8n);
  out.op("i32.mul");
  out.set(bits);
  out.loop();
  // Dividend and remainder, which lie behind each other, move up by one bit.
  clear(carry);
  each(0, 2, () => {
    out.get(at);
    out.access("i64.load", 0);
    out.set(word);
    out.get(at);
    out.get(word);
    out.const("i64", 1n);
    out.op("i64.shl");
    out.get(carry);
    out.op("i64.or");
    out.access("i64.store", 0);
    out.get(word);
    out.const("i64", 63n);
    out.op("i64.shr_u");
    out.set(carry);
  });
  clear(borrow);
  each(1, 2, () => {
    operands();
    nextBorrow();
  });
  // What was carried out of the remainder makes it larger than any divisor.
  out.get(borrow);
  out.op("i64.eqz");
  out.get(carry);
  out.op("i64.eqz");
  out.op("i32.eqz");
  out.op("i32.or");
  out.if();
  clear(borrow);
  each(1, 2, () => {
    operands();
    out.get(at);
    out.get(word);
    out.get(divisor);
    out.op("i64.sub");
    out.get(borrow);
    out.op("i64.sub");
    out.access("i64.store", 0);
    nextBorrow();
  });
  out.get(PLACE);
  out.get(PLACE);
  out.access("i64.load", 0);
  out.const("i64", 1n);
  out.op("i64.or");
  out.access("i64.store", 0);
  out.op("end");
  out.get(bits);
  out.const("i32", 1n);
  out.op("i32.sub");
  out.set(bits);
  out.get(bits);
  out.branchIf(0);
  out.op("end");
  out.get(PLACE);
  return { name: "divide", parameters: ["i32", "i32"], results: ["i32"], body: out.finish() };
}
