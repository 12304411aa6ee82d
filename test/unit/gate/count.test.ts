import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const passed = { status: "passed", fullName: "one is one", failureMessages: [] };
const failed = {
  status: "failed",
  fullName: "two is one",
  failureMessages: ["expected 2 to be 1\n    at two.ts"],
};
const left = { status: "pending", fullName: "three is left out", failureMessages: [] };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "results ü "));
});
afterEach(() => rmSync(folder, { recursive: true }));

function report(name: string, status: string, assertionResults: object[], message = "") {
  const file = { name: join(root, "test/unit/numbers.test.ts"), status, assertionResults, message };
  writeFileSync(join(folder, `${name}.json`), JSON.stringify({ testResults: [file] }));
}

function count() {
  const { status, stdout } = spawnSync(process.execPath, [join(root, "scripts/count.js"), folder], {
    encoding: "utf8",
  });
  const lines = stdout.trimEnd().split("\n");
  return { status, last: lines.pop(), lines };
}

describe("the gate's count", () => {
  test("adds up all reports", () => {
    report("tests", "passed", [passed, passed]);
    report("node-22", "passed", [passed]);
    expect(count()).toEqual({ status: 0, last: "3 passed, 0 failed, 0 skipped", lines: [] });
  });

  test("names each test that failed, with its report, its file and the first line of its message", () => {
    report("tests", "passed", [passed]);
    report("node-22", "failed", [passed, failed]);
    expect(count()).toEqual({
      status: 1,
      last: "2 passed, 1 failed, 0 skipped",
      lines: ["failed: node-22: test/unit/numbers.test.ts > two is one", "expected 2 to be 1"],
    });
  });

  test("counts a file that could not be loaded as failed", () => {
    report("tests", "failed", [], "Cannot find module 'two'");
    const lines = ["failed: tests: test/unit/numbers.test.ts", "Cannot find module 'two'"];
    expect(count()).toEqual({ status: 1, last: "0 passed, 1 failed, 0 skipped", lines });
  });

  test("counts a step that failed though no test did, and prints what it printed last", () => {
    report("tests", "passed", [passed]);
    writeFileSync(join(folder, "nodes.log"), "installing\nno such package\n");
    expect(count()).toEqual({
      status: 1,
      last: "1 passed, 1 failed, 0 skipped",
      lines: ["", 'The step "nodes" failed; its last lines:', "installing", "no such package"],
    });
  });

  test("fails when none ran, and on a skip that is not on the list", () => {
    expect(count()).toEqual({ status: 1, last: "0 passed, 0 failed, 0 skipped", lines: [] });
    report("tests", "passed", [passed, left]);
    const lines = ["skipped: three is left out (not on the list of allowed skips)"];
    expect(count()).toEqual({ status: 1, last: "1 passed, 0 failed, 1 skipped", lines });
  });
});
