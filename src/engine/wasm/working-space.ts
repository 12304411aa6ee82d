import type { DataSegment } from "./wasm-writer.ts";

/** The linear memory beyond what the layout names: tables of constants, and values on their way between functions. */
export class WorkingSpace {
  readonly #tables = new Map<string, number>();
  readonly #segments: DataSegment[] = [];
  #end: number;

  constructor(start: number) {
    this.#end = start;
  }

  /** Bytes in use, counted from address 0. */
  get end(): number {
    return this.#end;
  }

  get segments(): readonly DataSegment[] {
    return this.#segments;
  }

  /** The address of a value of 4 or 8 bytes. */
  slot(bytes: number): number {
    const address = Math.ceil(this.#end / bytes) * bytes;
    this.#end = address + bytes;
    return address;
  }

  /** The address of elements of 1, 2, 4 or 8 bytes, little-endian; equal tables are one. */
  table(values: readonly bigint[], elementBytes: number): number {
    const key = `${elementBytes}:${values.join(",")}`;
    const known = this.#tables.get(key);
    if (known !== undefined) return known;
    const bytes = new Uint8Array(values.length * elementBytes);
    for (const [index, value] of values.entries()) {
      for (let byte = 0; byte < elementBytes; byte++)
        bytes[index * elementBytes + byte] = Number((value >> BigInt(8 * byte)) & 0xffn);
    }
    const address = Math.ceil(this.#end / elementBytes) * elementBytes;
    this.#end = address + bytes.length;
    this.#segments.push({ address, bytes });
    this.#tables.set(key, address);
    return address;
  }
}
