/** `npm run soak`: the long random runs, spread over processes. */
import { fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import yargs from "yargs";
import { hideBin } from "yargs/helpers";
import type { EngineName } from "./judges.ts";
import { guarded } from "./mutants/guarded.ts";
import { soakMutants, summaryOf } from "./mutants/soak-mutants.ts";
import { runPackages } from "./packages/run-packages.ts";
import { soakLine } from "./soak-line.ts";
import { soakModules } from "./soak-modules.ts";
import { type SoakCounterexample, type SoakRequest, soakRings } from "./soak-rings.ts";
import { soakScripts } from "./soak-scripts.ts";
import { soakVfioUser } from "./soak-vfio-user.ts";
import { soakWire } from "./soak-wire.ts";
import { soakWireRtl } from "./soak-wire-rtl.ts";
import { variants } from "./variants.ts";
import { runWdmMutants } from "./wdm-mutants/wdm-mutants.ts";

const CACHE = fileURLToPath(new URL("../../.hilt/cache", import.meta.url));
/** Of a part, at most so often that a progress line is printed. */
const PROGRESS_LINES = 40;
/** Random Verilog modules by the engine that they run on. */
const modules: Readonly<Record<string, EngineName>> = { modules: "wasm", "verilator-modules": "verilator" };
const SCRIPTS = "scripts";
const WIRE = "wire";
const WIRE_RTL = "wire-rtl";
const LINE = "line";
const VFIO_USER = "vfio-user";
const PACKAGES = "packages";
const WDM_MUTANTS = "wdm-mutants";
const parts = [
  ...Object.keys(variants),
  ...Object.keys(modules),
  ...[SCRIPTS, WIRE, WIRE_RTL, LINE, VFIO_USER, PACKAGES],
];
/** They are no search for faults of this version: only asked for by name. */
const mutants = Object.keys(guarded);
const RUNS = 10_000;
/** A script of calls without a device takes a thousandth of the time of the others, a build of Verilator much longer. */
const otherRuns: Readonly<Record<string, number>> = {
  [SCRIPTS]: 1_000_000,
  [WIRE]: 10_000_000,
  [WIRE_RTL]: 1_000_000,
  // MiB under each hazard, both ways together.
  [LINE]: 64,
  "verilator-modules": 2000,
  [WDM_MUTANTS]: 300,
  "device-mutants": 100,
  "harness-mutants": 60,
};

const options = await yargs(hideBin(process.argv))
  .scriptName("npm run soak --")
  .usage(
    "$0 [options]\n\nRandom rings of descriptors and random scripts of DMA calls against models, transfers over lines that lose bytes and through a relay of vfio-user, random Verilog modules and the Verilog of public packages against Icarus Verilog, in the built-in engine and in Verilator.",
  )
  .option("runs", {
    type: "number",
    describe: `Runs of each part; by default ${RUNS}, of the scripts ${otherRuns[SCRIPTS]}, of the wire ${otherRuns[WIRE]}, of its Verilog ${otherRuns[WIRE_RTL]}, of the line ${otherRuns[LINE]} (MiB under each hazard, both ways together), of verilator-modules ${otherRuns["verilator-modules"]}`,
  })
  .option("seed", { type: "number", default: 1, describe: "Seed of the first process; the others follow" })
  .option("hazard", { type: "string", describe: "Of the line: only this one" })
  .option("path", { type: "string", describe: "Only this counterexample of --seed, as a failure printed it" })
  .option("variant", {
    choices: [...parts, ...mutants, WDM_MUTANTS],
    describe:
      "Only this build of the controller, only these modules, the scripts, the wire, the wire in Verilog, the line, vfio-user, the packages, or mutants: of the Verilog, drawn by seed, each given to the guards, the cheapest first, or of the DMA system against its unit tests",
  })
  .option("shrink", { type: "boolean", default: true, describe: "Make a counterexample smaller" })
  .option("jobs", { type: "number", default: availableParallelism(), describe: "Processes" })
  .option("update", {
    type: "boolean",
    default: false,
    describe: "Of the packages: what came of them is what later runs are compared with",
  })
  .option("package", { type: "string", describe: "Of the packages: only this one" })
  .strict()
  .parseAsync();

const names = options.variant === undefined ? parts : [options.variant];
const jobs = options.path === undefined ? Math.max(1, options.jobs) : 1;
let failed = false;
for (const name of names) {
  const runs = options.runs ?? otherRuns[name] ?? RUNS;
  if (name === WDM_MUTANTS) failed = await mutate(runs);
  else if (name === PACKAGES) failed = await runPackages(options.package, options.update);
  else failed = jobs > 1 && runs > 1 ? await spread(name, runs) : await runHere(name, runs);
  if (failed) break;
}
process.exitCode = failed ? 1 : 0;

function mutate(mutants: number): Promise<boolean> {
  const { seed, path } = options;
  return runWdmMutants({
    ...{ mutants, seed, log: (line: string) => console.log(line) },
    ...(path === undefined ? {} : { path }),
  });
}

async function runHere(name: string, runs: number): Promise<boolean> {
  const started = process.hrtime.bigint();
  // A MiB on a bad line takes longer than many runs of another part.
  const often = Math.max(name === LINE ? 1 : 250, Math.ceil(runs / PROGRESS_LINES));
  let reported = 0;
  const { failure, summary } = await soak(name, {
    runs,
    seed: options.seed,
    cacheDirectory: CACHE,
    shrinks: options.shrink,
    ...(options.path === undefined ? {} : { path: options.path }),
    onRun: (done) => {
      if (done - reported < often) return;
      reported = done;
      console.log(
        `${name}, seed ${options.seed}: ${Math.floor(done)} of ${runs} ${name === LINE ? "MiB" : "runs"}`,
      );
    },
  });
  if (failure !== undefined) {
    console.log(`\n${name}: FAILED: ${failure.message}\n`);
    console.log(`smallest reproduction: ${JSON.stringify(failure.smallest)}`);
    console.log(`seed:   ${failure.seed}`);
    console.log(`repeat: npm run soak -- --variant ${name} --seed ${failure.seed} --path ${failure.path}\n`);
    return true;
  }
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  console.log(`${name}, seed ${options.seed}: ${summary} in ${seconds.toFixed(0)} s`);
  return false;
}

interface Outcome {
  readonly failure: SoakCounterexample<unknown> | undefined;
  readonly summary: string;
}

async function soak(name: string, request: SoakRequest): Promise<Outcome> {
  const variant = variants[name];
  if (variant !== undefined) {
    const { runs, descriptors, cycles, failure } = await soakRings(variant, request);
    const summary = `${runs} runs, ${descriptors} descriptors, ${cycles} cycles, all as the model says`;
    return { failure, summary };
  }
  if (name === SCRIPTS) {
    const { runs, steps, failure } = soakScripts(request);
    return { failure, summary: `${runs} scripts, ${steps} calls, all as the model says` };
  }
  if (name === WIRE) {
    const { runs, taken, failure } = soakWire(request);
    return { failure, summary: `${runs} fuzzed inputs, ${taken} sound frames taken, and nothing else` };
  }
  if (name === WIRE_RTL) {
    const { runs, taken, cycles, failure } = await soakWireRtl(request);
    const summary = `${runs} fuzzed inputs, ${cycles} cycles, ${taken} sound frames taken, and nothing else`;
    return { failure, summary };
  }
  if (name === LINE) {
    const { summary, failure } = await soakLine({ ...request, hazard: options.hazard });
    return { failure, summary };
  }
  if (name === VFIO_USER) {
    const { runs, bytes, failure } = await soakVfioUser(request);
    return { failure, summary: `${runs} runs, ${bytes} bytes there and back through somebody else's ends` };
  }
  const verilog = guarded[name as keyof typeof guarded];
  if (verilog !== undefined) {
    const onMutant = (line: string): void => console.log(line);
    const { runs, seed, path } = request;
    const report = await soakMutants(verilog, {
      ...{ mutants: runs, seed, onMutant },
      ...(path === undefined ? {} : { path }),
    });
    return { failure: undefined, summary: summaryOf(report) };
  }
  const folder = mkdtempSync(join(tmpdir(), "hilt-modules-"));
  try {
    const engine = modules[name] as EngineName;
    const report = await soakModules({ ...request, engine, cacheDirectory: folder });
    const { runs, compared, judgeFaults, failure } = report;
    const summary = `${runs} modules, ${compared} values, all as in Icarus but for ${judgeFaults} known faults of a simulator`;
    return { failure, summary };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Every process takes its share under a seed of its own. */
async function spread(name: string, runs: number): Promise<boolean> {
  const share = String(Math.ceil(runs / jobs));
  const exits = Array.from({ length: Math.min(jobs, runs) }, (_, job) => {
    const args = ["--variant", name, "--runs", share, "--seed", String(options.seed + job), "--jobs", "1"];
    if (options.hazard !== undefined) args.push("--hazard", options.hazard);
    const child = fork(fileURLToPath(import.meta.url), args);
    return new Promise<boolean>((resolve) => child.on("exit", (code) => resolve(code !== 0)));
  });
  return (await Promise.all(exits)).includes(true);
}
