import type { Comparison, Difference } from "./compare-targets.ts";
import { INTERRUPTED, isProof, type RunResult, type TargetNotRun } from "./run-result.ts";
import { visible } from "./visible.ts";

/** What a run on several targets prints at its end: what became of each, and the matrix of what differed. */
export function comparisonText({ results, notRun, tests, differences }: Comparison): string {
  const width = Math.max(...[...results, ...notRun].map(({ target }) => oneLine(target).length));
  const lines = [
    "",
    "targets:",
    ...results.map((result) => `  ${oneLine(result.target).padEnd(width)}  ${endOf(result)}`),
    ...notRun.map(({ target, reason }) => `  ${oneLine(target).padEnd(width)}  not run: ${reason}`),
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
  const [problem] = result.problems.map(({ message, code }) => `: ${oneLine(message)} [${code}]`);
  const what = counts.length === 0 ? `no test ran${problem ?? ""}` : counts.join(", ");
  return `${verdictOf([result])}: ${what} (run ${id})`;
}

function verdictOf(results: readonly RunResult[], notRun: readonly TargetNotRun[] = []): string {
  if (results.every(isProof) && notRun.length === 0) return "PASSED";
  const isInterrupted =
    results.some((result) => result.isInterrupted) || notRun.some(({ reason }) => reason === INTERRUPTED);
  return isInterrupted ? "INTERRUPTED" : "FAILED";
}

/** A column for each target, so that rows of any length stand below each other. */
function matrix(differences: readonly Difference[]): string[] {
  const [first] = differences;
  if (first === undefined) return [];
  const columns = first.targets.map(({ target }, column) => {
    const cells = differences.map(({ targets }) => targets[column]?.verdict ?? "");
    return {
      head: oneLine(target),
      width: Math.max(...[oneLine(target), ...cells].map((one) => one.length)),
    };
  });
  const row = (cells: readonly string[]): string =>
    cells.map((cell, column) => cell.padEnd(columns[column]?.width ?? 0)).join("  ");
  const hasRounds = new Set(differences.map(({ seed }) => seed)).size > 1;
  return [
    "differences:",
    `  ${row(columns.map(({ head }) => head))}`.trimEnd(),
    ...differences.flatMap((difference) => [
      `  ${row(difference.targets.map(({ verdict }) => verdict))}  ${titleOf(difference, hasRounds)}`,
      ...reasonsOf(difference).map((reason) => `      ${reason}`),
    ]),
  ];
}

function titleOf({ file, name, seed, ran, of }: Difference, hasRounds: boolean): string {
  return `${oneLine(`${file} > ${name}`)}${hasRounds ? ` [seed ${seed}]` : ""}: ran on ${ran} of ${of} targets`;
}

function reasonsOf({ targets }: Difference): string[] {
  return targets.flatMap(({ target, verdict, reason }) =>
    reason === undefined ? [] : [`${verdict} on ${oneLine(target)}: ${oneLine(reason)}`],
  );
}

function oneLine(text: string): string {
  return visible(text).replaceAll("\n", "\\n");
}
