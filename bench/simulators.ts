import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Simulation } from "../src/engine/engine.ts";
import { parseFileList } from "../src/engine/file-list.ts";
import { WasmEngine } from "../src/engine/wasm-engine.ts";
import { harnessSource } from "../src/links/simulator/harness-source.ts";
import { cpuSeconds } from "./cpu-seconds.ts";
import { type Figure, figure } from "./figure.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const RUNS = 5;
const CYCLES = 1_000_000;
const ICARUS_CYCLES = 20_000;

/** The same RTL, harness and traffic in the built-in engine, Verilator and Icarus, one after the other in each round. */
export async function measureSimulators(cacheDirectory: string): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), "hilt-simulators-"));
  try {
    const { files, includeDirectories } = parseFileList(join(ROOT, "sim/harness/top.f"), ROOT);
    const sources = [...files, join(ROOT, "bench/full_load.v")];
    const verilator = buildVerilator(folder, sources, includeDirectories);
    const icarus = buildIcarus(folder, sources, includeDirectories);
    const model = await new WasmEngine({ cacheDirectory }).build(harnessSource());
    const own: number[] = [];
    const verilated: number[] = [];
    const interpreted: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      const simulation = loaded(model.open({ seed: 1n }));
      const start = process.cpuUsage();
      take(simulation, CYCLES);
      const { user, system } = process.cpuUsage(start);
      own.push(CYCLES / (user + system));
      verilated.push(Number(execFileSync(verilator, [String(CYCLES)], { encoding: "utf8" })));
      interpreted.push(speed(ICARUS_CYCLES, () => execFileSync("vvp", ["-n", icarus])));
    }
    const ratio = (others: readonly number[]): number[] =>
      own.map((each, run) => each / (others[run] as number));
    return [
      figure("full load, bare", "Mcycles/s", own, "both rings, no host; CPU time"),
      figure("full load, Verilator", "Mcycles/s", verilated, "-O3, a C++ loop, two evals; CPU time"),
      figure("full load, Icarus", "Mcycles/s", interpreted, "with the start of vvp; CPU time"),
      figure("built-in engine : Verilator", "", ratio(verilated), "full load, in the same round"),
      figure("built-in engine : Icarus", "", ratio(interpreted), "full load, in the same round"),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function speed(cycles: number, work: () => void): number {
  const start = cpuSeconds();
  work();
  return cycles / (cpuSeconds() - start) / 1e6;
}

/** What `full_load.v` does, from outside. */
function loaded(simulation: Simulation): Simulation {
  const words = (name: string): BigUint64Array => {
    const { bytes } = simulation.array(name);
    return new BigUint64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8);
  };
  const pages = simulation.array("memory.page_table");
  const table = new DataView(pages.bytes.buffer, pages.bytes.byteOffset);
  for (let page = 0; page < 64; page++) table.setUint16(2 * page, page, true);
  simulation.array("memory.read_permission").bytes.fill(0xff, 0, 4096);
  simulation.array("memory.write_permission").bytes.fill(0xff, 0, 4096);
  const ram = words("memory.ram");
  for (let index = 0; index < 127; index++) {
    ram.set([0x1001_0000n, 0n, 65_536n, 0n], 4 * index);
    ram.set([0x1002_0000n, 65_536n, 65_536n, 0n], 512 + 4 * index);
  }
  const commands = [
    [0x1c, 1],
    [0x144, 0x1000_0000],
    [0x244, 0x1000_1000],
    [0x140, 0x701],
    [0x240, 0x701],
    [0x150, 127],
    [0x250, 127],
  ] as const;
  words("commands.command").set(
    commands.map(([address, value]) => (1n << 62n) | (BigInt(address) << 32n) | BigInt(value)),
  );
  for (const port of ["read_latency_min", "read_latency_max", "write_latency_min", "write_latency_max"])
    simulation.port(`cfg_${port}`).write(1);
  simulation.port("cfg_seed").write(1);
  simulation.port("cfg_read_outstanding").write(64);
  simulation.port("cfg_write_outstanding").write(64);
  simulation.port("cfg_region_base_0").write(0x1000_0000);
  simulation.port("cfg_region_enable").write(1);
  simulation.port("rst").write(1);
  simulation.run(4);
  simulation.port("rst").write(0);
  simulation.port("host_command_tail").write(7);
  return simulation;
}

/** Runs on through a full event log, as a host that reads it would. */
function take(simulation: Simulation, cycles: number): void {
  for (let left = cycles; left > 0; ) {
    left -= simulation.run(left);
    simulation.port("host_event_tail").write(simulation.port("event_head").read());
  }
  if (simulation.port("read_beats").read() < cycles / 2) throw new Error("the bench does not load the bus");
}

const MAIN = `#include "Vfull_load.h"
#include "verilated.h"
#include <cstdio>
#include <cstdlib>
#include <ctime>
static double now() { timespec t; clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t); return t.tv_sec + t.tv_nsec * 1e-9; }
int main(int, char** argv) {
  const long cycles = atol(argv[1]);
  Vfull_load* top = new Vfull_load;
  auto edge = [&] { top->clk = 1; top->eval(); top->clk = 0; top->eval(); };
  top->clk = 0; top->rst = 1; top->eval();
  for (int i = 0; i < 4; i++) edge();
  top->rst = 0;
  const double start = now();
  for (long i = 0; i < cycles; i++) edge();
  const double taken = now() - start;
  if (top->read_beats < cycles / 2) return 1;
  printf("%f", cycles / taken / 1e6);
}
`;

function buildVerilator(folder: string, sources: readonly string[], includes: readonly string[]): string {
  writeFileSync(join(folder, "main.cpp"), MAIN);
  execFileSync(
    "verilator",
    [
      ...["--cc", "--exe", "--build", "-O3", "-Wno-fatal", "-Wno-lint", "--no-assert", "--x-assign", "fast"],
      ...["--x-initial", "fast", "--top-module", "full_load", "--Mdir", join(folder, "obj")],
      ...["-CFLAGS", "-O3", "-MAKEFLAGS", "OPT_FAST=-O3"],
      ...includes.map((directory) => `-I${directory}`),
      ...sources,
      join(folder, "main.cpp"),
    ],
    { stdio: ["ignore", "ignore", "inherit"] },
  );
  return join(folder, "obj", "Vfull_load");
}

function buildIcarus(folder: string, sources: readonly string[], includes: readonly string[]): string {
  const clock = join(folder, "clock.v");
  writeFileSync(
    clock,
    `module clock; reg clk = 0; reg rst = 1; integer n; wire [63:0] cycle; wire [31:0] r, w;
full_load load (.clk(clk), .rst(rst), .cycle(cycle), .read_beats(r), .write_beats(w));
initial begin for (n = 0; n < ${ICARUS_CYCLES} + 4; n = n + 1) begin #1 clk = 1; #1 clk = 0; if (n == 4) rst = 0; end
if (r < ${ICARUS_CYCLES / 2}) $fatal; $finish; end endmodule\n`,
  );
  const program = join(folder, "load.vvp");
  const args = ["-g2012", "-s", "clock", "-o", program, ...includes.map((directory) => `-I${directory}`)];
  execFileSync("iverilog", [...args, ...sources, clock]);
  return program;
}
