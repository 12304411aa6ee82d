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
  readonly #code: number[] = [];
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
    this.#code.push(plain[instruction]);
  }

  const(type: ValueType, value: bigint): void {
    this.#code.push(type === "i32" ? 0x41 : 0x42);
    writeSigned(this.#code, BigInt.asIntN(type === "i32" ? 32 : 64, value));
  }

  get(local: number): void {
    this.#code.push(0x20);
    writeUnsigned(this.#code, local);
  }

  set(local: number): void {
    this.#code.push(0x21);
    writeUnsigned(this.#code, local);
  }

  /** `offset` is added to the address on the stack. */
  access(instruction: AccessInstruction, offset: number): void {
    const [code, alignment] = access[instruction];
    this.#code.push(code, alignment);
    writeUnsigned(this.#code, offset);
  }

  block(result?: ValueType): void {
    this.#code.push(0x02, result === undefined ? EMPTY_BLOCK : TYPE_CODE[result]);
  }

  loop(): void {
    this.#code.push(0x03, EMPTY_BLOCK);
  }

  if(result?: ValueType): void {
    this.#code.push(0x04, result === undefined ? EMPTY_BLOCK : TYPE_CODE[result]);
  }

  call(index: number): void {
    this.#code.push(0x10);
    writeUnsigned(this.#code, index);
  }

  branch(depth: number): void {
    this.#code.push(0x0c);
    writeUnsigned(this.#code, depth);
  }

  branchIf(depth: number): void {
    this.#code.push(0x0d);
    writeUnsigned(this.#code, depth);
  }

  /** To the label of `depths` at the place that the value on the stack says; to the last one where there is none. */
  branchTable(depths: readonly number[]): void {
    this.#code.push(0x0e);
    writeVector(this.#code, depths.slice(0, -1), (depth) => writeUnsigned(this.#code, depth));
    writeUnsigned(this.#code, depths.at(-1) as number);
  }

  tee(local: number): void {
    this.#code.push(0x22);
    writeUnsigned(this.#code, local);
  }

  finish(): number[] {
    const body: number[] = [];
    const groups = groupsOf(this.#locals);
    writeUnsigned(body, groups.length);
    for (const [type, count] of groups) {
      writeUnsigned(body, count);
      body.push(TYPE_CODE[type]);
    }
    for (const byte of this.#code) body.push(byte);
    body.push(plain.end);
    return body;
  }
}

export interface WasmFunction {
  /** Absent where only other functions call it. */
  readonly name?: string;
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
  readonly body: readonly number[];
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
  const types = section(1, [...imports, ...functions], ({ parameters, results }, out) => {
    out.push(0x60);
    writeVector(out, parameters, (type) => out.push(TYPE_CODE[type]));
    writeVector(out, results, (type) => out.push(TYPE_CODE[type]));
  });
  const imported = section(2, imports, ({ name }, out, index) => {
    writeText(out, "env");
    writeText(out, name);
    out.push(0x00);
    writeUnsigned(out, index);
  });
  const declarations = section(3, functions, (_, out, index) => writeUnsigned(out, imports.length + index));
  const memory = section(5, [pages], (count, out) => {
    out.push(0x01);
    writeUnsigned(out, count);
    writeUnsigned(out, count);
  });
  const names = [
    ...functions.flatMap(({ name }, index) =>
      name === undefined ? [] : [{ name, kind: 0, index: imports.length + index }],
    ),
    { name: "memory", kind: 2, index: 0 },
  ];
  const exports = section(7, names, ({ name, kind, index }, out) => {
    writeText(out, name);
    out.push(kind);
    writeUnsigned(out, index);
  });
  const code = section(10, functions, ({ body }, out) => {
    writeUnsigned(out, body.length);
    for (const byte of body) out.push(byte);
  });
  const data = section(11, segments, ({ address, bytes }, out) => {
    out.push(0x00, 0x41);
    writeSigned(out, BigInt(address));
    out.push(plain.end);
    writeUnsigned(out, bytes.length);
    for (const byte of bytes) out.push(byte);
  });
  const header = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
  return Uint8Array.from([header, types, imported, declarations, memory, exports, code, data].flat());
}

function section<T>(
  id: number,
  items: readonly T[],
  write: (item: T, out: number[], index: number) => void,
): number[] {
  const content: number[] = [];
  writeUnsigned(content, items.length);
  for (const [index, item] of items.entries()) write(item, content, index);
  const out = [id];
  writeUnsigned(out, content.length);
  return out.concat(content);
}

function writeVector<T>(out: number[], items: readonly T[], write: (item: T) => void): void {
  writeUnsigned(out, items.length);
  for (const item of items) write(item);
}

function writeText(out: number[], text: string): void {
  writeVector(out, [...new TextEncoder().encode(text)], (byte) => out.push(byte));
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

function writeUnsigned(out: number[], value: number): void {
  let rest = value;
  while (rest >= 0x80) {
    out.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  out.push(rest);
}

function writeSigned(out: number[], value: bigint): void {
  let rest = value;
  for (;;) {
    const byte = Number(rest & 0x7fn);
    rest >>= 7n;
    if ((rest === 0n && byte < 0x40) || (rest === -1n && byte >= 0x40)) {
      out.push(byte);
      return;
    }
    out.push(byte | 0x80);
  }
}
