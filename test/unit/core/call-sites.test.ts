import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, expect, test } from "vitest";
import { callSite, describeSite, nameFilesFrom, programFrames } from "../../../src/core/call-sites.ts";

const project = "/home/anna/mein Projekt ü";
const folder = process.cwd();

afterEach(() => nameFilesFrom(folder));

test("files of the project are named from its folder, whatever form a frame has; others are as they were", () => {
  nameFilesFrom(project);
  const url = pathToFileURL(join(project, "benches/größe 1.hil.ts")).href;
  const stack = [
    "Error: x",
    `    at Driver.put (${project}/benches/driver.ts:10:3)`,
    `    at ${project}/benches/one.hil.ts:20:7`,
    `    at async ${url}:30:9`,
    `    at run (${url}:31:1)`,
    `    at ${project}-2/other.ts:1:2`,
    "    at lib (/usr/lib/lib.js:4:5)",
    "    at Promise.all (index 0)",
    "    at new Promise (<anonymous>)",
  ].join("\n");
  expect(programFrames({ stack })).toEqual([
    "at Driver.put (benches/driver.ts:10:3)",
    "at benches/one.hil.ts:20:7",
    "at async benches/größe 1.hil.ts:30:9",
    "at run (benches/größe 1.hil.ts:31:1)",
    `at ${project}-2/other.ts:1:2`,
    "at lib (/usr/lib/lib.js:4:5)",
  ]);
  expect(describeSite({ stack })).toBe("at Driver.put (benches/driver.ts:10:3)");
});

test("a call of a test is named from the folder of its project, without hilt's own frames", () => {
  expect(describeSite(callSite())).toMatch(/^at test\/unit\/core\/call-sites\.test\.ts:\d+:\d+$/);
});
