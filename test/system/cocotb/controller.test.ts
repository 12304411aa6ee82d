import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { parseFileList } from "../../../src/engine/file-list.ts";
import { runSimulation } from "./run-simulation.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

const folder = mkdtempSync(join(tmpdir(), "cocotb ü-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each([
  [64, 64],
  [32, 32],
])(
  "transfers and rings between cocotbext-axi's memory and the controller, X known: %i bits of data, %i of address",
  (DATA_W, ADDR_W) => {
    const { files, includeDirectories } = parseFileList(join(ROOT, "rtl/dma/dma.f"), ROOT);
    const { summary, output } = runSimulation({
      simulator: "icarus",
      top: "four_state_dma",
      module: "test_controller",
      folder: join(folder, `${DATA_W}`),
      sources: [...files, join(ROOT, "test/system/cocotb/four_state_dma.v")],
      includeDirectories,
      parameters: { DATA_W, ADDR_W },
    });
    expect(summary, output).toBe("7 of 7 passed");
  },
);
