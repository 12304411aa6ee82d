import { emitConcat, emitSigned, emitSlice } from "./emit-bits.ts";
import { emitChoice, emitMux } from "./emit-choice.ts";
import { emitDivide, emitWideDivide } from "./emit-division.ts";
import { emitRead } from "./emit-element.ts";
import { emitShift } from "./emit-shift.ts";
import type { Layout } from "./layout.ts";
import { convert, mask, operate, typeOf } from "./machine-word.ts";
import { arg, type Node, ones } from "./node.ts";
import { isLarge, type Placement, type Region, START } from "./placement.ts";
import type { FunctionWriter, ValueType } from "./wasm-writer.ts";
import type { WorkingSpace } from "./working-space.ts";

/** What the functions of a module share. */
export interface EmitterContext {
  readonly layout: Layout;
  readonly placement: Placement;
  readonly space: WorkingSpace;
  pickOf(choice: Node): readonly number[];
  /** Where a value lies that other functions use too. */
  slotOf(node: Node): number | undefined;
  /** Computes what is kept in a large region in functions of its own, and calls them. */
  keepByCalls(nodes: readonly Node[], out: FunctionWriter): void;
}

/**
 * Translates nodes to instructions that leave their value on the stack: i32 up to 32 bits, i64 above. Bits above a
 * value's width are always 0; each translation keeps it so.
 */
export class NodeEmitter {
  readonly out: FunctionWriter;
  readonly context: EmitterContext;
  readonly #locals = new Map<Node, number>();

  constructor(out: FunctionWriter, context: EmitterContext) {
    this.out = out;
    this.context = context;
  }

  /** Computes what is kept before a step of a region for the rest of it. */
  enter(region: Region, position: number = START): void {
    const nodes = region.before(position);
    if (isLarge(region)) this.context.keepByCalls(nodes, this.out);
    else for (const node of nodes) this.keep(node);
  }

  /** Computes a value for this function, and for others that use it. */
  keep(node: Node): void {
    const type = typeOf(node.width);
    const slot = this.context.slotOf(node);
    if (slot !== undefined) this.out.const("i32", 0n);
    this.#compute(node);
    const local = this.out.local(type);
    this.#locals.set(node, local);
    if (slot === undefined) {
      this.out.set(local);
    } else {
      this.out.tee(local);
      this.out.access(`${type}.store`, slot);
    }
  }

  emit(node: Node): void {
    const local = this.#locals.get(node);
    if (local !== undefined) {
      this.out.get(local);
      return;
    }
    const slot = this.context.slotOf(node);
    if (slot === undefined) this.#compute(node);
    else this.#load(typeOf(node.width), slot);
  }

  /** Computes a value once for code that uses it more often than the graph does. */
  hold(node: Node, use: () => void): void {
    if (node.op === "const" || this.#locals.has(node)) {
      use();
      return;
    }
    const local = this.out.local(typeOf(node.width));
    this.emit(node);
    this.out.set(local);
    this.#locals.set(node, local);
    use();
    this.#locals.delete(node);
  }

  emitAs(node: Node, type: ValueType): void {
    if (node.op === "const") {
      this.out.const(type, node.value);
      return;
    }
    this.emit(node);
    convert(this.out, typeOf(node.width), type);
  }

  #compute(node: Node): void {
    const { out } = this;
    const type = typeOf(node.width);
    const [x, y] = node.args as [Node, Node];
    switch (node.op) {
      case "const":
        out.const(type, node.value);
        return;
      case "input":
        this.#load(
          type,
          (this.context.layout.inputs[node.index]?.address as number) + 8 * Number(node.value),
        );
        return;
      case "register":
        this.#load(type, this.context.layout.registers[node.index]?.address as number);
        return;
      case "memory":
        emitRead(this, node);
        return;
      case "quotient":
        this.emit(x);
        out.access(`${type}.load`, 8 * node.index);
        return;
      case "slice":
        emitSlice(this, node);
        return;
      case "concat":
        emitConcat(this, node);
        return;
      case "extend":
        this.emitAs(x, type);
        return;
      case "replicate":
        out.const(type, 0n);
        this.emitAs(x, type);
        operate(this.out, type, "sub");
        mask(this.out, node.width);
        return;
      case "signExtend":
        emitSigned(this, x, type);
        mask(this.out, node.width);
        return;
      case "not":
        this.emit(x);
        if (node.width === 1) {
          out.op("i32.eqz");
        } else {
          out.const(type, ones(node.width));
          operate(this.out, type, "xor");
        }
        return;
      case "parity":
        this.emit(x);
        operate(this.out, typeOf(x.width), "popcnt");
        convert(this.out, typeOf(x.width), "i32");
        out.const("i32", 1n);
        out.op("i32.and");
        return;
      case "and":
      case "or":
      case "xor":
        this.#binary(node, node.op);
        return;
      case "add":
      case "mul":
      case "sub":
        this.#binary(node, node.op);
        if (node.op === "sub" || overflows(node)) mask(this.out, node.width);
        return;
      case "divide":
      case "modulo":
      case "divideSigned":
      case "moduloSigned":
        emitDivide(this, node);
        return;
      case "wideDivide":
        emitWideDivide(this, node);
        return;
      case "shiftLeft":
      case "shiftRight":
      case "shiftRightSigned":
        emitShift(this, node);
        return;
      case "equal":
        this.#equal(x, y);
        return;
      case "less":
        this.emit(x);
        this.emit(y);
        operate(this.out, typeOf(x.width), "lt_u");
        return;
      case "lessSigned":
        emitSigned(this, x, typeOf(x.width));
        emitSigned(this, y, typeOf(x.width));
        operate(this.out, typeOf(x.width), "lt_s");
        return;
      case "mux":
        emitMux(this, node);
        return;
      case "choose":
        emitChoice(this, node);
    }
  }

  #load(type: ValueType, address: number): void {
    this.out.const("i32", 0n);
    this.out.access(`${type}.load`, address);
  }

  #binary(node: Node, name: string): void {
    this.emit(arg(node, 0));
    this.emit(arg(node, 1));
    operate(this.out, typeOf(node.width), name);
  }

  #equal(x: Node, y: Node): void {
    const type = typeOf(x.width);
    this.emit(x);
    if (y.op === "const" && y.value === 0n) {
      operate(this.out, type, "eqz");
      return;
    }
    this.emit(y);
    operate(this.out, type, "eq");
  }
}

function overflows(node: Node): boolean {
  const [x, y] = node.args as [Node, Node];
  const reach = node.op === "add" ? Math.max(x.reach, y.reach) + 1 : x.reach + y.reach;
  return reach > node.width;
}
