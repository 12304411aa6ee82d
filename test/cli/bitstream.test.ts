import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parameterLiteral } from "../../src/engine/parameter-literal.ts";
import { UserProject } from "./user-project.ts";

test("hilt boards build makes a bitstream for the iCEBreaker, with our controller beside the bridge", () => {
  using project = new UserProject({}, 580_000);
  const { status, stdout, stderr } = project.hilt("boards", "build", "icebreaker");
  expect(stderr).toBe("");
  expect(status).toBe(0);
  expect(Number(/^clock: up to ([\d.]+) MHz$/m.exec(stdout)?.[1])).toBeGreaterThan(12);
  expect(stdout).toMatch(/^ICESTORM_LC +\d+ +of 5280$/m);
  const hash = /^build: 0x([0-9a-f]{8})$/m.exec(stdout)?.[1] ?? "none";
  const folder = join(project.path, ".hilt/boards/icebreaker");
  const script = readFileSync(join(folder, "synthesis.ys"), "utf8");
  expect(script).toContain(`-chparam BUILD_HASH ${parameterLiteral(Number.parseInt(hash, 16))}`);
  // The preamble of iCE40 bitstreams.
  expect(readFileSync(join(folder, "design.bin")).includes(Buffer.from([0x7e, 0xaa, 0x99, 0x7e]))).toBe(true);
}, 600_000);
