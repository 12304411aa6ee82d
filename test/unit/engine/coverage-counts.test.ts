import { expect, test } from "vitest";
import { CoverageCounts } from "../../../src/engine/coverage-counts.ts";

/** A line of Verilator's file: a toggle of a module's signal, in the hierarchy of all its instances. */
function toggle(module: string, hierarchy: string): string {
  const fields = [
    ["f", `/${module}.v`],
    ["l", "3"],
    ["page", `v_toggle/${module}`],
    ["o", "valid"],
    ["h", hierarchy],
  ];
  return `C '${fields.map(([key, value]) => `\u0001${key}\u0002${value}`).join("")}' 1\n`;
}

test("a module of the harness is not counted where the common part of its instances' names is that of the device's", () => {
  const counts = new CoverageCounts("hilt_harness.device");
  counts.add(toggle("hilt_harness_late", ".hilt_harness.*"));
  counts.add(toggle("hilt_harness_order__D40", ".hilt_harness.memory.*s.order"));
  expect(counts.totals.toggle.total).toBe(0);
  counts.add(toggle("dma__D40", ".hilt_harness.*"));
  counts.add(toggle("fifo", ".hilt_harness.device.*"));
  expect(counts.totals.toggle.total).toBe(2);
});
