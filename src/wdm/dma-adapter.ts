import type { LogicalAddress } from "../core/address.ts";
import type { Mdl } from "../memory/mdl.ts";
import type { MapOptions, MappedTransfer } from "./mapped-transfer.ts";
import type { ScatterGatherList } from "./scatter-gather.ts";

/** DEVICE_DESCRIPTION of wdm.h, as far as bus masters use it. What is left out is 0, false. */
export interface DeviceDescription {
  /** 0 to 3: decides the version of the operations table. */
  readonly version: number;
  readonly master: boolean;
  readonly scatterGather?: boolean;
  /** Before version 3, like the next one: the address bits of the device. */
  readonly dma32BitAddresses?: boolean;
  readonly dma64BitAddresses?: boolean;
  readonly interfaceType: number;
  /** Most bytes of one operation. */
  readonly maximumLength: number;
  /** Version 3: address bits of the device, 24 to 64. */
  readonly dmaAddressWidth?: number;
}

/** A physical or functional device object; `currentIrp` is handed to execution routines. */
export interface DeviceObject {
  readonly name: string;
  currentIrp: unknown;
}

/** DMA_ADAPTER of wdm.h, and the idiomatic way to use it. */
export interface DmaAdapter {
  /** Always 1. */
  readonly version: number;
  readonly size: number;
  readonly dmaOperations: DmaOperations;
  /**
   * A list for a range of a buffer, to be given back by `await using`; nothing but calls of `dmaOperations`. Rejects with
   * `AdapterStatusError`, or with the reason of an aborted signal.
   */
  map(mdl: Mdl, options: MapOptions): Promise<MappedTransfer>;
}

/** An out parameter, or one that goes in and out. */
export interface Out<T> {
  value: T | undefined;
}

/** MapRegisterBase: the system's handle of the map registers of one allocation; null when there are none. */
export type MapRegisterBase = object | null;

/** DRIVER_CONTROL: returns an IO_ALLOCATION_ACTION. Runs at DISPATCH_LEVEL and must not wait. */
export type DriverControl = (
  deviceObject: DeviceObject,
  irp: unknown,
  mapRegisterBase: MapRegisterBase,
  context: unknown,
) => number;

/** DRIVER_LIST_CONTROL. Runs at DISPATCH_LEVEL and must not wait. */
export type DriverListControl = (
  deviceObject: DeviceObject,
  irp: unknown,
  scatterGather: ScatterGatherList,
  context: unknown,
) => void;

/** DMA_ADAPTER_INFO: the caller sets `version`. */
export interface DmaAdapterInfo {
  version: number;
  readDmaCounterAvailable?: boolean;
  /** Most elements of one transfer of the hardware. */
  scatterGatherLimit?: number;
  /** In bits. */
  dmaAddressWidth?: number;
  flags?: number;
  /** In bytes; the length of each element is a multiple. */
  minimumTransferUnit?: number;
}

/** DMA_TRANSFER_INFO: the caller sets `version`. */
export interface DmaTransferInfo {
  version: number;
  mapRegisterCount?: number;
  scatterGatherElementCount?: number;
  /** In bytes, with the system's own data. */
  scatterGatherListSize?: number;
  /** Version 2. */
  logicalPageCount?: number;
}

/**
 * DMA_OPERATIONS of wdm.h: the routines under their names, with the documented order of parameters. The table of a
 * version 1 adapter ends behind `putScatterGatherList`, that of version 2 behind `buildMdlFromScatterGatherList`; what
 * lies behind is absent. Addresses in a buffer (`currentVa`) are its MDL's: `startVa + byteOffset` is the first byte.
 */
export interface DmaOperations {
  /** Bytes of the table on a 64-bit system. */
  readonly size: number;
  putDmaAdapter(adapter: DmaAdapter): void;
  /** Gives a live view of the buffer, or null. */
  allocateCommonBuffer(
    adapter: DmaAdapter,
    length: number,
    logicalAddress: Out<LogicalAddress>,
    cacheEnabled: boolean,
  ): Uint8Array | null;
  freeCommonBuffer(
    adapter: DmaAdapter,
    length: number,
    logicalAddress: LogicalAddress,
    virtualAddress: Uint8Array,
    cacheEnabled: boolean,
  ): void;
  allocateAdapterChannel(
    adapter: DmaAdapter,
    deviceObject: DeviceObject,
    numberOfMapRegisters: number,
    executionRoutine: DriverControl,
    context: unknown,
  ): number;
  flushAdapterBuffers(
    adapter: DmaAdapter,
    mdl: Mdl,
    mapRegisterBase: MapRegisterBase,
    currentVa: bigint,
    length: number,
    writeToDevice: boolean,
  ): boolean;
  freeAdapterChannel(adapter: DmaAdapter): void;
  freeMapRegisters(adapter: DmaAdapter, mapRegisterBase: MapRegisterBase, numberOfMapRegisters: number): void;
  mapTransfer(
    adapter: DmaAdapter,
    mdl: Mdl,
    mapRegisterBase: MapRegisterBase,
    currentVa: bigint,
    length: Out<number>,
    writeToDevice: boolean,
  ): LogicalAddress;
  /** In bytes. */
  getDmaAlignment(adapter: DmaAdapter): number;
  readDmaCounter(adapter: DmaAdapter): number;
  getScatterGatherList(
    adapter: DmaAdapter,
    deviceObject: DeviceObject,
    mdl: Mdl,
    currentVa: bigint,
    length: number,
    executionRoutine: DriverListControl,
    context: unknown,
    writeToDevice: boolean,
  ): number;
  putScatterGatherList(adapter: DmaAdapter, scatterGather: ScatterGatherList, writeToDevice: boolean): void;
  calculateScatterGatherList(
    adapter: DmaAdapter,
    mdl: Mdl | null,
    currentVa: bigint,
    length: number,
    scatterGatherListSize: Out<number>,
    numberOfMapRegisters: Out<number> | null,
  ): number;
  buildScatterGatherList(
    adapter: DmaAdapter,
    deviceObject: DeviceObject,
    mdl: Mdl,
    currentVa: bigint,
    length: number,
    executionRoutine: DriverListControl,
    context: unknown,
    writeToDevice: boolean,
    scatterGatherBuffer: ScatterGatherList,
    scatterGatherLength: number,
  ): number;
  buildMdlFromScatterGatherList(
    adapter: DmaAdapter,
    scatterGather: ScatterGatherList,
    originalMdl: Mdl,
    targetMdl: Out<Mdl>,
  ): number;
  getDmaAdapterInfo(adapter: DmaAdapter, adapterInfo: DmaAdapterInfo): number;
  getDmaTransferInfo(
    adapter: DmaAdapter,
    mdl: Mdl,
    offset: number,
    length: number,
    writeOnly: boolean,
    transferInfo: DmaTransferInfo,
  ): number;
  initializeDmaTransferContext(adapter: DmaAdapter, dmaTransferContext: Uint8Array): number;
  allocateCommonBufferEx(
    adapter: DmaAdapter,
    maximumAddress: LogicalAddress | null,
    length: number,
    logicalAddress: Out<LogicalAddress>,
    cacheEnabled: boolean,
    preferredNode: number,
  ): Uint8Array | null;
  allocateAdapterChannelEx(
    adapter: DmaAdapter,
    deviceObject: DeviceObject,
    dmaTransferContext: Uint8Array,
    numberOfMapRegisters: number,
    flags: number,
    executionRoutine: DriverControl | null,
    executionContext: unknown,
    mapRegisterBase: Out<MapRegisterBase> | null,
  ): number;
  configureAdapterChannel(adapter: DmaAdapter, functionNumber: number, context: unknown): number;
  cancelAdapterChannel(
    adapter: DmaAdapter,
    deviceObject: DeviceObject,
    dmaTransferContext: Uint8Array,
  ): boolean;
  mapTransferEx(
    adapter: DmaAdapter,
    mdl: Mdl,
    mapRegisterBase: MapRegisterBase,
    offset: number,
    deviceOffset: number,
    length: Out<number>,
    writeToDevice: boolean,
    scatterGatherBuffer: ScatterGatherList | null,
    scatterGatherBufferLength: number,
    dmaCompletionRoutine: null,
    completionContext: unknown,
  ): number;
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
    /** Not used: a bus master's own interrupt tells the end. */
    dmaCompletionRoutine: unknown,
    completionContext: unknown,
    scatterGatherList: Out<ScatterGatherList> | null,
  ): number;
  buildScatterGatherListEx(
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
    scatterGatherBuffer: ScatterGatherList,
    scatterGatherLength: number,
    dmaCompletionRoutine: unknown,
    completionContext: unknown,
    scatterGatherList: Out<ScatterGatherList> | null,
  ): number;
  flushAdapterBuffersEx(
    adapter: DmaAdapter,
    mdl: Mdl,
    mapRegisterBase: MapRegisterBase,
    offset: number,
    length: number,
    writeToDevice: boolean,
  ): number;
  freeAdapterObject(adapter: DmaAdapter, allocationAction: number): void;
  cancelMappedTransfer(adapter: DmaAdapter, dmaTransferContext: Uint8Array): number;
}
