import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const BENCH = "test/system/four-states/known_after_reset.v";

const folder = mkdtempSync(join(tmpdir(), "known after reset ü-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each([1, 0])(
  "after one edge of rst every handshake and every register of the controller is known, RINGS %i",
  (rings) => {
    const compiled = join(folder, `${rings}.vvp`);
    const sources = ["-I", "rtl/dma", "-f", "rtl/dma/dma.f", BENCH];
    const options = [
      "-g2005",
      "-s",
      "known_after_reset",
      `-Pknown_after_reset.RINGS=${rings}`,
      "-o",
      compiled,
    ];
    execFileSync("iverilog", [...options, ...sources], { cwd: ROOT, stdio: "pipe" });
    expect(execFileSync("vvp", ["-n", compiled], { encoding: "utf8" })).toBe("192 registers known\n");
  },
);
