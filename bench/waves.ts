import { join } from "node:path";
import { silentLog } from "../src/core/log.ts";
import { Random } from "../src/core/random.ts";
import type { WavesChoice } from "../src/links/link-kind.ts";
import { openLink } from "../src/links/registry.ts";
import { type Figure, figure } from "./figure.ts";
import { openDriver } from "./open-driver.ts";

const ENGINES = ["wasm", "verilator"] as const;
const LENGTH = 1 << 16;
const RUNS = 5;

const choices: Readonly<Record<string, { readonly waves?: WavesChoice; readonly transfers: number }>> = {
  "no waves": { transfers: 32 },
  "a model with waves, before its window": { waves: { from: 2 ** 40 }, transfers: 32 },
  "one channel and the read address": { waves: { patterns: ["device.h2c.**", "araddr"] }, transfers: 8 },
  "the default signals": { waves: {}, transfers: 2 },
};

/** What recording costs: transfers of 64 KiB without a pause, cycles of the device in a second of wall time. */
export async function measureWaves(cacheDirectory: string): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const engine of ENGINES) {
    const speeds: number[][] = [];
    // Side by side: each round has all of them.
    for (let run = 0; run < RUNS; run++) {
      for (const [index, { waves, transfers }] of Object.values(choices).entries()) {
        speeds[index] = [...(speeds[index] ?? []), await speed(engine, cacheDirectory, waves, transfers)];
      }
    }
    const format = engine === "wasm" ? "VCD" : "FST";
    for (const [index, what] of Object.keys(choices).entries()) {
      figures.push(
        figure(`${engine}, ${what}`, "Mcycles/s", speeds[index] ?? [], `64 KiB at a time, ${format}`),
      );
    }
  }
  return figures;
}

async function speed(
  engine: (typeof ENGINES)[number],
  cacheDirectory: string,
  waves: WavesChoice | undefined,
  transfers: number,
): Promise<number> {
  const path = join(cacheDirectory, "bench-waves");
  await using link = await openLink(
    "bench",
    { link: "simulator", engine },
    {
      ...{ seed: 1n, cacheDirectory, log: silentLog },
      ...(waves === undefined ? {} : { waves: { ...waves, path } }),
    },
  );
  const { host, driver } = await openDriver(link);
  await using device = driver;
  const buffer = host.allocate({ lengthBytes: LENGTH });
  buffer.write(new Random(2n).bytes(LENGTH));
  await device.hostToCard(buffer);
  const { cycle } = link.clock;
  const start = performance.now();
  await Promise.all(Array.from({ length: transfers }, () => device.hostToCard(buffer)));
  return (link.clock.cycle - cycle) / (performance.now() - start) / 1000;
}
