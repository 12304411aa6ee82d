import { silentLog } from "../../src/core/log.ts";
import { openSimulator } from "../../src/links/simulator/open-simulator.ts";
import type { SimulatorLink } from "../../src/links/simulator/simulator-link.ts";
import type { SimulationSettings } from "../../src/links/simulator/simulator-model.ts";
import { Checks } from "./checks.ts";
import type { Plan } from "./plan.ts";
import { PlanRun } from "./plan-run.ts";
import { RegisterRun } from "./register-run.ts";
import { fitted, layoutOf, type Variant } from "./variant.ts";

export interface Tally {
  cycles: number;
  descriptors: number;
}

/** What a plan is run on; by default the built-in engine. */
export type EngineChoice = Pick<
  SimulationSettings,
  "engine" | "verilator" | "verilatorOptions" | "buildLimitSeconds"
>;

interface RunOptions {
  readonly cacheDirectory: string;
  readonly checks?: Checks;
  readonly simulator?: EngineChoice;
}

/** Runs a plan on a device fresh out of reset. Throws `SoakFailure` with what is wrong. */
export async function runPlan(
  plan: Plan,
  variant: Variant,
  { cacheDirectory, checks = new Checks(), simulator = { engine: "wasm" } }: RunOptions,
): Promise<Tally> {
  const link = await openForPlan(plan, variant, cacheDirectory, simulator);
  try {
    variant.begin?.(link.simulation);
    return await placePlan(link, plan, variant, checks).run();
  } finally {
    await link[Symbol.asyncDispose]();
  }
}

export async function openForPlan(
  plan: Plan,
  { device, banks }: Variant,
  cacheDirectory: string,
  engine: EngineChoice,
): Promise<SimulatorLink> {
  return await openSimulator(
    "soak",
    { ...engine, harness: plan.harness, ...(device === undefined ? {} : { device }) },
    { seed: BigInt(plan.seed), cacheDirectory, log: silentLog, banks: layoutOf(banks) },
  );
}

/** Runs a plan on a link that has just been opened for it. */
export async function runPlanOn(link: SimulatorLink, plan: Plan, variant: Variant): Promise<Tally> {
  return await placePlan(link, plan, variant).run();
}

/** What a plan needs is in the memories of host and card; nothing has happened yet. */
export function placePlan(
  link: SimulatorLink,
  plan: Plan,
  variant: Variant,
  checks: Checks = new Checks(),
): { run(): Promise<Tally> } {
  const fitting = { ...plan, h2c: fitted(plan.h2c, variant), c2h: fitted(plan.c2h, variant) };
  return variant.hasRings === false
    ? new RegisterRun(fitting, variant, link, checks)
    : new PlanRun(fitting, variant, link, checks);
}
