import { bitsOf, convert, mask, operate, typeOf } from "./machine-word.ts";
import { arg, type Node, ones } from "./node.ts";
import type { NodeEmitter } from "./node-emitter.ts";
import type { ValueType } from "./wasm-writer.ts";

/** Bits above the slice are masked where the value reaches so far. */
export function emitSlice(emitter: NodeEmitter, node: Node): void {
  const x = arg(node, 0);
  const from = typeOf(x.width);
  emitter.emit(x);
  if (node.index > 0) {
    emitter.out.const(from, BigInt(node.index));
    operate(emitter.out, from, "shr_u");
  }
  convert(emitter.out, from, typeOf(node.width));
  if (node.index + node.width < x.reach) mask(emitter.out, node.width);
}

export function emitConcat(emitter: NodeEmitter, node: Node): void {
  const spread = spreadBits(node);
  if (spread !== undefined) {
    emitSpread(emitter, node, spread);
    return;
  }
  const type = typeOf(node.width);
  let at = 0;
  let isFirst = true;
  for (const piece of node.args) {
    const isZero = piece.op === "const" && piece.value === 0n;
    if (!isZero) {
      emitPlaced(emitter, piece, at, type);
      if (!isFirst) operate(emitter.out, type, "or");
      isFirst = false;
    }
    at += piece.width;
  }
}

function emitPlaced(emitter: NodeEmitter, piece: Node, at: number, type: ValueType): void {
  if (piece.op === "const") {
    emitter.out.const(type, piece.value << BigInt(at));
    return;
  }
  emitter.emitAs(piece, type);
  if (at === 0) return;
  emitter.out.const(type, BigInt(at));
  operate(emitter.out, type, "shl");
}

/**
 * Each of up to 8 neighbouring bits eight times, as byte strobes become a mask: a multiplication copies the bits to
 * all places, a mask picks bit 0 of each byte, and another multiplication fills the bytes. Bit 7 would carry into its
 * neighbours and is placed on its own.
 */
function emitSpread(emitter: NodeEmitter, node: Node, { value, low }: { value: Node; low: number }): void {
  const { out } = emitter;
  const count = node.args.length;
  const lower = Math.min(count, 7);
  const bits = out.local("i64");
  emitter.emitAs(value, "i64");
  if (low > 0) {
    out.const("i64", BigInt(low));
    out.op("i64.shr_u");
  }
  out.set(bits);
  out.get(bits);
  out.const("i64", ones(lower));
  out.op("i64.and");
  out.const("i64", 0x0002_0408_1020_4081n);
  out.op("i64.mul");
  out.const("i64", 0x0101_0101_0101_0101n & ones(8 * lower));
  out.op("i64.and");
  if (count === 8) {
    out.get(bits);
    out.const("i64", 7n);
    out.op("i64.shr_u");
    out.const("i64", 1n);
    out.op("i64.and");
    out.const("i64", 56n);
    out.op("i64.shl");
    out.op("i64.or");
  }
  out.const("i64", 0xffn);
  out.op("i64.mul");
  convert(out, "i64", typeOf(node.width));
}

/** The value with its sign bit copied to the top of the machine word. */
export function emitSigned(emitter: NodeEmitter, x: Node, type: ValueType): void {
  emitter.emitAs(x, type);
  const unused = BigInt(bitsOf(type) - x.width);
  if (unused === 0n) return;
  emitter.out.const(type, unused);
  operate(emitter.out, type, "shl");
  emitter.out.const(type, unused);
  operate(emitter.out, type, "shr_s");
}

/** A concatenation of the bits of one value, each eight times. */
function spreadBits(node: Node): { value: Node; low: number } | undefined {
  if (node.args.length < 3 || node.args.length > 8) return undefined;
  const bits = node.args.map((piece) =>
    piece.op === "replicate" && piece.width === 8 ? (arg(piece, 0) as Node) : undefined,
  );
  const first = bits[0];
  if (first?.op !== "slice") return undefined;
  const value = arg(first, 0);
  const isRun = bits.every(
    (bit, index) => bit?.op === "slice" && arg(bit, 0) === value && bit.index === first.index + index,
  );
  return isRun ? { value, low: first.index } : undefined;
}
