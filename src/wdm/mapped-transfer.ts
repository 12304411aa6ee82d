import type { Mdl } from "../memory/mdl.ts";
import { chainBytes, chainFault } from "../memory/mdl.ts";
import { DMA_TRANSFER_CONTEXT_SIZE_V1, NT_SUCCESS } from "./constants.ts";
import type { DeviceObject, DmaAdapter } from "./dma-adapter.ts";
import { AdapterStatusError } from "./errors.ts";
import type { Irql } from "./irql.ts";
import type { ScatterGatherElement, ScatterGatherList } from "./scatter-gather.ts";

export interface MapOptions {
  /** True: the device reads the buffer; false: it writes it. */
  readonly writeToDevice: boolean;
  /** First byte of the chain; 0 by default. */
  readonly offset?: number;
  /** Bytes; to the end of the chain by default. */
  readonly length?: number;
  /** Takes a request back that still waits for the channel or for map registers. */
  readonly signal?: AbortSignal;
}

/** A range of a buffer that the device sees, until it is disposed of: then the data are the program's again. */
export class MappedTransfer implements AsyncDisposable, Disposable {
  readonly list: ScatterGatherList;
  readonly #put: () => void;
  #isPut = false;

  constructor(list: ScatterGatherList, put: () => void) {
    this.list = list;
    this.#put = put;
  }

  get elements(): readonly ScatterGatherElement[] {
    return this.list.elements;
  }

  /** PutScatterGatherList, once. */
  [Symbol.dispose](): void {
    if (this.#isPut) return;
    this.#isPut = true;
    this.#put();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this[Symbol.dispose]();
  }
}

/** Who maps: an adapter, and the contexts of its transfers that have ended. */
export interface Mapper {
  readonly adapter: DmaAdapter;
  readonly deviceObject: DeviceObject;
  readonly irql: Irql;
  readonly contexts: Uint8Array[];
}

/**
 * A request and its list, with the calls that any driver makes: InitializeDmaTransferContext, GetScatterGatherListEx,
 * CancelAdapterChannel when the signal is aborted, PutScatterGatherList.
 */
export function mapTransfer(
  { adapter, deviceObject, irql, contexts }: Mapper,
  mdl: Mdl,
  { writeToDevice, offset = 0, length = bytesFrom(mdl, offset), signal }: MapOptions,
): Promise<MappedTransfer> {
  const operations = adapter.dmaOperations;
  const context = contexts.pop() ?? new Uint8Array(DMA_TRANSFER_CONTEXT_SIZE_V1);
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const initialised = operations.initializeDmaTransferContext(adapter, context);
    if (!NT_SUCCESS(initialised)) throw new AdapterStatusError("InitializeDmaTransferContext", initialised);
    const abort = (): void => {
      // False: the routine has been called, and the list is the caller's.
      if (operations.cancelAdapterChannel(adapter, deviceObject, context)) reject(signal?.reason);
    };
    const routine = (_deviceObject: DeviceObject, _irp: unknown, list: ScatterGatherList): void => {
      signal?.removeEventListener("abort", abort);
      resolve(
        new MappedTransfer(list, () => {
          irql.atDispatch(() => operations.putScatterGatherList(adapter, list, writeToDevice));
          contexts.push(context);
        }),
      );
    };
    signal?.addEventListener("abort", abort, { once: true });
    const status = irql.atDispatch(() =>
      operations.getScatterGatherListEx(
        ...([adapter, deviceObject, context, mdl, offset, length, 0, routine] as const),
        ...([null, writeToDevice, null, null, null] as const),
      ),
    );
    if (NT_SUCCESS(status)) return;
    signal?.removeEventListener("abort", abort);
    reject(new AdapterStatusError("GetScatterGatherListEx", status));
  });
}

/** Up to the end of a chain; none of one that has no end, which the routine finds. */
function bytesFrom(mdl: Mdl, offset: number): number {
  return chainFault(mdl) === undefined ? chainBytes(mdl) - offset : 0;
}
