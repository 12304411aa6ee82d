import { DEVICE_DESCRIPTION_VERSION3, PCIBus } from "../src/wdm/constants.ts";
import type { DmaAdapter } from "../src/wdm/dma-adapter.ts";
import type { DmaSystem } from "../src/wdm/dma-system.ts";

/** Of our controller: a bus master that knows scatter/gather and moves a MiB at most. */
export function busMasterAdapter(system: DmaSystem, dmaAddressWidth = 64): DmaAdapter {
  const description = {
    ...{ version: DEVICE_DESCRIPTION_VERSION3, master: true, scatterGather: true, interfaceType: PCIBus },
    ...{ maximumLength: 1 << 20, dmaAddressWidth },
  };
  const adapter = system.ioGetDmaAdapter(null, description, { value: undefined });
  if (adapter === null) throw new Error("no adapter");
  return adapter;
}
