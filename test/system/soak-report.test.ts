import { spawnSync } from "node:child_process";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { ProjectCopy } from "./project-copy.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

test("a failure of the soak prints seed, smallest reproduction and a command that repeats it", () => {
  using copy = new ProjectCopy();
  cpSync(join(root, "test"), join(copy.path, "test"), { recursive: true });
  copy.replace(
    "rtl/dma/dma_ring.v",
    "phase           <= phase ^ (head == last_index);",
    "phase           <= phase;",
  );
  const soak = (...args: string[]): { status: number | null; stdout: string } => {
    const { status, stdout } = spawnSync("npm", ["run", "--silent", "soak", "--", ...args], {
      cwd: copy.path,
      encoding: "utf8",
      timeout: 300_000,
    });
    return { status, stdout };
  };
  const first = soak("--variant", "wide", "--runs", "60", "--seed", "11", "--jobs", "1");
  expect(first.status).toBe(1);
  expect(first.stdout).toMatch(/wide: FAILED: (h2c|c2h): descriptor \d+ .*no completion record/);
  const smallest = JSON.parse(/^smallest reproduction: (.*)$/m.exec(first.stdout)?.[1] ?? "{}");
  // A phase that never turns shows in the second turn of the smallest ring.
  expect(smallest.h2c.pieces.length + smallest.c2h.pieces.length).toBeLessThanOrEqual(4);
  expect(first.stdout).toMatch(/^seed: {3}11$/m);
  const repeat = /^repeat: npm run soak -- (.*)$/m.exec(first.stdout)?.[1] ?? "";
  const again = soak(...repeat.split(" "));
  expect(again.status).toBe(1);
  const told = (output: string): string => /FAILED: (.*)/.exec(output)?.[1] ?? "";
  expect(told(again.stdout)).toBe(told(first.stdout));
});
