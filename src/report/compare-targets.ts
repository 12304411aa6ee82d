import {
  type BenchResult,
  INTERRUPTED,
  type RunResult,
  type TargetNotRun,
  type Verdict,
} from "./run-result.ts";

/** What a run on several targets found out, as data: the results by target, and the tests that ended differently. */
export interface Comparison {
  readonly results: readonly RunResult[];
  readonly notRun: readonly TargetNotRun[];
  /** Tests of all targets together. */
  readonly tests: number;
  /** By file; those of one file in the order in which they ended. */
  readonly differences: readonly Difference[];
}

/** A test whose verdict is not the same on all targets that have run tests. */
export interface Difference {
  readonly file: string;
  readonly name: string;
  readonly seed: string;
  /** Targets on which it passed or failed. */
  readonly ran: number;
  /** All that were asked for. */
  readonly of: number;
  /** Of the targets that have run tests, in the order in which they were asked for. */
  readonly targets: readonly TargetVerdict[];
}

export interface TargetVerdict {
  readonly target: string;
  readonly verdict: Verdict;
  readonly reason?: string;
}

export function compareTargets(results: readonly RunResult[], notRun: readonly TargetNotRun[]): Comparison {
  // A target without a test says nothing of any test: it is a difference of its own.
  const compared = results.filter(({ benches }) => benches.length > 0);
  const tests = new Map<string, Map<RunResult, BenchResult>>();
  for (const result of compared) {
    for (const [key, bench] of keyed(result.benches)) {
      const verdicts = tests.get(key) ?? new Map<RunResult, BenchResult>();
      tests.set(key, verdicts.set(result, bench));
    }
  }
  const of = results.length + notRun.length;
  const differences = [...tests.values()].flatMap((verdicts) => {
    const targets = compared.map((result) => verdictOn(result, verdicts.get(result)));
    if (new Set(targets.map(({ verdict }) => verdict)).size === 1) return [];
    const [{ file, name, seed }] = [...verdicts.values()] as [BenchResult];
    const ran = targets.filter(({ verdict }) => verdict === "passed" || verdict === "failed").length;
    return [{ file, name, seed, ran, of, targets }];
  });
  return { results, notRun, tests: tests.size, differences: differences.sort(byFile) };
}

/** Files end in any order where several workers run them. */
function byFile(a: Difference, b: Difference): number {
  if (a.file === b.file) return 0;
  return a.file < b.file ? -1 : 1;
}

/** Tests of one name are told apart by their order. */
function keyed(benches: readonly BenchResult[]): Map<string, BenchResult> {
  const byKey = new Map<string, BenchResult>();
  for (const bench of benches) {
    const { file, name, seed } = bench;
    let count = 1;
    while (byKey.has(JSON.stringify([file, name, seed, count]))) count++;
    byKey.set(JSON.stringify([file, name, seed, count]), bench);
  }
  return byKey;
}

function verdictOn({ target, isInterrupted }: RunResult, bench: BenchResult | undefined): TargetVerdict {
  if (bench === undefined) {
    const reason = isInterrupted ? INTERRUPTED : "its run came to no test of this name";
    return { target, verdict: "not run", reason };
  }
  const { verdict, reason } = bench;
  return { target, verdict, ...(reason === undefined ? {} : { reason }) };
}
