import type { DivisionSlot, Layout } from "./layout.ts";
import { arg, isTable, type Node, ones } from "./node.ts";
import { isLarge, type Placement, type Region, START } from "./placement.ts";
import type { AccessInstruction, FunctionWriter, PlainInstruction, ValueType } from "./wasm-writer.ts";
import { divideFunction } from "./wide-division.ts";
import type { WorkingSpace } from "./working-space.ts";

export function typeOf(width: number): ValueType {
  return width <= 32 ? "i32" : "i64";
}

function bitsOf(type: ValueType): number {
  return type === "i32" ? 32 : 64;
}

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
  readonly #out: FunctionWriter;
  readonly #layout: Layout;
  readonly #context: EmitterContext;
  readonly #locals = new Map<Node, number>();

  constructor(out: FunctionWriter, context: EmitterContext) {
    this.#out = out;
    this.#layout = context.layout;
    this.#context = context;
  }

  /** Computes what is kept before a step of a region for the rest of it. */
  enter(region: Region, position: number = START): void {
    const nodes = region.before(position);
    if (isLarge(region)) this.#context.keepByCalls(nodes, this.#out);
    else for (const node of nodes) this.keep(node);
  }

  /** Computes a value for this function, and for others that use it. */
  keep(node: Node): void {
    const type = typeOf(node.width);
    const slot = this.#context.slotOf(node);
    if (slot !== undefined) this.#out.const("i32", 0n);
    this.#compute(node);
    const local = this.#out.local(type);
    this.#locals.set(node, local);
    if (slot === undefined) {
      this.#out.set(local);
    } else {
      this.#out.tee(local);
      this.#out.access(`${type}.store`, slot);
    }
  }

  emit(node: Node): void {
    const local = this.#locals.get(node);
    if (local !== undefined) {
      this.#out.get(local);
      return;
    }
    const slot = this.#context.slotOf(node);
    if (slot === undefined) this.#compute(node);
    else this.#load(typeOf(node.width), slot);
  }

  emitAs(node: Node, type: ValueType): void {
    if (node.op === "const") {
      this.#out.const(type, node.value);
      return;
    }
    this.emit(node);
    this.#convert(typeOf(node.width), type);
  }

  /** Leaves the index of an element on the stack, as a byte offset from the memory's address. */
  emitElement(address: Node, elementBytes: number): void {
    this.emitAs(address, "i32");
    if (elementBytes === 1) return;
    this.#out.const("i32", BigInt(elementBytes));
    this.#out.op("i32.mul");
  }

  #convert(from: ValueType, to: ValueType): void {
    if (from === to) return;
    this.#out.op(to === "i64" ? "i64.extend_i32_u" : "i32.wrap_i64");
  }

  #op(type: ValueType, name: string): void {
    this.#out.op(`${type}.${name}` as PlainInstruction);
  }

  #mask(width: number): void {
    const type = typeOf(width);
    if (width === bitsOf(type)) return;
    this.#out.const(type, ones(width));
    this.#op(type, "and");
  }

  #compute(node: Node): void {
    const out = this.#out;
    const type = typeOf(node.width);
    const [x, y] = node.args as [Node, Node];
    switch (node.op) {
      case "const":
        out.const(type, node.value);
        return;
      case "input":
        this.#load(type, (this.#layout.inputs[node.index]?.address as number) + 8 * Number(node.value));
        return;
      case "register":
        this.#load(type, this.#layout.registers[node.index]?.address as number);
        return;
      case "memory":
        this.#readMemory(node);
        return;
      case "quotient":
        this.emit(x);
        out.access(`${type}.load`, 8 * node.index);
        return;
      case "slice":
        this.#slice(node);
        return;
      case "concat":
        this.#concat(node);
        return;
      case "extend":
        this.emitAs(x, type);
        return;
      case "replicate":
        out.const(type, 0n);
        this.emitAs(x, type);
        this.#op(type, "sub");
        this.#mask(node.width);
        return;
      case "signExtend":
        this.#signed(x, type);
        this.#mask(node.width);
        return;
      case "not":
        this.emit(x);
        if (node.width === 1) {
          out.op("i32.eqz");
        } else {
          out.const(type, ones(node.width));
          this.#op(type, "xor");
        }
        return;
      case "parity":
        this.emit(x);
        this.#op(typeOf(x.width), "popcnt");
        this.#convert(typeOf(x.width), "i32");
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
        if (node.op === "sub" || overflows(node)) this.#mask(node.width);
        return;
      case "divide":
      case "modulo":
      case "divideSigned":
      case "moduloSigned":
        this.#divide(node);
        return;
      case "wideDivide":
        this.#wideDivide(node);
        return;
      case "shiftLeft":
      case "shiftRight":
      case "shiftRightSigned":
        this.#shift(node);
        return;
      case "equal":
        this.#equal(x, y);
        return;
      case "less":
        this.emit(x);
        this.emit(y);
        this.#op(typeOf(x.width), "lt_u");
        return;
      case "lessSigned":
        this.#signed(x, typeOf(x.width));
        this.#signed(y, typeOf(x.width));
        this.#op(typeOf(x.width), "lt_s");
        return;
      case "mux":
        this.#mux(node);
        return;
      case "choose":
        this.#choose(node);
    }
  }

  #load(type: ValueType, address: number): void {
    this.#out.const("i32", 0n);
    this.#out.access(`${type}.load`, address);
  }

  #binary(node: Node, name: string): void {
    this.emit(arg(node, 0));
    this.emit(arg(node, 1));
    this.#op(typeOf(node.width), name);
  }

  /** The value with its sign bit copied to the top of the machine word. */
  #signed(x: Node, type: ValueType): void {
    this.emitAs(x, type);
    const unused = BigInt(bitsOf(type) - x.width);
    if (unused === 0n) return;
    this.#out.const(type, unused);
    this.#op(type, "shl");
    this.#out.const(type, unused);
    this.#op(type, "shr_s");
  }

  #slice(node: Node): void {
    const x = arg(node, 0);
    const from = typeOf(x.width);
    this.emit(x);
    if (node.index > 0) {
      this.#out.const(from, BigInt(node.index));
      this.#op(from, "shr_u");
    }
    this.#convert(from, typeOf(node.width));
    if (node.index + node.width < x.reach) this.#mask(node.width);
  }

  #concat(node: Node): void {
    const spread = spreadBits(node);
    if (spread !== undefined) {
      this.#spread(node, spread);
      return;
    }
    const type = typeOf(node.width);
    let at = 0;
    let isFirst = true;
    for (const piece of node.args) {
      const isZero = piece.op === "const" && piece.value === 0n;
      if (!isZero) {
        this.#placed(piece, at, type);
        if (!isFirst) this.#op(type, "or");
        isFirst = false;
      }
      at += piece.width;
    }
  }

  #placed(piece: Node, at: number, type: ValueType): void {
    if (piece.op === "const") {
      this.#out.const(type, piece.value << BigInt(at));
      return;
    }
    this.emitAs(piece, type);
    if (at === 0) return;
    this.#out.const(type, BigInt(at));
    this.#op(type, "shl");
  }

  /**
   * Each of up to 8 neighbouring bits eight times, as byte strobes become a mask: a multiplication copies the bits to
   * all places, a mask picks bit 0 of each byte, and another multiplication fills the bytes. Bit 7 would carry into its
   * neighbours and is placed on its own.
   */
  #spread(node: Node, { value, low }: { value: Node; low: number }): void {
    const out = this.#out;
    const count = node.args.length;
    const lower = Math.min(count, 7);
    const bits = out.local("i64");
    this.emitAs(value, "i64");
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
    this.#convert("i64", typeOf(node.width));
  }

  #equal(x: Node, y: Node): void {
    const type = typeOf(x.width);
    this.emit(x);
    if (y.op === "const" && y.value === 0n) {
      this.#op(type, "eqz");
      return;
    }
    this.emit(y);
    this.#op(type, "eq");
  }

  #mux(node: Node): void {
    const [condition, yes, no] = node.args as [Node, Node, Node];
    const inYes = this.#context.placement.side(node, 1);
    const inNo = this.#context.placement.side(node, 2);
    if (inYes === undefined && inNo === undefined) {
      this.emit(yes);
      this.emit(no);
      this.emit(condition);
      this.#out.op("select");
      return;
    }
    this.emit(condition);
    this.#out.if(typeOf(node.width));
    if (inYes !== undefined) this.enter(inYes);
    this.emit(yes);
    this.#out.op("else");
    if (inNo !== undefined) this.enter(inNo);
    this.emit(no);
    this.#out.op("end");
  }

  #choose(node: Node): void {
    const [selector, ...arms] = node.args as [Node, ...Node[]];
    const pick = this.#context.pickOf(node);
    if (isTable(node)) {
      this.#lookUp(
        selector,
        pick.map((index) => (arms[index] as Node).value),
        node.width,
      );
      return;
    }
    this.#out.block(typeOf(node.width));
    this.emitSwitch(selector, pick, arms.length, (index) => {
      const side = this.#context.placement.side(node, index + 1);
      if (side !== undefined) this.enter(side);
      this.emit(arms[index] as Node);
    });
    this.#out.op("end");
  }

  /**
   * One of `count` pieces of code. They stand in a block of their own, whose end follows the last one and whose value
   * each of them leaves.
   */
  emitSwitch(selector: Node, pick: readonly number[], count: number, code: (index: number) => void): void {
    const out = this.#out;
    for (let index = 0; index < count; index++) out.block();
    this.emitAs(selector, "i32");
    out.branchTable(pick);
    for (let index = 0; index < count; index++) {
      out.op("end");
      code(index);
      if (index < count - 1) out.branch(count - 1 - index);
    }
  }

  /** An element of a constant table: a small one is a constant that is shifted, others lie in memory. */
  #lookUp(selector: Node, values: readonly bigint[], width: number): void {
    const out = this.#out;
    const bits = values.length * width;
    const type = typeOf(width);
    if (bits <= 64) {
      const word = typeOf(bits);
      out.const(
        word,
        values.reduce((sum, value, index) => sum | (value << BigInt(index * width)), 0n),
      );
      this.emitAs(selector, word);
      if (width > 1) {
        out.const(word, BigInt(width));
        this.#op(word, "mul");
      }
      this.#op(word, "shr_u");
      this.#convert(word, type);
      this.#mask(width);
      return;
    }
    const elementBytes = [1, 2, 4].find((bytes) => width <= 8 * bytes) ?? 8;
    this.emitElement(selector, elementBytes);
    out.access(accessOf(elementBytes)[0], this.#context.space.table(values, elementBytes));
  }

  #readMemory(node: Node): void {
    const address = arg(node, 0);
    const slot = this.#layout.memories[node.index] as Layout["memories"][number];
    const type = typeOf(node.width);
    const [load] = accessOf(Math.min(8, slot.elementBytes));
    const place = slot.address + 8 * Number(node.value);
    const element = (): void => {
      this.emitElement(address, slot.elementBytes);
      this.#out.access(load, place);
      // The last 64 bits of a wide element may be fewer than 33.
      if (slot.elementBytes > 4) this.#convert("i64", type);
    };
    if (isWithin(address, slot.depth)) {
      element();
      return;
    }
    this.emitIsBelow(address, slot.depth);
    this.#out.if(type);
    element();
    this.#out.op("else");
    this.#out.const(type, 0n);
    this.#out.op("end");
  }

  emitIsBelow(address: Node, depth: number): void {
    this.emit(address);
    this.#out.const(typeOf(address.width), BigInt(depth));
    this.#op(typeOf(address.width), "lt_u");
  }

  /** Amounts that may exceed the machine word are compared first: WebAssembly takes them modulo its width. */
  #shift(node: Node): void {
    const [x, amount] = node.args as [Node, Node];
    const type = typeOf(node.width);
    const limit = bitsOf(type);
    const isSigned = node.op === "shiftRightSigned";
    const name = { shiftLeft: "shl", shiftRight: "shr_u", shiftRightSigned: "shr_s" }[node.op as "shiftLeft"];
    if (isSigned) this.#signed(x, type);
    else this.emit(x);
    if (2 ** amount.reach <= limit) {
      this.emitAs(amount, type);
      this.#op(type, name);
    } else {
      this.#clampedShift(amount, type, name, isSigned);
    }
    if (node.op !== "shiftRight") this.#mask(node.width);
  }

  /** The value to shift is on the stack. */
  #clampedShift(amount: Node, type: ValueType, name: string, isSigned: boolean): void {
    const out = this.#out;
    const by = out.local(typeOf(amount.width));
    const limit = BigInt(bitsOf(type));
    this.emit(amount);
    out.set(by);
    const isSmall = (): void => {
      out.get(by);
      out.const(typeOf(amount.width), limit);
      this.#op(typeOf(amount.width), "lt_u");
    };
    const getBy = (): void => {
      out.get(by);
      this.#convert(typeOf(amount.width), type);
    };
    if (isSigned) {
      getBy();
      out.const(type, limit - 1n);
      isSmall();
      out.op("select");
      this.#op(type, name);
      return;
    }
    getBy();
    this.#op(type, name);
    out.const(type, 0n);
    isSmall();
    out.op("select");
  }

  /** Stores the operands, and leaves the place of the result. */
  #wideDivide(node: Node): void {
    const out = this.#out;
    const { address, limbs } = this.#layout.divisions[node.index] as DivisionSlot;
    for (const [index, limb] of node.args.entries()) {
      const place = index < limbs ? index : index + limbs;
      out.const("i32", 0n);
      this.emitAs(limb, "i64");
      out.access("i64.store", address + 8 * place);
    }
    out.const("i32", BigInt(address));
    out.const("i32", BigInt(8 * limbs));
    out.call(divideFunction(this.#layout));
  }

  /** In 64 bits, where only the smallest number divided by -1 overflows; by zero is 0. */
  #divide(node: Node): void {
    const out = this.#out;
    const isSigned = node.op === "divideSigned" || node.op === "moduloSigned";
    const isQuotient = node.op === "divide" || node.op === "divideSigned";
    const [x, y] = [out.local("i64"), out.local("i64")];
    for (const [operand, local] of [
      [arg(node, 0), x],
      [arg(node, 1), y],
    ] as const) {
      if (isSigned) this.#signed(operand, "i64");
      else this.emitAs(operand, "i64");
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
    this.#op("i64", `${isQuotient ? "div" : "rem"}_${isSigned ? "s" : "u"}`);
    if (isSigned) out.op("end");
    out.op("end");
    this.#convert("i64", typeOf(node.width));
    this.#mask(node.width);
  }
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

function overflows(node: Node): boolean {
  const [x, y] = node.args as [Node, Node];
  const reach = node.op === "add" ? Math.max(x.reach, y.reach) + 1 : x.reach + y.reach;
  return reach > node.width;
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
