import fc from "fast-check";
import { type CheckName, Checks, SoakFailure } from "./checks.ts";
import { type Plan, plans } from "./plan.ts";
import { type EngineChoice, runPlan } from "./run-plan.ts";
import type { Variant } from "./variant.ts";

export interface SoakRequest {
  readonly runs: number;
  readonly seed: number;
  /** Of a counterexample that fast-check printed: only that run. */
  readonly path?: string;
  /** Whether a counterexample is made smaller; by default it is. */
  readonly shrinks?: boolean;
  /** Checks that are not made. */
  readonly without?: readonly CheckName[];
  readonly cacheDirectory: string;
  /** By default the built-in engine. */
  readonly simulator?: EngineChoice;
  readonly onRun?: (done: number) => void;
}

export interface SoakReport {
  readonly runs: number;
  readonly cycles: number;
  readonly descriptors: number;
  readonly failure?: SoakCounterexample<Plan>;
}

export interface SoakCounterexample<T> {
  readonly seed: number;
  readonly path: string;
  /** The smallest reproduction that was found. */
  readonly smallest: T;
  readonly message: string;
  /** The check that found it. */
  readonly check?: CheckName;
}

/** Random rings of descriptors on one build of the controller; a failing run is shrunk. */
export async function soakRings(variant: Variant, request: SoakRequest): Promise<SoakReport> {
  let runs = 0;
  let cycles = 0;
  let descriptors = 0;
  const property = fc.asyncProperty(plans, async (plan) => {
    const tally = await runPlan(plan, variant, { ...request, checks: new Checks(request.without) });
    cycles += tally.cycles;
    descriptors += tally.descriptors;
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
  if (!details.failed) return { runs, cycles, descriptors };
  const failure = {
    seed: details.seed,
    path: details.counterexamplePath ?? "",
    smallest: details.counterexample?.[0] as Plan,
    message: messageOf(details.errorInstance),
    ...(details.errorInstance instanceof SoakFailure ? { check: details.errorInstance.check } : {}),
  };
  return { runs, cycles, descriptors, failure };
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
