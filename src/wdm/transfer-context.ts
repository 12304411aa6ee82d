import { DMA_TRANSFER_CONTEXT_SIZE_V1, DMA_TRANSFER_CONTEXT_VERSION1 } from "./constants.ts";
import type { DmaAdapter } from "./dma-adapter.ts";

/** `initialised` may be given to an allocation; `pending` waits for resources; `mapped` has a list. */
export type ContextState = "initialised" | "pending" | "mapped";

export interface ContextRecord {
  readonly adapter: DmaAdapter;
  /** In the bytes too: bytes that were overwritten or copied are no context. */
  readonly signature: bigint;
  state: ContextState;
}

/**
 * The transfer contexts of all adapters. A context is a place in the driver's memory: two views of the same bytes are
 * one context, a copy of the bytes is none.
 */
export class TransferContexts {
  readonly #records = new WeakMap<ArrayBufferLike, Map<number, ContextRecord>>();
  #count = 0n;

  /** Writes initial values into the first DMA_TRANSFER_CONTEXT_SIZE_V1 bytes and nothing else. */
  initialise(bytes: Uint8Array, adapter: DmaAdapter): void {
    const signature = ++this.#count;
    const view = new DataView(bytes.buffer, bytes.byteOffset, DMA_TRANSFER_CONTEXT_SIZE_V1);
    bytes.fill(0, 0, DMA_TRANSFER_CONTEXT_SIZE_V1);
    view.setUint32(0, DMA_TRANSFER_CONTEXT_VERSION1, true);
    view.setBigUint64(8, signature, true);
    const places = this.#records.get(bytes.buffer) ?? new Map<number, ContextRecord>();
    places.set(bytes.byteOffset, { adapter, signature, state: "initialised" });
    this.#records.set(bytes.buffer, places);
  }

  /** The context in these bytes, if they hold one. */
  find(bytes: Uint8Array): ContextRecord | undefined {
    const record = this.#records.get(bytes.buffer)?.get(bytes.byteOffset);
    if (record === undefined || bytes.length < DMA_TRANSFER_CONTEXT_SIZE_V1) return undefined;
    const view = new DataView(bytes.buffer, bytes.byteOffset, DMA_TRANSFER_CONTEXT_SIZE_V1);
    return view.getBigUint64(8, true) === record.signature ? record : undefined;
  }
}
