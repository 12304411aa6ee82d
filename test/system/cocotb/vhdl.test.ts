import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { runSimulation } from "./run-simulation.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

const folder = mkdtempSync(join(tmpdir(), "vhdl ü-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a bus master in VHDL copies blocks of cocotbext-axi's memory, and reports errors of it, in GHDL", () => {
  const { summary, output } = runSimulation({
    simulator: "ghdl",
    top: "block_copier",
    module: "test_block_copier",
    folder,
    sources: [join(ROOT, "test/system/foreign/block_copier.vhd")],
    buildArguments: ["--std=08"],
  });
  expect(summary, output).toBe("2 of 2 passed");
});
