import type { BenchResult, Problem, RunResult } from "../report/run-result.ts";

const CODE = "E_NOTHING_RAN";
/** Reasons that the message gives; reports have all. */
const MOST_REASONS = 3;

/**
 * What is wrong with a run that went well although no test ran: it shows nothing. `filter` and `test`: what tests were to be
 * called.
 */
export function nothingRan(
  { benches, problems, isInterrupted }: Pick<RunResult, "benches" | "problems" | "isInterrupted">,
  { filter, test }: { readonly filter?: string; readonly test?: string },
): Problem[] {
  if (isInterrupted || problems.length > 0 || benches.some(({ verdict }) => verdict !== "skipped")) return [];
  const name =
    test === undefined ? `has ${JSON.stringify(filter)} in its name` : `is called ${JSON.stringify(test)}`;
  const why = benches.length === 0 ? `none ${name}` : skippedFor(benches);
  return [{ blame: "usage", code: CODE, message: `no test ran: ${why}` }];
}

/** Whether it is all that is wrong. */
export function isNothingRan({ code }: Problem): boolean {
  return code === CODE;
}

function skippedFor(benches: readonly BenchResult[]): string {
  const reasons = new Map<string, number>();
  for (const { reason = "left out by the bench" } of benches)
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  const chosen = [...reasons].sort(([, a], [, b]) => b - a).slice(0, MOST_REASONS);
  const lines = chosen.map(([reason, many]) => (reasons.size === 1 ? reason : `${many}: ${reason}`));
  const others = reasons.size > MOST_REASONS ? ["the rest for other reasons"] : [];
  const all = benches.length === 1 ? "the only one is skipped" : `all ${benches.length} are skipped`;
  return [all, ...lines, ...others].join(reasons.size === 1 ? ": " : "\n  ");
}
