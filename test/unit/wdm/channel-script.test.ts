import { expect, test } from "vitest";
import { soakScripts } from "../../soak/soak-scripts.ts";

/** Fewer where the tests run on mutants of the code, each of them on all. */
const RUNS = process.env["HILT_PROPERTY_RUNS"] === undefined ? 100_000 : 300;

test("A42 A47 A48 A49 any script of calls: the table does as the state machine says, and one of cancelled and called happens", () => {
  const { runs, steps, failure } = soakScripts({ runs: RUNS, seed: 20_263 });
  expect(failure).toBeUndefined();
  expect(runs).toBe(RUNS);
  expect(steps).toBeGreaterThan(15 * RUNS);
}, 600_000);
