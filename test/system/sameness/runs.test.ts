import fc from "fast-check";
import { expect, test } from "vitest";
import { newVerilator } from "../../new-verilator.ts";
import { plans } from "../../soak/plan.ts";
import { variants } from "../../soak/variants.ts";
import { compareRuns } from "./compare-runs.ts";

const LIMIT_MS = 300_000;

/**
 * The same rings of descriptors, under the same stalls, latencies, errors and disturbances, on both engines: every event
 * with its cycle, every register value, every byte of host and card memory.
 */
test.each(Object.entries(variants).filter(([, { hasRings }]) => hasRings !== false))(
  "random rings are the same on the built-in engine and on Verilator, %s build",
  async (_name, variant) => {
    let cycles = 0;
    let events = 0;
    await fc.assert(
      fc.asyncProperty(plans, async (plan) => {
        const result = await compareRuns(plan, variant, [{ engine: "wasm" }, { engine: "verilator" }]);
        expect(result.difference).toBeUndefined();
        cycles += result.cycles;
        events += result.events;
      }),
      { numRuns: 40, seed: 20_263, interruptAfterTimeLimit: LIMIT_MS / 2, markInterruptAsFailure: true },
    );
    expect(cycles).toBeGreaterThan(100_000);
    expect(events).toBeGreaterThan(1000);
  },
  LIMIT_MS,
);

test(
  "random rings are the same on the newest Verilator",
  async () => {
    const verilator = newVerilator();
    await fc.assert(
      fc.asyncProperty(plans, async (plan) => {
        const engines = [{ engine: "wasm" }, { engine: "verilator", verilator }] as const;
        const { difference } = await compareRuns(plan, variants["wide"]!, engines);
        expect(difference).toBeUndefined();
      }),
      { numRuns: 25, seed: 20_265, interruptAfterTimeLimit: LIMIT_MS / 2, markInterruptAsFailure: true },
    );
  },
  LIMIT_MS,
);
