import type { Mdl } from "../memory/mdl.ts";
import type { ScatterGatherList } from "./scatter-gather.ts";

/** DEVICE_DESCRIPTION of wdm.h, as far as bus masters of version 3 use it. */
export interface DeviceDescription {
  readonly version: number;
  readonly master: boolean;
  readonly scatterGather: boolean;
  readonly interfaceType: number;
  /** Most bytes of one operation. */
  readonly maximumLength: number;
  /** Address bits of the device, 24 to 64. */
  readonly dmaAddressWidth: number;
}

/** A physical or functional device object; `currentIrp` is handed to execution routines. */
export interface DeviceObject {
  readonly name: string;
  currentIrp: unknown;
}

/** DMA_ADAPTER of wdm.h. */
export interface DmaAdapter {
  /** Always 1. */
  readonly version: number;
  readonly size: number;
  readonly dmaOperations: DmaOperations;
}

/** An out parameter. */
export interface Out<T> {
  value: T | undefined;
}

/** DRIVER_LIST_CONTROL. Runs at DISPATCH_LEVEL and must not wait. */
export type DriverListControl = (
  deviceObject: DeviceObject,
  irp: unknown,
  scatterGather: ScatterGatherList,
  context: unknown,
) => void;

/**
 * DMA_OPERATIONS of wdm.h: the routines that exist, under their names, with the documented order of parameters. A
 * routine that is not built yet is absent; `size` reaches to the last slot that is there.
 */
export interface DmaOperations {
  readonly size: number;
  putDmaAdapter(adapter: DmaAdapter): void;
  putScatterGatherList(adapter: DmaAdapter, scatterGather: ScatterGatherList, writeToDevice: boolean): void;
  initializeDmaTransferContext(adapter: DmaAdapter, dmaTransferContext: Uint8Array): number;
  getScatterGatherListEx(
    adapter: DmaAdapter,
    deviceObject: DeviceObject,
    dmaTransferContext: Uint8Array,
    mdl: Mdl,
    offset: number,
    length: number,
    flags: number,
    executionRoutine: DriverListControl | null,
    context: unknown,
    writeToDevice: boolean,
    dmaCompletionRoutine: null,
    completionContext: unknown,
    scatterGatherList: Out<ScatterGatherList> | null,
  ): number;
  freeAdapterObject(adapter: DmaAdapter, allocationAction: number): void;
}
