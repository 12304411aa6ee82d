import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { VerilatorEngine } from "../src/engine/verilator-engine.ts";
import { harnessSource } from "../src/links/simulator/harness-source.ts";
import { cpuSeconds } from "./cpu-seconds.ts";
import { type Figure, figure } from "./figure.ts";

const RUNS = 5;

/** Builds of the engine `verilator` for our controller in its harness: the first, after an edit, and of a cached model. */
export async function measureBuilds(): Promise<Figure[]> {
  const first: number[] = [];
  const edited: number[] = [];
  const waited: number[] = [];
  const cached: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const cacheDirectory = mkdtempSync(join(tmpdir(), "hilt-builds-"));
    try {
      const build = (edit: string) =>
        new VerilatorEngine({ cacheDirectory }).build({ ...harnessSource(), defines: { EDIT: edit } });
      first.push(await cpuTime(() => build("none")));
      const start = performance.now();
      edited.push(await cpuTime(() => build("one")));
      waited.push((performance.now() - start) / 1000);
      const again = performance.now();
      (await build("one")).open({ seed: 1n }).close();
      cached.push(performance.now() - again);
    } finally {
      rmSync(cacheDirectory, { recursive: true });
    }
  }
  return [
    figure("Verilator, first build", "s", first, "CPU time with Verilator's runtime, all processes"),
    figure("Verilator, after an RTL edit", "s", edited, "CPU time, all processes"),
    figure("Verilator, after an RTL edit, waited", "s", waited, "wall time"),
    figure("Verilator, cached open", "ms", cached, "key, checksum, load and a simulation"),
  ];
}

/** In seconds, with that of the processes that were started. */
async function cpuTime(work: () => Promise<unknown>): Promise<number> {
  const before = cpuSeconds();
  await work();
  return cpuSeconds() - before;
}
