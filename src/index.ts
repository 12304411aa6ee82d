/** What a bench finds under the name of this package. */
export { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
export type { Link } from "./bus/link.ts";
export type { Pace, Traits } from "./bus/traits.ts";
export type { LogicalAddress, PhysicalAddress, VirtualAddress } from "./core/address.ts";
export { logicalAddress, PAGE_SIZE, physicalAddress, virtualAddress } from "./core/address.ts";
export { Random } from "./core/random.ts";
export { DmaDevice } from "./driver/dma-device.ts";
export { HostBuffer } from "./memory/host-buffer.ts";
export type { HostChain } from "./memory/host-chain.ts";
export { HostMemory } from "./memory/host-memory.ts";
export type { Mdl } from "./memory/mdl.ts";
export { MDL_PAGES_LOCKED, MDL_PARTIAL, MDL_SOURCE_IS_NONPAGED_POOL } from "./memory/mdl.ts";
export { describe, expect, test } from "./session/fixtures.ts";
export type { Need } from "./session/needs.ts";
export {
  APC_LEVEL,
  DEVICE_DESCRIPTION_VERSION,
  DEVICE_DESCRIPTION_VERSION1,
  DEVICE_DESCRIPTION_VERSION2,
  DEVICE_DESCRIPTION_VERSION3,
  DeallocateObject,
  DeallocateObjectKeepRegisters,
  DISPATCH_LEVEL,
  DMA_ADAPTER_INFO_VERSION1,
  DMA_FAIL_ON_BOUNCE,
  DMA_SYNCHRONOUS_CALLBACK,
  DMA_TRANSFER_CONTEXT_SIZE_V1,
  DMA_TRANSFER_CONTEXT_VERSION1,
  DMA_TRANSFER_INFO_VERSION1,
  DMA_TRANSFER_INFO_VERSION2,
  DMA_ZERO_BUFFERS,
  InterfaceTypeUndefined,
  Internal,
  KeepObject,
  MAXULONG,
  NT_SUCCESS,
  PASSIVE_LEVEL,
  PCIBus,
  STATUS_BUFFER_TOO_SMALL,
  STATUS_CANCELLED,
  STATUS_INSUFFICIENT_RESOURCES,
  STATUS_INVALID_PARAMETER,
  STATUS_NONE_MAPPED,
  STATUS_NOT_IMPLEMENTED,
  STATUS_NOT_SUPPORTED,
  STATUS_SUCCESS,
  statusName,
} from "./wdm/constants.ts";
export type {
  DeviceDescription,
  DeviceObject,
  DmaAdapter,
  DmaAdapterInfo,
  DmaOperations,
  DmaTransferInfo,
  DriverControl,
  DriverListControl,
  MapRegisterBase,
  Out,
} from "./wdm/dma-adapter.ts";
export { DmaSystem } from "./wdm/dma-system.ts";
export { AdapterStatusError } from "./wdm/errors.ts";
export type { Finding } from "./wdm/finding.ts";
export type { Injection } from "./wdm/injections.ts";
export type { MapOptions, MappedTransfer } from "./wdm/mapped-transfer.ts";
export {
  ADDRESS_AND_SIZE_TO_SPAN_PAGES,
  BYTES_TO_PAGES,
  IoBuildPartialMdl,
  MmGetMdlByteCount,
  MmGetMdlByteOffset,
  MmGetMdlVirtualAddress,
} from "./wdm/mdl-routines.ts";
export type { ScatterGatherElement, ScatterGatherList } from "./wdm/scatter-gather.ts";
export { listBytes, scatterGatherBuffer } from "./wdm/scatter-gather.ts";
