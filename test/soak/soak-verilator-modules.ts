import { mkdirSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import fc from "fast-check";
import { Random } from "../../src/core/random.ts";
import { VerilatorEngine } from "../../src/engine/verilator-engine.ts";
import { compareWithIcarus, randomSteps, type Steps } from "./icarus.ts";
import { batchOf, batchSteps, indexInBatch } from "./module-batch.ts";
import { circuitOf, type RandomModule, randomModules } from "./random-module.ts";
import { CYCLES, type ModuleReport } from "./soak-modules.ts";
import { messageOf, type SoakRequest } from "./soak-rings.ts";

/** A build takes as long for 40 modules as for a few. */
const BATCH = 40;
/** A smaller counterexample is looked for no longer; each that is tried is a build. */
const SHRINK_LIMIT_MS = 600_000;
const RUNTIME = resolve(".hilt/cache/verilator/runtime");

export interface VerilatorRequest extends SoakRequest {
  /** Path of the command; by default the one on the PATH. */
  readonly verilator?: string;
}

/** Random small Verilog modules, in Verilator and in Icarus Verilog. `cacheDirectory` takes their files. */
export async function soakVerilatorModules(request: VerilatorRequest): Promise<ModuleReport> {
  const { seed, path } = request;
  const comparison = new Batches(request);
  if (path !== undefined) return await alone(comparison, request, path);
  const modules = fc.sample(randomModules, { seed, numRuns: request.runs });
  for (let start = 0; start < modules.length; start += BATCH) {
    const found = await comparison.run(modules.slice(start, start + BATCH));
    if (found !== undefined) {
      const index = start + found.index;
      const failure = {
        ...{ seed, path: String(index), message: found.difference },
        smallest: modules[index] as RandomModule,
      };
      const report = { runs: start, compared: comparison.compared, failure };
      if (request.shrinks === false) return report;
      const smaller = await alone(comparison, request, String(index));
      if (smaller.failure !== undefined) return smaller;
      return { ...report, failure: { ...failure, message: `only beside others: ${failure.message}` } };
    }
    request.onRun?.(Math.min(start + BATCH, modules.length));
  }
  return { runs: modules.length, compared: comparison.compared };
}

/** The module that fast-check makes for this path, by itself; if it fails, a smaller one that does. */
async function alone(comparison: Batches, { seed }: VerilatorRequest, path: string): Promise<ModuleReport> {
  const property = fc.asyncProperty(randomModules, async (module) => {
    const found = await comparison.run([module]);
    if (found !== undefined) throw new Error(found.difference);
  });
  const details = await fc.check(property, {
    ...{ seed, path, numRuns: 1, interruptAfterTimeLimit: SHRINK_LIMIT_MS },
  });
  const { compared } = comparison;
  if (!details.failed || details.counterexample === null) return { runs: 1, compared };
  const [smallest] = details.counterexample as [RandomModule];
  const message = messageOf(details.errorInstance);
  return {
    runs: 0,
    compared,
    failure: { seed, path: details.counterexamplePath ?? path, smallest, message },
  };
}

class Batches {
  compared = 0;
  readonly #folder: string;
  readonly #engine: VerilatorEngine;

  constructor({ cacheDirectory, verilator }: VerilatorRequest) {
    const cache = join(cacheDirectory, "verilator-cache");
    mkdirSync(join(cache, "verilator"), { recursive: true });
    mkdirSync(RUNTIME, { recursive: true });
    // The models are thrown away, Verilator's runtime is not.
    symlinkSync(RUNTIME, join(cache, "verilator/runtime"));
    this.#folder = cacheDirectory;
    this.#engine = new VerilatorEngine({
      cacheDirectory: cache,
      ...(verilator === undefined ? {} : { verilator }),
    });
  }

  /** The first module that differs. */
  async run(modules: readonly RandomModule[]): Promise<{ index: number; difference: string } | undefined> {
    const circuits = modules.map(circuitOf);
    const steps = circuits.map(
      (circuit, index): Steps =>
        randomSteps(circuit, new Random(BigInt((modules[index] as RandomModule).seed)), CYCLES),
    );
    const options = { folder: this.#folder, engines: [this.#engine] };
    const result = await compareWithIcarus("batch", batchOf(circuits), batchSteps(steps), options);
    this.compared += result.compared;
    if (result.output === undefined) return undefined;
    const index = indexInBatch(result.output);
    const [what] = (result.difference as string).split("; inputs");
    return { index, difference: `${what}\n${circuits[index]?.text}` };
  }
}
