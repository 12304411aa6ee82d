import type { Link } from "../src/bus/link.ts";
import { silentLog } from "../src/core/log.ts";
import { Random } from "../src/core/random.ts";
import { DmaDevice } from "../src/driver/dma-device.ts";
import { openLink } from "../src/links/registry.ts";
import { HostMemory } from "../src/memory/host-memory.ts";
import { DEVICE_DESCRIPTION_VERSION3, PCIBus } from "../src/wdm/constants.ts";
import type { DmaAdapter } from "../src/wdm/dma-adapter.ts";
import { DmaSystem } from "../src/wdm/dma-system.ts";
import { type Figure, figure } from "./figure.ts";

const DECADES = [1_000, 10_000, 100_000, 1_000_000];
const SAMPLE = 100;
const SAMPLES = 41;
/** Transfers on each of some other links before the first one that counts: code for a single link does not last. */
const WARM_UP = 10_000;
const WARM_LINKS = 4;

/** Whether the millionth transfer costs what the thousandth did, in time and in memory. */
export async function measureEndurance(cacheDirectory: string): Promise<Figure[]> {
  const open = (): Promise<Link> =>
    openLink("bench", { link: "simulator", engine: "wasm" }, { seed: 1n, cacheDirectory, log: silentLog });
  for (let index = 0; index < WARM_LINKS; index++) {
    await using link = await open();
    const transfer = await transfers(link);
    for (let done = 0; done < WARM_UP; done++) await transfer();
  }
  await using link = await open();
  const transfer = await transfers(link);
  const costs: Figure[] = [];
  const heaps: number[] = [];
  let done = 0;
  for (const decade of DECADES) {
    const samples: number[] = [];
    const firstSampled = decade - Math.min(SAMPLES * SAMPLE, decade / 2);
    for (; done < firstSampled; done++) await transfer();
    while (done < decade) {
      const start = performance.now();
      for (let index = 0; index < SAMPLE; index++) await transfer();
      samples.push(((performance.now() - start) * 1000) / SAMPLE);
      done += SAMPLE;
    }
    costs.push(figure(`transfer ${decade}`, "µs", samples, "64 B, awaited one by one"));
    globalThis.gc?.();
    heaps.push(process.memoryUsage().heapUsed / 2 ** 20);
  }
  const [first, settled] = costs as [Figure, Figure];
  const last = (costs.at(-1) as Figure).median;
  return [
    ...costs,
    figure("transfer 10^6 : 10^3", "", [last / first.median], "cost"),
    figure("transfer 10^6 : 10^4", "", [last / settled.median], "cost"),
    figure("heap after 10^3", "MiB", [heaps[0] as number], "after a collection, with node --expose-gc"),
    figure("heap after 10^6", "MiB", [heaps.at(-1) as number], "the same"),
  ];
}

async function transfers(link: Link): Promise<() => Promise<unknown>> {
  const host = new HostMemory(link.memory, new Random(1n));
  const system = new DmaSystem({ memory: link.memory, pages: host.pages, windows: link.windows });
  const description = {
    version: DEVICE_DESCRIPTION_VERSION3,
    master: true,
    scatterGather: true,
    interfaceType: PCIBus,
    maximumLength: 1 << 20,
    dmaAddressWidth: 64,
  };
  const adapter = system.ioGetDmaAdapter(null, description, { value: undefined }) as DmaAdapter;
  const device = await DmaDevice.open({ link, adapter });
  const source = host.allocate({ lengthBytes: 64 });
  return () => device.hostToCard(source);
}
