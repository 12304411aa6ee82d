import fc from "fast-check";
import { expect, test } from "vitest";
import { plans } from "../../soak/plan.ts";
import { variants } from "../../soak/variants.ts";
import { compareRuns } from "./compare-runs.ts";

const LIMIT_MS = 300_000;

/**
 * Verilator's data-flow passes have miscompiled correct RTL. Ours comes out the same without any of them, with those that
 * are used, and with the one that this version is told to leave out.
 */
test(
  "random rings are the same on Verilator whatever its data-flow passes do",
  async () => {
    const engines = [[], ["-fno-dfg"], ["-fdfg", "-fdfg-post-inline"]].map((verilatorOptions) => {
      return { engine: "verilator", verilatorOptions } as const;
    });
    await fc.assert(
      fc.asyncProperty(plans, async (plan) => {
        const { difference } = await compareRuns(plan, variants["wide"]!, engines);
        expect(difference).toBeUndefined();
      }),
      { numRuns: 25, seed: 20_264, interruptAfterTimeLimit: LIMIT_MS / 2, markInterruptAsFailure: true },
    );
  },
  LIMIT_MS,
);
