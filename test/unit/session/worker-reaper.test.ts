import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { WorkerReaper } from "../../../src/session/worker-reaper.ts";

/** Reapers of a folder that are running. */
function reapersOf(directory: string): string[] {
  return readdirSync("/proc").filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").endsWith(`hilt-reaper\0${directory}\0`);
    } catch {
      // It has ended, or is not a process.
      return false;
    }
  });
}

test("a folder that the next round has made again is kept", async () => {
  const root = mkdtempSync(join(tmpdir(), "hilt reaper ü-"));
  try {
    const directory = join(root, "workers");
    mkdirSync(directory);
    const reaper = new WorkerReaper(directory);
    await expect.poll(() => reapersOf(directory), { timeout: 10_000 }).toHaveLength(1);
    rmSync(directory, { recursive: true });
    reaper[Symbol.dispose]();
    mkdirSync(directory);
    const draft = join(directory, "1.new");
    writeFileSync(draft, "");
    await expect.poll(() => reapersOf(directory), { timeout: 10_000 }).toEqual([]);
    expect(existsSync(draft)).toBe(true);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
