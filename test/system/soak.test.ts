import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { soakModules } from "../soak/soak-modules.ts";
import { soakRings } from "../soak/soak-rings.ts";
import { variants } from "../soak/variants.ts";

/** A slice of `npm run soak`. */
test.each(Object.entries(variants))(
  "random rings on the %s build agree with the model",
  async (_name, variant) => {
    const report = await soakRings(variant, {
      runs: variant.isPlain === true ? 60 : 150,
      seed: 20_261,
      cacheDirectory: ".hilt/cache",
    });
    expect(report.failure).toBeUndefined();
    expect(report.descriptors).toBeGreaterThan(1000);
  },
);

const folder = mkdtempSync(join(tmpdir(), "hilt-modules-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("random Verilog modules are the same in the built-in engine and in Icarus", async () => {
  const report = await soakModules({ runs: 40, seed: 20_262, cacheDirectory: folder });
  expect(report.failure?.message).toBeUndefined();
  expect(report.compared).toBeGreaterThan(5000);
});
