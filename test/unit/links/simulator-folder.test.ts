import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { makeSimulatorFolder } from "../../../src/links/cocotb/simulator-folder.ts";

const parent = mkdtempSync(join(tmpdir(), "hilt folders ü-"));
afterAll(() => rmSync(parent, { recursive: true, force: true }));

const source = join(import.meta.dirname, "../../../src/links/cocotb/simulator-folder.ts");
const killed = `
  import { makeSimulatorFolder } from ${JSON.stringify(source)};
  const { path } = makeSimulatorFolder(${JSON.stringify(parent)});
  console.log(path);
  setInterval(() => {}, 1000);
`;

test("what a killed process has left goes with the next start, and what others have stays", async () => {
  const script = join(parent, "killed.mts");
  writeFileSync(script, killed);
  const child = spawn(process.execPath, ["--import", "tsx", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  const left = line.toString().trim();
  // Another that is about to get its lock, and something of somebody else.
  mkdirSync(join(parent, "hilt-cocotb-young"));
  mkdirSync(join(parent, "other"));
  const own = makeSimulatorFolder(parent);
  expect(existsSync(left), "its process lives").toBe(true);
  child.kill("SIGKILL");
  await once(child, "close");
  const next = makeSimulatorFolder(parent);
  expect(existsSync(left)).toBe(false);
  expect(existsSync(own.path)).toBe(true);
  own[Symbol.dispose]();
  next[Symbol.dispose]();
  expect(readdirSync(parent).sort()).toEqual(["hilt-cocotb-young", "killed.mts", "other"]);
});
