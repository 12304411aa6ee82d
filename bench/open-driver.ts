import type { Link } from "../src/bus/link.ts";
import { Random } from "../src/core/random.ts";
import { DmaDevice } from "../src/driver/dma-device.ts";
import { HostMemory } from "../src/memory/host-memory.ts";
import type { PlatformProfile } from "../src/memory/platform-profile.ts";
import { DEVICE_DESCRIPTION_VERSION3, PCIBus } from "../src/wdm/constants.ts";
import type { DmaAdapter } from "../src/wdm/dma-adapter.ts";
import { DmaSystem } from "../src/wdm/dma-system.ts";

/** Host memory and the driver of our controller on a link, with an adapter that reaches all of it. */
export async function openDriver(
  link: Link,
  profile?: Pick<PlatformProfile, "fragmentation" | "pageBytes">,
): Promise<{ host: HostMemory; driver: DmaDevice }> {
  const host = new HostMemory(link.memory, new Random(1n), profile);
  const system = new DmaSystem({ host, windows: link.windows });
  const description = {
    ...{ version: DEVICE_DESCRIPTION_VERSION3, master: true, scatterGather: true, interfaceType: PCIBus },
    ...{ maximumLength: 1 << 20, dmaAddressWidth: 64 },
  };
  const adapter = system.ioGetDmaAdapter(null, description, { value: undefined }) as DmaAdapter;
  return { host, driver: await DmaDevice.open({ link, adapter }) };
}
