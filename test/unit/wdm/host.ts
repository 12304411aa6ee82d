import { physicalAddress } from "../../../src/core/address.ts";
import { Random } from "../../../src/core/random.ts";
import { HostMemory } from "../../../src/memory/host-memory.ts";
import { PhysicalMemory } from "../../../src/memory/physical-memory.ts";
import { DEVICE_DESCRIPTION_VERSION3, DISPATCH_LEVEL, PCIBus } from "../../../src/wdm/constants.ts";
import type { DeviceDescription, DmaAdapter } from "../../../src/wdm/dma-adapter.ts";
import { DmaSystem } from "../../../src/wdm/dma-system.ts";
import { RecordingWindows } from "./recording-windows.ts";

const BANK_BYTES = 1 << 20;

export const description: DeviceDescription = {
  version: DEVICE_DESCRIPTION_VERSION3,
  master: true,
  scatterGather: true,
  interfaceType: PCIBus,
  maximumLength: 65_536,
  dmaAddressWidth: 64,
};

/** A host with a bank below and a bank above 4 GiB, and no device. */
export function createHost(seed = 1n, mapRegisters = 64) {
  const memory = new PhysicalMemory(new Uint8Array(2 * BANK_BYTES), [
    { base: physicalAddress(0x1000_0000n), lengthBytes: BANK_BYTES, offset: 0 },
    { base: physicalAddress(0x1_8000_0000n), lengthBytes: BANK_BYTES, offset: BANK_BYTES },
  ]);
  const host = new HostMemory(memory, new Random(seed));
  const windows = new RecordingWindows();
  const system = new DmaSystem({ memory, pages: host.pages, windows, mapRegisters });
  return { memory, host, windows, system };
}

export function adapterOf(system: DmaSystem, changes: Partial<DeviceDescription> = {}): DmaAdapter {
  const adapter = system.ioGetDmaAdapter(null, { ...description, ...changes }, { value: undefined });
  if (adapter === null) throw new Error("no adapter");
  return adapter;
}

export function atDispatch<T>(system: DmaSystem, work: () => T): T {
  const old = system.keRaiseIrql(DISPATCH_LEVEL);
  try {
    return work();
  } finally {
    system.keLowerIrql(old);
  }
}
