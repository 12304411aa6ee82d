import type { Link } from "../src/bus/link.ts";
import { silentLog } from "../src/core/log.ts";
import { openLink } from "../src/links/registry.ts";
import { type Figure, figure } from "./figure.ts";
import { openDriver } from "./open-driver.ts";

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
  const { host, driver } = await openDriver(link);
  const source = host.allocate({ lengthBytes: 64 });
  return () => driver.hostToCard(source);
}
