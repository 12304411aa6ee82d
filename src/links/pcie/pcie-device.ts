import type { Access } from "../../bus/window.ts";

/**
 * A PCI function as user space may use it: what kernel VFIO gives of a card, and vfio-user of a slot in another process.
 *
 * Every access of configuration space or of a BAR is exactly one access of its width: 1, 2, 4 or, in a BAR, 8 bytes, at
 * a multiple of it. What a backend cannot do throws `SystemCallError`; a way to the device that is gone throws
 * `LinkLostError`, also later.
 */
export interface PcieDevice extends AsyncDisposable {
  readonly config: PcieRegion;
  /** Those that the function has, by their number; a BAR of 64 bits has the number of its lower half. */
  readonly bars: ReadonlyMap<number, PcieRegion>;
  readonly interrupts: PcieInterrupts;
  readonly dma: PcieDma;
  /** Whether `reset` can do anything. */
  readonly hasReset: boolean;
  /** As after a reset of the function: registers, bus-master and memory-enable bits, interrupts. Mappings stay. */
  reset(): void;
}

/** Configuration space, or a BAR. */
export interface PcieRegion {
  readonly lengthBytes: number;
  /** Throws `RangeError` for what is not a whole access inside of it. */
  read(offset: number, width: AccessWidth): number;
  /** Posted. */
  write(offset: number, width: AccessWidth, value: number): void;
  read64(offset: number): bigint;
  write64(offset: number, value: bigint): void;
}

/** In bits. */
export type AccessWidth = 8 | 16 | 32;

/** Message-signalled interrupts: MSI-X where the function has it, otherwise MSI. */
export interface PcieInterrupts {
  readonly vectors: number;
  /** From now on messages of the first `vectors` of them arrive; 0: of none. */
  enable(vectors: number): void;
  /** Messages of `vector` since the last call, without waiting. */
  take(vector: number): number;
  /** Calls `listener` on the event loop with the number of messages that have come, until the result is disposed of. */
  watch(vector: number, listener: (count: number) => void): Disposable;
}

/** Memory that the function may be given. */
export interface PcieDma {
  /** I/O virtual addresses that may be mapped, both ends included, in order. */
  readonly ranges: readonly { readonly first: bigint; readonly last: bigint }[];
  /** Whole pages of zeroed memory that stays for as long as the process lives. */
  allocate(lengthBytes: number): DmaMemory;
  /**
   * Maps whole pages of `memory` from byte `offset` on at `iova`. `access` is from the device's point of view. Throws for what
   * is refused at once; a backend that hears of a refusal later is lost with it.
   */
  map(memory: DmaMemory, offset: number, lengthBytes: number, iova: bigint, access: Access): void;
  /** What a `map` has mapped, whole. When it returns, the device is served no access there. */
  unmap(iova: bigint, lengthBytes: number): void;
}

export interface DmaMemory extends Disposable {
  readonly bytes: Uint8Array;
  /** The bytes are zero from now on; nothing of them is mapped. */
  clear(): void;
  /** It is mapped for the device no more, and never will be; the bytes stay. */
  [Symbol.dispose](): void;
}
