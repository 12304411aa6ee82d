/**
 * `npm run bench`: figures of the built-in engine, beside Verilator and Icarus, of lists, of starting, of small tests, of many transfers, of
 * builds, of waves and of the wire; measured in one run, medians of several. Writes `bench/results.md` and `bench/results.json`.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { measureBuilds } from "./builds.ts";
import { measureEndurance } from "./endurance.ts";
import { measureEngine } from "./engine.ts";
import { measureEngineSpeed } from "./engine-speed.ts";
import type { Figure } from "./figure.ts";
import { measureLists } from "./lists.ts";
import { measureMemory } from "./memory.ts";
import { measureSimulators } from "./simulators.ts";
import { measureStartup } from "./startup.ts";
import { measureTestLife } from "./test-life.ts";
import { measureVerilator } from "./verilator.ts";
import { measureWaves } from "./waves.ts";
import { measureWire } from "./wire.ts";

const cacheDirectory = mkdtempSync(join(tmpdir(), "hilt-bench-"));
try {
  const figures = [
    ...(await measureLists(cacheDirectory)),
    ...measureMemory(cacheDirectory),
    ...(await measureStartup()),
    ...measureTestLife(),
    ...(await measureEndurance(cacheDirectory)),
    ...(await measureEngine(cacheDirectory)),
    ...(await measureSimulators(cacheDirectory)),
    ...(await measureEngineSpeed()),
    ...(await measureBuilds()),
    ...(await measureVerilator(cacheDirectory)),
    ...(await measureWaves(cacheDirectory)),
    ...(await measureWire()),
  ];
  const here = fileURLToPath(new URL(".", import.meta.url));
  const machine = `${cpus()[0]?.model ?? "unknown processor"}, ${cpus().length} cores, Node ${process.version}`;
  writeFileSync(join(here, "results.json"), `${JSON.stringify({ machine, figures }, undefined, 2)}\n`);
  const markdown = table(machine, figures);
  writeFileSync(join(here, "results.md"), markdown);
  console.log(markdown);
} finally {
  rmSync(cacheDirectory, { recursive: true });
}

function table(machine: string, figures: readonly Figure[]): string {
  return [
    "# Measured figures",
    "",
    `Written by \`npm run bench\` on ${machine}. Machines like this one are shared: trust ratios, not absolutes.`,
    "",
    "| what | median | unit | of | note |",
    "|---|--:|---|--:|---|",
    ...figures.map((f) => `| ${f.what} | ${f.median.toPrecision(3)} | ${f.unit} | ${f.runs} | ${f.note} |`),
    "",
  ].join("\n");
}
