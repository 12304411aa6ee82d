import { afterAll, beforeAll, expect, test } from "vitest";
import type { RunResult } from "../../src/report/run-result.ts";
import { ProjectCopy } from "../system/project-copy.ts";

let project: ProjectCopy;
beforeAll(() => {
  project = new ProjectCopy();
});
afterAll(() => project[Symbol.dispose]());

/** A controller as a small FPGA has it: no rings, and the least memory that a card may have. */
test("examples and benches take their sizes from the device: they run on a small one, whose pages are neighbours", () => {
  project.replace("rtl/dma/dma.v", "CARD_BYTES_LOG2  = 17", "CARD_BYTES_LOG2  = 12");
  project.replace("rtl/dma/dma.v", " RINGS            = 1", " RINGS            = 0");
  const args = ["run", "examples", "test/system/benches", "--profile", "contiguous", "--json"];
  const { status, stdout, stderr } = project.hilt(...args);
  expect(status, stderr).toBe(0);
  const { benches } = JSON.parse(stdout) as RunResult;
  expect(benches.length).toBeGreaterThan(20);
  expect(benches.filter(({ verdict }) => verdict !== "passed")).toEqual([]);
});
