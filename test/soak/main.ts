/** `npm run soak`: the long random runs, spread over processes. */
import { fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import yargs from "yargs";
import { hideBin } from "yargs/helpers";
import { soakModules } from "./soak-modules.ts";
import { type SoakCounterexample, type SoakRequest, soakRings } from "./soak-rings.ts";
import { variants } from "./variants.ts";

const CACHE = fileURLToPath(new URL("../../.hilt/cache", import.meta.url));
const PROGRESS_RUNS = 250;
const MODULES = "modules";

const options = await yargs(hideBin(process.argv))
  .scriptName("npm run soak --")
  .usage(
    "$0 [options]\n\nRandom rings of descriptors against a model, and random Verilog modules against Icarus Verilog.",
  )
  .option("runs", { type: "number", default: 10_000, describe: "Runs per variant" })
  .option("seed", { type: "number", default: 1, describe: "Seed of the first process; the others follow" })
  .option("path", { type: "string", describe: "Only this counterexample of --seed, as a failure printed it" })
  .option("variant", {
    choices: [...Object.keys(variants), MODULES],
    describe: "Only this build of the controller, or only the modules",
  })
  .option("jobs", { type: "number", default: availableParallelism(), describe: "Processes" })
  .strict()
  .parseAsync();

const names = options.variant === undefined ? [...Object.keys(variants), MODULES] : [options.variant];
const jobs = options.path === undefined ? Math.max(1, Math.min(options.jobs, options.runs)) : 1;
const failed = jobs > 1 ? await spread() : await runHere();
process.exitCode = failed ? 1 : 0;

async function runHere(): Promise<boolean> {
  for (const name of names) {
    const started = process.hrtime.bigint();
    const { failure, summary } = await soak(name, {
      runs: options.runs,
      seed: options.seed,
      cacheDirectory: CACHE,
      ...(options.path === undefined ? {} : { path: options.path }),
      onRun: (done) => {
        if (done % PROGRESS_RUNS === 0)
          console.log(`${name}, seed ${options.seed}: ${done} of ${options.runs} runs`);
      },
    });
    if (failure !== undefined) {
      console.log(`\n${name}: FAILED: ${failure.message}\n`);
      console.log(`smallest reproduction: ${JSON.stringify(failure.smallest)}`);
      console.log(`seed:   ${failure.seed}`);
      console.log(
        `repeat: npm run soak -- --variant ${name} --seed ${failure.seed} --path ${failure.path}\n`,
      );
      return true;
    }
    const seconds = Number(process.hrtime.bigint() - started) / 1e9;
    console.log(`${name}, seed ${options.seed}: ${summary} in ${seconds.toFixed(0)} s`);
  }
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
  const folder = mkdtempSync(join(tmpdir(), "hilt-modules-"));
  try {
    const { runs, compared, failure } = await soakModules({ ...request, cacheDirectory: folder });
    return { failure, summary: `${runs} modules, ${compared} values, all as in Icarus` };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Every process takes its share under a seed of its own. */
async function spread(): Promise<boolean> {
  const share = Math.ceil(options.runs / jobs);
  const exits = Array.from({ length: jobs }, (_, job) => {
    const args = ["--runs", String(share), "--seed", String(options.seed + job), "--jobs", "1"];
    if (options.variant !== undefined) args.push("--variant", options.variant);
    const child = fork(fileURLToPath(import.meta.url), args);
    return new Promise<boolean>((resolve) => child.on("exit", (code) => resolve(code !== 0)));
  });
  return (await Promise.all(exits)).includes(true);
}
