import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Model } from "../src/engine/engine.ts";
import { WasmEngine } from "../src/engine/wasm-engine.ts";
import { cpuSeconds } from "./cpu-seconds.ts";
import { type BenchDesign, benchDesigns, largeDesign } from "./designs.ts";
import { type Figure, figure } from "./figure.ts";

const RUNS = 9;
/** Of Verilator and the compiler: minutes on a machine that has nothing else to do are an error. */
const LIMIT_MS = 600_000;

/** Designs of other kinds than our own in the built-in engine and in Verilator: CPU time, in turn, with equal results. */
export async function measureEngineSpeed(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), "hilt-engine-speed-"));
  try {
    const figures: Figure[] = [];
    for (const [index, design] of benchDesigns.entries())
      figures.push(...(await compare(join(folder, `${index}`), design)));
    return [...figures, ...(await buildLarge(join(folder, "large"), largeDesign()))];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function compare(prefix: string, design: BenchDesign): Promise<Figure[]> {
  const { name, cycles } = design;
  const model = await build(prefix, design);
  console.log(`${name}: built; now by Verilator`);
  const verilated = buildVerilator(prefix);
  console.log(`${name}: built by Verilator`);
  const own: number[] = [];
  const other: number[] = [];
  // The first runs are V8's.
  for (let run = -2; run < RUNS; run++) {
    const simulation = model.open({ seed: 1n });
    const start = process.cpuUsage();
    simulation.run(cycles);
    const { user, system } = process.cpuUsage(start);
    const [ns, y] = execFileSync(verilated, [String(cycles)], { encoding: "utf8" }).split(" ");
    if (simulation.port("y").readBig() !== BigInt(`0x${y}`)) throw new Error(`${name}: the results differ`);
    if (run < 0) continue;
    own.push((1000 * (user + system)) / cycles);
    other.push(Number(ns));
  }
  const ratio = other.map((each, run) => each / (own[run] as number));
  return [
    figure(`${name}, built-in engine`, "ns", own, "CPU time of a cycle"),
    figure(`${name}, Verilator`, "ns", other, "CPU time of a cycle, -O3, two evals"),
    figure(`${name}, built-in engine : Verilator`, "", ratio, "speed, in the same round"),
  ];
}

async function buildLarge(prefix: string, design: BenchDesign): Promise<Figure[]> {
  const start = cpuSeconds();
  const model = await build(prefix, design);
  const seconds = cpuSeconds() - start;
  const simulation = model.open({ seed: 1n });
  simulation.run(design.cycles);
  const cycle: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const from = process.cpuUsage();
    simulation.run(design.cycles);
    const { user, system } = process.cpuUsage(from);
    cycle.push((user + system) / design.cycles);
  }
  return [
    figure(`${design.name}, build`, "s", [seconds], "CPU time of all processes, Yosys included"),
    figure(`${design.name}, a cycle`, "µs", cycle, "CPU time"),
  ];
}

function build(prefix: string, { text }: BenchDesign): Promise<Model> {
  writeFileSync(`${prefix}.v`, text);
  const cacheDirectory = `${prefix}-cache`;
  return new WasmEngine({ cacheDirectory }).build({ top: "top", files: [`${prefix}.v`], clock: "clk" });
}

const MAIN = `#include "Vtop.h"
#include "verilated.h"
#include <cstdio>
#include <cstdlib>
#include <ctime>
static double now() { timespec t; clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t); return t.tv_sec * 1e9 + t.tv_nsec; }
int main(int, char** argv) {
  const long cycles = atol(argv[1]);
  Vtop* top = new Vtop;
  top->clk = 0; top->eval();
  const double start = now();
  for (long i = 0; i < cycles; i++) { top->clk = 1; top->eval(); top->clk = 0; top->eval(); }
  printf("%f ", (now() - start) / cycles);
  const unsigned* words = reinterpret_cast<const unsigned*>(&top->y);
  for (int i = sizeof top->y / 4 - 1; i >= 0; i--) printf("%08x", words[i]);
}
`;

function buildVerilator(prefix: string): string {
  writeFileSync(`${prefix}-main.cpp`, MAIN);
  const directory = `${prefix}-verilated`;
  execFileSync(
    "verilator",
    [
      ...["--cc", "--exe", "--build", "-O3", "-Wno-fatal", "-Wno-lint", "--no-assert", "--x-assign", "fast"],
      ...["--x-initial", "fast", "--top-module", "top", "--Mdir", directory],
      ...["-CFLAGS", "-O3", "-MAKEFLAGS", "OPT_FAST=-O3", `${prefix}.v`, `${prefix}-main.cpp`],
    ],
    { stdio: ["ignore", "ignore", "inherit"], timeout: LIMIT_MS },
  );
  return join(directory, "Vtop");
}
