import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareTargets } from "../../../src/report/compare-targets.ts";
import { comparisonText } from "../../../src/report/comparison-text.ts";
import { junit } from "../../../src/report/junit.ts";
import type { BenchResult, RunResult, Verdict } from "../../../src/report/run-result.ts";

function benchOf(name: string, verdict: Verdict): BenchResult {
  return { file: "a.hil.ts", name, seed: "0x1", verdict, problems: [], wallMs: 0, facts: undefined };
}

function resultOf(target: string, benches: readonly BenchResult[]): RunResult {
  return {
    ...{ id: `id-${target}`, target, profile: "standard", seed: "0x1", benches, problems: [], output: [] },
    ...{ isInterrupted: false, wallMs: 0, unrecorded: 0, notChecked: [] },
  };
}

const verdicts: readonly Verdict[] = ["passed", "failed", "skipped", "not run"];
/** Of each test on each target; undefined: the target's run did not come to it. */
const tables = fc.integer({ min: 2, max: 4 }).chain((targets) =>
  fc.array(
    fc.array(fc.option(fc.constantFrom(...verdicts), { nil: undefined }), {
      ...{ minLength: targets, maxLength: targets },
    }),
    { minLength: 1, maxLength: 8 },
  ),
);

/** The table's columns as results; of a test's title others have the beginning, and what has a meaning elsewhere. */
function resultsOf(table: readonly (readonly (Verdict | undefined)[])[]): RunResult[] {
  const [first = []] = table;
  return first.map((_, target) =>
    resultOf(
      `t${target}, "<&>"`,
      table.flatMap((row, index) => {
        const verdict = row[target];
        return verdict === undefined ? [] : [benchOf(`test ${"x".repeat(index)}`, verdict)];
      }),
    ),
  );
}

describe("a comparison of targets", () => {
  test("lists exactly the tests whose verdicts differ, with how many targets ran them", () => {
    fc.assert(
      fc.property(tables, fc.nat(2), (table, others) => {
        const results = resultsOf(table);
        const notRun = Array.from({ length: others }, (_, index) => ({ target: `n${index}`, reason: "r" }));
        const { differences, tests } = compareTargets(results, notRun);
        const shown = results.map(({ benches }) => benches.length > 0);
        const rows = table.map((row) => row.filter((_, target) => shown[target]));
        const known = rows.map((row, index) => ({ row, name: `test ${"x".repeat(index)}` }));
        const there = known.filter(({ row }) => row.some((verdict) => verdict !== undefined));
        expect(tests).toBe(there.length);
        const wanted = there
          .map(({ row, name }) => ({ name, all: row.map((verdict = "not run") => verdict) }))
          .filter(({ all }) => all.some((verdict) => verdict !== all[0]))
          .map(({ name, all }) => ({
            ...{ name, all, of: results.length + others },
            ran: all.filter((verdict) => verdict === "passed" || verdict === "failed").length,
          }));
        const found = differences.map(({ name, ran, of, targets }) => ({
          ...{ name, ran, of, all: targets.map(({ verdict }) => verdict) },
        }));
        const byName = (a: { name: string }, b: { name: string }): number => a.name.length - b.name.length;
        expect(found.sort(byName)).toEqual(wanted.sort(byName));
      }),
    );
  });

  test("is the same in whatever order the files have ended", () => {
    const of = (file: string, verdict: Verdict): BenchResult => ({ ...benchOf("t", verdict), file });
    const files = ["b.hil.ts", "a.hil.ts", "c.hil.ts"];
    const passed = resultOf(
      "p",
      files.map((file) => of(file, "passed")),
    );
    const failed = resultOf(
      "f",
      files.toReversed().map((file) => of(file, "failed")),
    );
    const { differences } = compareTargets([passed, failed], []);
    expect(differences.map(({ file }) => file)).toEqual(["a.hil.ts", "b.hil.ts", "c.hil.ts"]);
  });

  test("passes only where every target does", () => {
    fc.assert(
      fc.property(tables, (table) => {
        const results = resultsOf(table);
        const isGood = results.every(
          ({ benches }) =>
            benches.some(({ verdict }) => verdict === "passed") &&
            benches.every(({ verdict }) => verdict === "passed" || verdict === "skipped"),
        );
        const lines = comparisonText(compareTargets(results, [])).trimEnd().split("\n");
        expect(lines.at(-1)).toBe(isGood ? "PASSED" : "FAILED");
        expect(comparisonText(compareTargets(results, [{ target: "n", reason: "r" }]))).toMatch(
          /\nFAILED\n$/,
        );
      }),
    );
  });
});

test("no two tests in JUnit have class and name in common, whatever they are called", () => {
  const title = fc.constantFrom("x", "x [2]", "x [2] [2]", "x [seed 0x1]", "x [seed 0x1] [2]", "y");
  const benches = fc.array(
    fc.record({ name: title, seed: fc.constantFrom("0x1", "0x2"), file: fc.constantFrom("a", "a [t1]") }),
    { minLength: 1, maxLength: 12 },
  );
  fc.assert(
    fc.property(benches, benches, (first, second) => {
      const results = [first, second].map((all, index) =>
        resultOf(
          `t${index}`,
          all.map((one) => ({ ...benchOf(one.name, "passed"), ...one })),
        ),
      );
      const xml = junit(results, () => "");
      const cases = [...xml.matchAll(/<testcase (classname="[^"]*" name="[^"]*")/g)].map(([, one]) => one);
      expect(cases).toHaveLength(first.length + second.length);
      expect(new Set(cases).size).toBe(cases.length);
    }),
  );
});
