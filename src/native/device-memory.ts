import koffi from "koffi";
import { systemCall } from "./libc.ts";
import { mapPages } from "./map-file.ts";

const munmap = systemCall("int munmap(void *address, size_t length)");

const TYPES = { 8: "uint8_t", 16: "uint16_t", 32: "uint32_t", 64: "uint64_t" } as const;
const decode = {
  8: koffi.decode.uint8,
  16: koffi.decode.uint16,
  32: koffi.decode.uint32,
  64: koffi.decode.uint64,
} as const;

/**
 * Registers of a device that are mapped: each call is exactly one access of its width. There is no view of it: the engine of
 * JavaScript splits, joins and drops accesses of typed arrays, and nobody could take a view back.
 */
export class DeviceMemory implements Disposable {
  readonly #lengthBytes: number;
  #address: bigint | undefined;

  /** From byte `offset` of an open file on, whole pages. Throws `SystemCallError`. */
  constructor(descriptor: number, offset: number, lengthBytes: number) {
    this.#lengthBytes = lengthBytes;
    this.#address = mapPages(descriptor, lengthBytes, offset);
  }

  /** `width` in bits. The caller has checked that the place is within the memory, at a multiple of the width. */
  read(offset: number, width: 8 | 16 | 32): number {
    return decode[width](this.#place(offset));
  }

  write(offset: number, width: 8 | 16 | 32, value: number): void {
    koffi.encode(this.#place(offset), TYPES[width], value);
  }

  read64(offset: number): bigint {
    return BigInt(decode[64](this.#place(offset)));
  }

  write64(offset: number, value: bigint): void {
    koffi.encode(this.#place(offset), TYPES[64], value);
  }

  /** Unmaps it; later accesses throw. */
  [Symbol.dispose](): void {
    if (this.#address === undefined) return;
    munmap(this.#address, this.#lengthBytes);
    this.#address = undefined;
  }

  #place(offset: number): bigint {
    if (this.#address === undefined) throw new Error("memory of a device is used after its end");
    return this.#address + BigInt(offset);
  }
}
