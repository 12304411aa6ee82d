import { rmSync } from "node:fs";
import { silentLog } from "../src/core/log.ts";
import { WasmEngine } from "../src/engine/wasm-engine.ts";
import { openLink } from "../src/links/registry.ts";
import { harnessSource } from "../src/links/simulator/harness-source.ts";
import { cpuSeconds } from "./cpu-seconds.ts";
import { type Figure, figure } from "./figure.ts";
import { openDriver } from "./open-driver.ts";

const RUNS = 7;
const CYCLES = 2_000_000;

/** The harness with our own device: builds, opening, cycles per second. */
export async function measureEngine(cacheDirectory: string): Promise<Figure[]> {
  const cold: number[] = [];
  const cached: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    rmSync(cacheDirectory, { recursive: true, force: true });
    const before = cpuSeconds();
    await new WasmEngine({ cacheDirectory }).build(harnessSource());
    cold.push(cpuSeconds() - before);
    const start = process.cpuUsage();
    const model = await new WasmEngine({ cacheDirectory }).build(harnessSource());
    model.open({ seed: 1n }).close();
    cached.push(cpuMicroseconds(start) / 1000);
  }
  return [
    figure("cold build", "s", cold, "CPU time: Yosys in a child process, code generation, cache write"),
    figure("cached open", "ms", cached, "CPU time: key, cache read, compilation and a simulation"),
    figure("idle", "Mcycles/s", await idle(cacheDirectory), `of CPU time, ${CYCLES} cycles out of reset`),
    figure(
      "full load",
      "Mcycles/s",
      await fullLoad(cacheDirectory),
      "of CPU time, 128 KiB each way at once, with the TypeScript layer",
    ),
  ];
}

async function idle(cacheDirectory: string): Promise<number[]> {
  const model = await new WasmEngine({ cacheDirectory }).build(harnessSource());
  const simulation = model.open({ seed: 1n });
  simulation.port("rst").write(1);
  simulation.run(4);
  simulation.port("rst").write(0);
  return Array.from({ length: RUNS }, () => {
    const start = process.cpuUsage();
    const cycles = simulation.run(CYCLES);
    return cycles / cpuMicroseconds(start);
  });
}

/** Both channels at once, as long as the card allows, again and again. */
async function fullLoad(cacheDirectory: string): Promise<number[]> {
  await using link = await openLink(
    "bench",
    { link: "simulator", engine: "wasm" },
    { seed: 1n, cacheDirectory, log: silentLog },
  );
  const profile = { fragmentation: "contiguous", pageBytes: 4096 } as const;
  const { host, driver: device } = await openDriver(link, profile);
  const lengthBytes = device.identity.cardMemoryBytes;
  const [source, target] = [host.allocate({ lengthBytes }), host.allocate({ lengthBytes })];
  const samples: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const [start, from] = [process.cpuUsage(), link.clock.cycle];
    for (let round = 0; round < 20; round++) {
      await Promise.all([device.hostToCard(source), device.cardToHost(target)]);
    }
    samples.push((link.clock.cycle - from) / cpuMicroseconds(start));
  }
  return samples;
}

/** Of this process: others may run beside it. */
function cpuMicroseconds(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return user + system;
}
