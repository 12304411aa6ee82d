import type { Link } from "../src/bus/link.ts";
import { Random } from "../src/core/random.ts";
import { DmaDevice } from "../src/driver/dma-device.ts";
import { HostMemory } from "../src/memory/host-memory.ts";
import type { PlatformProfile } from "../src/memory/platform-profile.ts";
import { DmaSystem } from "../src/wdm/dma-system.ts";
import { busMasterAdapter } from "../test/bus-master.ts";

/** Host memory and the driver of our controller on a link, with an adapter that reaches all of it. */
export async function openDriver(
  link: Link,
  profile?: Pick<PlatformProfile, "fragmentation" | "pageBytes">,
): Promise<{ host: HostMemory; driver: DmaDevice }> {
  const host = new HostMemory(link.memory, new Random(1n), profile);
  const system = new DmaSystem({ host, windows: link.windows });
  return { host, driver: await DmaDevice.open({ link, adapter: busMasterAdapter(system) }) };
}
