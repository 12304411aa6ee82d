import type { Allocation } from "./allocation.ts";
import { DMA_TRANSFER_CONTEXT_SIZE_V1, DMA_TRANSFER_CONTEXT_VERSION1 } from "./constants.ts";
import type { DmaAdapter } from "./dma-adapter.ts";

/**
 * `idle`: initialised, no request yet. `cancelled`: the next request with it is cancelled. `live`: it belongs to
 * `allocation`, which waits or holds resources. `done`: its request has ended; as good as idle for the next one.
 */
export type ContextState = "idle" | "cancelled" | "live" | "done";

export interface ContextRecord {
  readonly adapter: DmaAdapter;
  /** The driver's memory. */
  readonly bytes: Uint8Array;
  /** In the bytes too: bytes that were overwritten or copied are no context. */
  readonly signature: number;
  state: ContextState;
  allocation: Allocation | undefined;
  /** That its bytes were overwritten has been found. */
  isDamaged: boolean;
}

/** Where the signature lies in a context. */
const SIGNATURE = 8;
const SIGNATURE_BYTES = 8;

/**
 * The transfer contexts of all adapters. A context is a place in the driver's memory: two views of the same bytes are
 * one context, a copy of the bytes is none. Its state is kept outside of the bytes, which a driver may damage.
 */
export class TransferContexts {
  readonly #records = new WeakMap<ArrayBufferLike, Map<number, ContextRecord>>();
  #count = 0;

  /** Writes initial values into the first DMA_TRANSFER_CONTEXT_SIZE_V1 bytes and nothing else. */
  initialise(bytes: Uint8Array, adapter: DmaAdapter): void {
    const signature = ++this.#count;
    bytes.fill(0, 0, DMA_TRANSFER_CONTEXT_SIZE_V1);
    bytes[0] = DMA_TRANSFER_CONTEXT_VERSION1;
    for (let index = 0, rest = signature; rest > 0; index++, rest = Math.floor(rest / 256)) {
      bytes[SIGNATURE + index] = rest % 256;
    }
    const record: ContextRecord = {
      adapter,
      bytes,
      signature,
      state: "idle",
      allocation: undefined,
      isDamaged: false,
    };
    const places = this.#records.get(bytes.buffer);
    if (places === undefined) this.#records.set(bytes.buffer, new Map([[bytes.byteOffset, record]]));
    else places.set(bytes.byteOffset, record);
  }

  /** A request's context in these bytes, or in some of them: to initialise them would destroy it. */
  liveIn({ buffer, byteOffset }: Uint8Array): ContextRecord | undefined {
    for (const [place, record] of this.#records.get(buffer) ?? [])
      if (record.state === "live" && Math.abs(place - byteOffset) < DMA_TRANSFER_CONTEXT_SIZE_V1)
        return record;
    return undefined;
  }

  /** Its bytes are as they were initialised, as far as they are looked at. */
  isIntact({ bytes, signature }: ContextRecord): boolean {
    return signatureIn(bytes) === signature;
  }

  /** The record of a place, whatever its bytes hold now: a live request stays known when its context is overwritten. */
  at(bytes: Uint8Array): ContextRecord | undefined {
    return this.#records.get(bytes.buffer)?.get(bytes.byteOffset);
  }

  /** The context in these bytes, if they hold one. */
  find(bytes: Uint8Array): ContextRecord | undefined {
    const record = this.at(bytes);
    if (record === undefined || bytes.length < DMA_TRANSFER_CONTEXT_SIZE_V1) return undefined;
    return signatureIn(bytes) === record.signature ? record : undefined;
  }
}

/** Of the bytes that stay 0 every eighth is looked at: all of them would cost half as much as a small list. */
const STEP = 8;

/** Not a number where the bytes are gone, or others than the signature's are not what they were. */
function signatureIn(bytes: Uint8Array): number {
  let others = (bytes[0] as number) ^ DMA_TRANSFER_CONTEXT_VERSION1;
  for (let at = SIGNATURE + SIGNATURE_BYTES; at < DMA_TRANSFER_CONTEXT_SIZE_V1; at += STEP)
    others |= bytes[at] as number;
  if (others !== 0) return Number.NaN;
  let signature = 0;
  for (let index = SIGNATURE_BYTES - 1; index >= 0; index--) {
    signature = signature * 256 + (bytes[SIGNATURE + index] as number);
  }
  return signature;
}

/** Whether it has the form of a context at all. */
export function isContext(bytes: unknown): bytes is Uint8Array {
  return bytes instanceof Uint8Array && bytes.length >= DMA_TRANSFER_CONTEXT_SIZE_V1;
}
