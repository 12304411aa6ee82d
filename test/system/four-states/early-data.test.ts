import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

const folder = mkdtempSync(join(tmpdir(), "early data ü-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a slave that takes write data before their address makes nothing of the write multiplexer unknown", () => {
  const compiled = join(folder, "early_data.vvp");
  const files = ["test/system/four-states/early_data.v", "rtl/dma/dma_write_mux.v"];
  execFileSync("iverilog", ["-g2005", "-s", "early_data", "-o", compiled, ...files], { cwd: ROOT });
  expect(execFileSync("vvp", ["-n", compiled], { encoding: "utf8" })).toBe("2 beats taken\n");
});
