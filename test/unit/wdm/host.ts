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

/** What a device of 24, of 32 and of 64 address bits reaches. */
export const threeBanks: readonly bigint[] = [0x40_0000n, 0x1000_0000n, 0x1_8000_0000n];

/** A host with a bank of 1 MiB at each base, one below and one above 4 GiB by default, and no device. */
export function createHost(seed = 1n, mapRegisters = 64, bases: readonly bigint[] = threeBanks.slice(1)) {
  const banks = bases.map((base, index) => {
    return { base: physicalAddress(base), lengthBytes: BANK_BYTES, offset: index * BANK_BYTES };
  });
  const memory = new PhysicalMemory(new Uint8Array(bases.length * BANK_BYTES), banks);
  const host = new HostMemory(memory, new Random(seed));
  const windows = new RecordingWindows();
  const system = new DmaSystem({ host, windows, mapRegisters });
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
