/** What benches and configurations import from "hilt". */
export { afterAll, afterEach, beforeAll, beforeEach, describe } from "vitest";
export type { Link } from "./bus/link.ts";
export { Random } from "./core/random.ts";
export { DmaDevice } from "./driver/dma-device.ts";
export { HostBuffer } from "./memory/host-buffer.ts";
export { HostMemory } from "./memory/host-memory.ts";
export { expect, test } from "./session/fixtures.ts";
export * from "./wdm/constants.ts";
export type { DmaAdapter, DmaOperations, Out } from "./wdm/dma-adapter.ts";
export { DmaSystem } from "./wdm/dma-system.ts";
export type { ScatterGatherElement, ScatterGatherList } from "./wdm/scatter-gather.ts";
