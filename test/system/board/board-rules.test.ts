import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { protocolRules } from "../../../src/spec/protocol-rules.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

const folder = mkdtempSync(join(tmpdir(), "board rules ü-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("on a virtual board a burst that its bridge does not serve is BRIDGE_BURST: narrow, FIXED or WRAP, read or write", () => {
  const compiled = join(folder, "cases.vvp");
  const files = ["test/system/board/board_rules_cases.v", "sim/verilator/board/hilt_board_rules.v"];
  const options = ["-g2005", "-I", "sim/harness", "-s", "board_rules_cases", "-o", compiled];
  execFileSync("iverilog", [...options, ...files, "sim/harness/hilt_harness_rules.v"], { cwd: ROOT });
  const lines = execFileSync("vvp", ["-n", compiled], { encoding: "utf8" }).trim().split("\n");
  const { bit } = protocolRules.find(({ name }) => name === "BRIDGE_BURST") as { bit: number };
  const said = lines.map((line) => line.replace(/^hilt_rule (\w+) .*/, (_, bits) => `rule ${bits}`));
  const rule = `rule ${(1 << bit).toString(16).padStart(6, "0")}`;
  expect(said).toEqual([
    ...["0 3 1", "0 2 1", rule, "0 3 0", rule, "0 3 2", rule],
    ...["1 3 1", "1 2 1", rule, "1 3 0", rule, "1 3 2", rule],
  ]);
});
