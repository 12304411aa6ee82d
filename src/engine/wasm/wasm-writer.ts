import { ByteWriter } from "./byte-writer.ts";

/** WebAssembly's binary format, as far as the generator uses it (WebAssembly Core Specification 2.0, section 5). */
export type ValueType = "i32" | "i64";

const TYPE_CODE: Readonly<Record<ValueType, number>> = { i32: 0x7f, i64: 0x7e };
const EMPTY_BLOCK = 0x40;

/** Opcodes by their names in the text format. */
const plain = {
  return: 0x0f,
  select: 0x1b,
  end: 0x0b,
  else: 0x05,
  "i32.eqz": 0x45,
  "i32.eq": 0x46,
  "i32.lt_s": 0x48,
  "i32.lt_u": 0x49,
  "i32.ge_u": 0x4f,
  "i64.eqz": 0x50,
  "i64.eq": 0x51,
  "i64.lt_s": 0x53,
  "i64.lt_u": 0x54,
  "i32.popcnt": 0x69,
  "i32.add": 0x6a,
  "i32.sub": 0x6b,
  "i32.mul": 0x6c,
  "i32.div_u": 0x6e,
  "i32.rem_u": 0x70,
  "i32.and": 0x71,
  "i32.or": 0x72,
  "i32.xor": 0x73,
  "i32.shl": 0x74,
  "i32.shr_s": 0x75,
  "i32.shr_u": 0x76,
  "i64.popcnt": 0x7b,
  "i64.add": 0x7c,
  "i64.sub": 0x7d,
  "i64.mul": 0x7e,
  "i64.div_s": 0x7f,
  "i64.div_u": 0x80,
  "i64.rem_s": 0x81,
  "i64.rem_u": 0x82,
  "i64.and": 0x83,
  "i64.or": 0x84,
  "i64.xor": 0x85,
  "i64.shl": 0x86,
  "i64.shr_s": 0x87,
  "i64.shr_u": 0x88,
  "i32.wrap_i64": 0xa7,
  "i64.extend_i32_s": 0xac,
  "i64.extend_i32_u": 0xad,
} as const;

const access = {
  "i32.load": [0x28, 2],
  "i64.load": [0x29, 3],
  "i32.load8_u": [0x2d, 0],
  "i32.load16_u": [0x2f, 1],
  "i64.load32_u": [0x35, 2],
  "i32.store": [0x36, 2],
  "i64.store": [0x37, 3],
  "i32.store8": [0x3a, 0],
  "i32.store16": [0x3b, 1],
} as const;

export type PlainInstruction = keyof typeof plain;
export type AccessInstruction = keyof typeof access;

/** The body of one function: instructions in order, with locals taken as they are needed. */
export class FunctionWriter {
  readonly #code = new ByteWriter();
  readonly #locals: ValueType[] = [];
  readonly #parameters: number;

  constructor(parameters: number) {
    this.#parameters = parameters;
  }

  local(type: ValueType): number {
    this.#locals.push(type);
    return this.#parameters + this.#locals.length - 1;
  }

  op(instruction: PlainInstruction): void {
    this.#code.byte(plain[instruction]);
  }

  const(type: ValueType, value: bigint): void {
    this.#code.byte(type === "i32" ? 0x41 : 0x42);
    this.#code.signed(BigInt.asIntN(type === "i32" ? 32 : 64, value));
  }

  get(local: number): void {
    this.#code.byte(0x20);
    this.#code.unsigned(local);
  }

  set(local: number): void {
    this.#code.byte(0x21);
    this.#code.unsigned(local);
  }

  /** `offset` is added to the address on the stack. */
  access(instruction: AccessInstruction, offset: number): void {
    const [code, alignment] = access[instruction];
    this.#code.byte(code);
    this.#code.byte(alignment);
    this.#code.unsigned(offset);
  }

  block(result?: ValueType): void {
    this.#code.byte(0x02);
    this.#code.byte(result === undefined ? EMPTY_BLOCK : TYPE_CODE[result]);
  }

  loop(): void {
    this.#code.byte(0x03);
    this.#code.byte(EMPTY_BLOCK);
  }

  if(result?: ValueType): void {
    this.#code.byte(0x04);
    this.#code.byte(result === undefined ? EMPTY_BLOCK : TYPE_CODE[result]);
  }

  call(index: number): void {
    this.#code.byte(0x10);
    this.#code.unsigned(index);
  }

  branch(depth: number): void {
    this.#code.byte(0x0c);
    this.#code.unsigned(depth);
  }

  branchIf(depth: number): void {
    this.#code.byte(0x0d);
    this.#code.unsigned(depth);
  }

  /** To the label of `depths` at the place that the value on the stack says; to the last one where there is none. */
  branchTable(depths: readonly number[]): void {
    this.#code.byte(0x0e);
    this.#code.vector(depths.slice(0, -1), (depth) => this.#code.unsigned(depth));
    this.#code.unsigned(depths.at(-1) as number);
  }

  tee(local: number): void {
    this.#code.byte(0x22);
    this.#code.unsigned(local);
  }

  finish(): Uint8Array {
    const body = new ByteWriter();
    body.vector(groupsOf(this.#locals), ([type, count]) => {
      body.unsigned(count);
      body.byte(TYPE_CODE[type]);
    });
    body.bytes(this.#code.finish());
    body.byte(plain.end);
    return body.finish();
  }
}

export interface WasmFunction {
  /** Absent where only other functions call it. */
  readonly name?: string;
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
  readonly body: Uint8Array;
}

/** A function that the host gives, under `env`. Imports come before the module's own functions in the numbering. */
export type WasmImport = Omit<WasmFunction, "name" | "body"> & { readonly name: string };

/** What lies in the memory from the start. */
export interface DataSegment {
  readonly address: number;
  readonly bytes: Uint8Array;
}

const PAGE_BYTES = 65_536;

/** A module that exports its functions and its memory, which has its final size from the start. */
export function encodeModule(
  imports: readonly WasmImport[],
  functions: readonly WasmFunction[],
  memoryBytes: number,
  segments: readonly DataSegment[] = [],
): Uint8Array<ArrayBuffer> {
  const pages = Math.ceil(memoryBytes / PAGE_BYTES);
  const names = [
    ...functions.flatMap(({ name }, index) =>
      name === undefined ? [] : [{ name, kind: 0, index: imports.length + index }],
    ),
    { name: "memory", kind: 2, index: 0 },
  ];
  const out = new ByteWriter();
  out.bytes([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]);
  section(out, 1, [...imports, ...functions], ({ parameters, results }, content) => {
    content.byte(0x60);
    for (const types of [parameters, results]) content.vector(types, (type) => content.byte(TYPE_CODE[type]));
  });
  section(out, 2, imports, ({ name }, content, index) => {
    content.text("env");
    content.text(name);
    content.byte(0x00);
    content.unsigned(index);
  });
  section(out, 3, functions, (_, content, index) => content.unsigned(imports.length + index));
  section(out, 5, [pages], (count, content) => {
    content.byte(0x01);
    content.unsigned(count);
    content.unsigned(count);
  });
  section(out, 7, names, ({ name, kind, index }, content) => {
    content.text(name);
    content.byte(kind);
    content.unsigned(index);
  });
  section(out, 10, functions, ({ body }, content) => {
    content.unsigned(body.length);
    content.bytes(body);
  });
  section(out, 11, segments, ({ address, bytes }, content) => {
    content.bytes([0x00, 0x41]);
    content.signed(BigInt(address));
    content.byte(plain.end);
    content.unsigned(bytes.length);
    content.bytes(bytes);
  });
  return out.finish();
}

function section<T>(
  out: ByteWriter,
  id: number,
  items: readonly T[],
  write: (item: T, content: ByteWriter, index: number) => void,
): void {
  const content = new ByteWriter();
  content.vector(items, (item, index) => write(item, content, index));
  const bytes = content.finish();
  out.byte(id);
  out.unsigned(bytes.length);
  out.bytes(bytes);
}

function groupsOf(types: readonly ValueType[]): [ValueType, number][] {
  const groups: [ValueType, number][] = [];
  for (const type of types) {
    const last = groups.at(-1);
    if (last?.[0] === type) last[1]++;
    else groups.push([type, 1]);
  }
  return groups;
}
