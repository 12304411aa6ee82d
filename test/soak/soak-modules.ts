import fc from "fast-check";
import { Random } from "../../src/core/random.ts";
import { compareWithIcarus } from "./icarus.ts";
import { circuitOf, type RandomModule, randomModules } from "./random-module.ts";
import { messageOf, type SoakCounterexample, type SoakRequest } from "./soak-rings.ts";

const CYCLES = 40;

export interface ModuleReport {
  readonly runs: number;
  /** Values that Icarus knew and that were equal. */
  readonly compared: number;
  readonly failure?: SoakCounterexample<RandomModule>;
}

/** Random small Verilog modules, in the built-in engine and in Icarus Verilog. `cacheDirectory` takes their files. */
export async function soakModules(request: SoakRequest): Promise<ModuleReport> {
  let runs = 0;
  let compared = 0;
  const property = fc.asyncProperty(randomModules, async (module) => {
    const random = new Random(BigInt(module.seed));
    const options = { folder: request.cacheDirectory, cycles: CYCLES };
    const result = await compareWithIcarus("module", circuitOf(module), random, options);
    if (result.difference !== undefined) throw new Error(result.difference);
    compared += result.compared;
    runs++;
    request.onRun?.(runs);
  });
  const { seed, path } = request;
  const details = await fc.check(property, {
    // A counterexample that is repeated is one run, also when it no longer fails.
    numRuns: path === undefined ? request.runs : 1,
    seed,
    ...(path === undefined ? {} : { path }),
    endOnFailure: path !== undefined || request.shrinks === false,
  });
  if (!details.failed) return { runs, compared };
  const failure = {
    seed: details.seed,
    path: details.counterexamplePath ?? "",
    smallest: details.counterexample?.[0] as RandomModule,
    message: messageOf(details.errorInstance),
  };
  return { runs, compared, failure };
}
