import type { Mdl } from "../memory/mdl.ts";
import { MAXULONG, NT_SUCCESS } from "../wdm/constants.ts";
import type { DmaAdapter, DmaAdapterInfo, DmaTransferInfo } from "../wdm/dma-adapter.ts";

/** How many bytes go into one list: an adapter may take few elements. */
export class ListLimit {
  readonly #adapter: DmaAdapter;
  readonly #mostElements: number;
  /** Bytes of which the length of each list but the last is a multiple. */
  readonly #step: number;

  constructor(adapter: DmaAdapter) {
    const { dmaOperations: operations } = adapter;
    const info: DmaAdapterInfo = { version: 1 };
    operations.getDmaAdapterInfo(adapter, info);
    this.#adapter = adapter;
    this.#mostElements = info.scatterGatherLimit ?? MAXULONG;
    this.#step = Math.max(operations.getDmaAlignment(adapter), info.minimumTransferUnit ?? 1);
  }

  /** Of `lengthBytes` from byte `offset` of a chain as many as one list may have. */
  fitting(mdl: Mdl, offset: number, lengthBytes: number, writeToDevice: boolean): number {
    if (this.#mostElements === MAXULONG) return lengthBytes;
    for (let length = lengthBytes; ; ) {
      const half = Math.ceil(length / 2 / this.#step) * this.#step;
      if (half >= length || this.#elementsOf(mdl, offset, length, writeToDevice) <= this.#mostElements)
        return length;
      length = half;
    }
  }

  /** 0 for what the adapter refuses: it says why when it is asked for the list. */
  #elementsOf(mdl: Mdl, offset: number, length: number, writeToDevice: boolean): number {
    const info: DmaTransferInfo = { version: 1 };
    const status = this.#adapter.dmaOperations.getDmaTransferInfo(
      ...([this.#adapter, mdl, offset, length, writeToDevice, info] as const),
    );
    return NT_SUCCESS(status) ? (info.scatterGatherElementCount ?? 0) : 0;
  }
}
