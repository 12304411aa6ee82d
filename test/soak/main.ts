/** `npm run soak`: the long random runs, spread over processes. */
import { fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import yargs from "yargs";
import { hideBin } from "yargs/helpers";
import { soakRings } from "./soak-rings.ts";
import { variants } from "./variants.ts";

const CACHE = fileURLToPath(new URL("../../.hilt/cache", import.meta.url));
const PROGRESS_RUNS = 250;

const options = await yargs(hideBin(process.argv))
  .scriptName("npm run soak --")
  .usage("$0 [options]\n\nRandom rings of descriptors, each checked against a model.")
  .option("runs", { type: "number", default: 10_000, describe: "Runs per variant" })
  .option("seed", { type: "number", default: 1, describe: "Seed of the first process; the others follow" })
  .option("path", { type: "string", describe: "Only this counterexample of --seed, as a failure printed it" })
  .option("variant", { choices: Object.keys(variants), describe: "Only this build of the controller" })
  .option("jobs", { type: "number", default: availableParallelism(), describe: "Processes" })
  .strict()
  .parseAsync();

const names = options.variant === undefined ? Object.keys(variants) : [options.variant];
const jobs = options.path === undefined ? Math.max(1, Math.min(options.jobs, options.runs)) : 1;
const failed = jobs > 1 ? await spread() : await runHere();
process.exitCode = failed ? 1 : 0;

async function runHere(): Promise<boolean> {
  for (const name of names) {
    const variant = variants[name];
    if (variant === undefined) continue;
    const started = process.hrtime.bigint();
    const report = await soakRings(variant, {
      runs: options.runs,
      seed: options.seed,
      cacheDirectory: CACHE,
      ...(options.path === undefined ? {} : { path: options.path }),
      onRun: (done) => {
        if (done % PROGRESS_RUNS === 0)
          console.log(`${name}, seed ${options.seed}: ${done} of ${options.runs} runs`);
      },
    });
    if (report.failure !== undefined) {
      const { seed, path, smallest, message } = report.failure;
      console.log(`\n${name}: FAILED: ${message}\n`);
      console.log(`smallest reproduction: ${JSON.stringify(smallest)}`);
      console.log(`seed:   ${seed}`);
      console.log(`repeat: npm run soak -- --variant ${name} --seed ${seed} --path ${path}\n`);
      return true;
    }
    const seconds = Number(process.hrtime.bigint() - started) / 1e9;
    const { runs, cycles, descriptors } = report;
    console.log(
      `${name}, seed ${options.seed}: ${runs} runs, ${descriptors} descriptors, ${cycles} cycles in ${seconds.toFixed(0)} s, all as the model says`,
    );
  }
  return false;
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
