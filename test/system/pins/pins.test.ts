import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { ROOT } from "./controller-at-pins.ts";
import { pinMutants } from "./pin-mutants.ts";
import { scenarios } from "./scenarios.ts";

describe.each(Object.entries(scenarios))("the controller at its pins: %s", (_name, [scenario, builds]) => {
  test.each(builds)("%o", async (parameters) => {
    await scenario({ parameters });
  });
});

const folder = mkdtempSync(join(tmpdir(), "pins äß-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("mutants are caught at the pins", () => {
  test.each(pinMutants)("$file: $name", async ({ name, file, edits, scenario }) => {
    const root = join(folder, name);
    cpSync(join(ROOT, "rtl"), join(root, "rtl"), { recursive: true });
    const path = join(root, "rtl/dma", file);
    let text = readFileSync(path, "utf8");
    for (const [from, to] of edits) {
      expect(text).toContain(from);
      text = text.replaceAll(from, () => to);
    }
    writeFileSync(path, text);
    const [holds, [parameters = {}]] = scenarios[scenario];
    const build = { root, parameters, cacheDirectory: join(root, "cache") };
    // It is built, and does something else.
    await expect(holds(build)).rejects.toThrow(/expected|still busy|no answer/);
  });
});
