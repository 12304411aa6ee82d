/** What a bench finds under the name of this package. */
export { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
export type { Link } from "./bus/link.ts";
export type { Pace, Traits } from "./bus/traits.ts";
export { Random } from "./core/random.ts";
export { DmaDevice } from "./driver/dma-device.ts";
export { HostBuffer } from "./memory/host-buffer.ts";
export { HostMemory } from "./memory/host-memory.ts";
export { describe, expect, test } from "./session/fixtures.ts";
export type { Need } from "./session/needs.ts";
export {
  APC_LEVEL,
  DEVICE_DESCRIPTION_VERSION3,
  DeallocateObject,
  DeallocateObjectKeepRegisters,
  DISPATCH_LEVEL,
  DMA_FAIL_ON_BOUNCE,
  DMA_SYNCHRONOUS_CALLBACK,
  DMA_TRANSFER_CONTEXT_SIZE_V1,
  DMA_TRANSFER_CONTEXT_VERSION1,
  KeepObject,
  NT_SUCCESS,
  PASSIVE_LEVEL,
  PCIBus,
  STATUS_INSUFFICIENT_RESOURCES,
  STATUS_INVALID_PARAMETER,
  STATUS_SUCCESS,
} from "./wdm/constants.ts";
export type { DmaAdapter, DmaOperations, Out } from "./wdm/dma-adapter.ts";
export { DmaSystem } from "./wdm/dma-system.ts";
export type { ScatterGatherElement, ScatterGatherList } from "./wdm/scatter-gather.ts";
