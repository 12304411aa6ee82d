import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { newVerilator } from "../new-verilator.ts";
import { regressionsOf } from "../soak/packages/regressions.ts";
import { lastOutcomes } from "../soak/packages/run-packages.ts";
import { soakPackage } from "../soak/packages/soak-packages.ts";
import { soakModules } from "../soak/soak-modules.ts";
import { soakRings } from "../soak/soak-rings.ts";
import { soakWireRtl } from "../soak/soak-wire-rtl.ts";
import { variants } from "../soak/variants.ts";

/** A slice of `npm run soak`. */
test.each(Object.entries(variants))(
  "random transfers on the %s build agree with the model",
  async (_name, variant) => {
    const report = await soakRings(variant, {
      runs: variant.isPlain === true || variant.hasRings === false ? 60 : 150,
      seed: 20_261,
      cacheDirectory: ".hilt/cache",
    });
    expect(report.failure).toBeUndefined();
    expect(report.descriptors).toBeGreaterThan(1000);
  },
);

const folder = mkdtempSync(join(tmpdir(), "hilt-modules-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each([
  ["Verilator", 80, () => ({})],
  ["the newest Verilator", 40, () => ({ verilator: newVerilator() })],
] as const)(
  "random Verilog modules are the same in %s and in Icarus",
  async (_name, runs, choice) => {
    const cacheDirectory = mkdtempSync(join(folder, "verilator-"));
    const report = await soakModules({
      ...{ engine: "verilator", runs, seed: 20_266, cacheDirectory, shrinks: false },
      ...choice(),
    });
    expect(report.failure?.message).toBeUndefined();
    expect(report.compared).toBeGreaterThan(5000);
  },
  300_000,
);

test("random Verilog modules are the same in the built-in engine and in Icarus", async () => {
  const report = await soakModules({ engine: "wasm", runs: 50, seed: 20_262, cacheDirectory: folder });
  expect(report.failure?.message).toBeUndefined();
  expect(report.compared).toBeGreaterThan(5000);
}, 300_000);

test("a module in which a fault of Icarus Verilog hides what is undefined in Verilator is not held against the engine", async () => {
  const seedAndPath = { seed: 983_009_448, path: "4" };
  const report = await soakModules({
    ...{ engine: "wasm", runs: 1, ...seedAndPath, cacheDirectory: folder, shrinks: false },
  });
  expect(report.failure?.message).toBeUndefined();
  expect(report.judgeFaults).toBe(1);
}, 300_000);

test("of fuzzed lines the link in Verilog takes the frames that are sound, and nothing else", async () => {
  const report = await soakWireRtl({ runs: 2000, seed: 20_267, cacheDirectory: ".hilt/cache" });
  expect(report.failure?.message).toBeUndefined();
  expect(report.taken).toBeGreaterThan(5000);
});

test("the modules of a public package do what they did, in both engines", async () => {
  const name = "pythondata_cpu_serv";
  const outcomes = await soakPackage(name, folder);
  expect(regressionsOf(name, lastOutcomes()[name], outcomes)).toEqual([]);
  expect(outcomes.wasm.equal).toBeGreaterThan(20);
}, 300_000);
