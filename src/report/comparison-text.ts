import { columns, oneLine } from "./columns.ts";
import type { Comparison, Difference } from "./compare-targets.ts";
import { INTERRUPTED, isProof, type RunResult, type TargetNotRun } from "./run-result.ts";

/** What a run on several targets prints at its end: what became of each, and the matrix of what differed. */
export function comparisonText({ results, notRun, tests, differences }: Comparison): string {
  const targets = columns([
    ...results.map((result) => [result.target, endOf(result)]),
    ...notRun.map(({ target, reason }) => [target, `not run: ${reason}`]),
  ]);
  const lines = [
    "",
    "targets:",
    ...targets.map((line) => `  ${line}`),
    ...matrix(differences),
    `tests:       ${tests}, of which ${differences.length === 0 ? "none differs" : `${differences.length} differ${differences.length === 1 ? "s" : ""}`} between targets`,
    verdictOf(results, notRun),
  ];
  return `${lines.join("\n")}\n`;
}

function endOf(result: RunResult): string {
  const { benches, id } = result;
  const counts = (["passed", "failed", "skipped", "not run"] as const)
    .map((verdict) => ({ verdict, many: benches.filter((bench) => bench.verdict === verdict).length }))
    .filter(({ many }) => many > 0)
    .map(({ verdict, many }) => `${many} ${verdict}`);
  const [problem] = result.problems.map(({ message, code }) => `: ${message} [${code}]`);
  const what = counts.length === 0 ? `no test ran${problem ?? ""}` : counts.join(", ");
  return `${verdictOf([result])}: ${what} (run ${id})`;
}

function verdictOf(results: readonly RunResult[], notRun: readonly TargetNotRun[] = []): string {
  if (results.every(isProof) && notRun.length === 0) return "PASSED";
  const isInterrupted =
    results.some((result) => result.isInterrupted) || notRun.some(({ reason }) => reason === INTERRUPTED);
  return isInterrupted ? "INTERRUPTED" : "FAILED";
}

/** A column for each target; the names of tests come last, for they may be long. */
function matrix(differences: readonly Difference[]): string[] {
  const [first] = differences;
  if (first === undefined) return [];
  const hasRounds = new Set(differences.map(({ seed }) => seed)).size > 1;
  const [head, ...rows] = columns([
    first.targets.map(({ target }) => target),
    ...differences.map((one) => [...one.targets.map(({ verdict }) => verdict), titleOf(one, hasRounds)]),
  ]);
  const lines = differences.flatMap((difference, index) => [
    `  ${rows[index]}`,
    ...reasonsOf(difference).map((reason) => `      ${reason}`),
  ]);
  return ["differences:", `  ${head}`, ...lines];
}

function titleOf({ file, name, seed, ran, of }: Difference, hasRounds: boolean): string {
  return `${file} > ${name}${hasRounds ? ` [seed ${seed}]` : ""}: ran on ${ran} of ${of} targets`;
}

function reasonsOf({ targets }: Difference): string[] {
  return targets.flatMap(({ target, verdict, reason }) =>
    reason === undefined ? [] : [`${verdict} on ${oneLine(target)}: ${oneLine(reason)}`],
  );
}
