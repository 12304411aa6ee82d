import { expect, test } from "vitest";
import type { BenchCounts, BenchResult, Problem, RunResult } from "../../../src/report/run-result.ts";
import { TerminalReport } from "../../../src/report/terminal.ts";

const hostMemory = { accesses: "bursts", reads: 2, writes: 1, readBytes: 96, writtenBytes: 16 } as const;
const counted: BenchCounts = { cycles: 340, interrupts: 1, hostMemory, lastEvents: [], holdings: [] };
const { hostMemory: _, ...uncounted } = counted;
const lost: BenchCounts = { ...uncounted, hostMemoryMissing: "the process of the test ended before it did" };

const problem: Problem = {
  ...{ blame: "environment", code: "E_UNEXPECTED" },
  message: "a.hil.ts: a worker did not start\nin 60 s",
};

function bench(verdict: BenchResult["verdict"], facts?: BenchCounts): BenchResult {
  return { file: "a.hil.ts", name: "t", seed: "0x1", verdict, problems: [], wallMs: 0, facts };
}

function summaryOf(benches: readonly BenchResult[], problems: readonly Problem[] = []): string {
  let text = "";
  const out = { write: (more: string) => (text += more) };
  const report = new TerminalReport(out, {
    ...{ isTerminal: false, isVerbose: false, hasRounds: false },
    ...{ repeat: () => "again", advice: () => undefined },
  });
  const result: RunResult = {
    ...{ id: "id", target: "wasm", profile: "standard", seed: "0x1", benches, problems, output: [] },
    ...{ isInterrupted: false, wallMs: 0, unrecorded: 0, notChecked: [] },
  };
  report.summary(result, "again");
  return text;
}

test("a run that fails although no test did says beside its verdict why", () => {
  const text = summaryOf([bench("passed", counted), bench("passed", counted)], [problem, problem]);
  expect(text).toMatch(
    /^benches: {5}2 passed, 0 failed, 0 skipped in .*\nproblem: {5}a\.hil\.ts: a worker did not start \[E_UNEXPECTED\], and 1 more$/m,
  );
  expect(text).toMatch(/^FAILED$/m);
});

test("where a test has failed, or all is well, there is no such line", () => {
  expect(summaryOf([bench("passed", counted), bench("failed", counted)], [problem])).not.toMatch(
    /^problem:/m,
  );
  expect(summaryOf([bench("passed", counted)])).toMatch(/^PASSED$/m);
  expect(summaryOf([bench("passed", counted)])).not.toMatch(/^problem:/m);
});

test.each([
  [[counted], /^host memory: 96 bytes read in 2 bursts, 16 bytes written in 1 burst$/m],
  [[uncounted], /^host memory: not observed$/m],
  [[lost], /^host memory: not known: the process of the test ended before it did$/m],
  [
    [counted, lost, lost],
    /^host memory: 96 bytes .* in 1 burst; not of 2 tests: the process of the test ended before it did$/m,
  ],
])("host memory: what was counted, and why something was not", (facts, line) => {
  expect(summaryOf(facts.map((each) => bench("failed", each)))).toMatch(line);
});
