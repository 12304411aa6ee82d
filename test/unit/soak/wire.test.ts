import { expect, test } from "vitest";
import { soakWire } from "../../soak/soak-wire.ts";

test("fuzzed lines, messages and sessions, of which the soak has ten million", () => {
  const report = soakWire({ runs: 3000, seed: 11 });
  expect(report.failure?.message).toBeUndefined();
  expect(report.runs).toBe(3000);
  // The sound frame of each run, and here and there one that the damage has left as it was.
  expect(report.taken).toBeGreaterThanOrEqual(3000);
});
