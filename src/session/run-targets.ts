import { HiltError } from "../core/errors.ts";
import {
  INTERRUPTED,
  type Problem,
  type RunListener,
  type RunResult,
  type TargetNotRun,
} from "../report/run-result.ts";
import { isNothingRan } from "./nothing-ran.ts";
import { type RunOptions, runBenches, seedText } from "./run-benches.ts";
import { createRunFolder } from "./run-folder.ts";

/** Hears of the run on one target as it happens, and of its end. */
export interface TargetListener {
  readonly listener: RunListener;
  ended(result: RunResult): void;
}

/** A result for each target that was begun, and the others. */
export interface TargetsResult {
  readonly results: readonly RunResult[];
  readonly notRun: readonly TargetNotRun[];
}

/**
 * Runs the benches on each target, one after the other. Of several targets one that cannot be prepared is a result like
 * any other: it must not hide what the others found out. One alone rejects with the reason.
 */
export async function runTargets(
  targets: readonly RunOptions[],
  listen: (options: RunOptions) => TargetListener,
): Promise<TargetsResult> {
  const results: RunResult[] = [];
  const notRun: TargetNotRun[] = [];
  let reason: string | undefined;
  for (const options of targets) {
    if (reason !== undefined) {
      notRun.push({ target: options.target, reason });
      continue;
    }
    const { listener, ended } = listen(options);
    const result = await runBenches(options, listener).catch((error: unknown) => {
      if (targets.length === 1) throw error;
      return unprepared(options, error);
    });
    ended(result);
    results.push(result);
    reason = whyNoMore(options, result);
  }
  return { results, notRun };
}

function whyNoMore({ failFast, signal }: RunOptions, result: RunResult): string | undefined {
  if (signal?.aborted === true) return INTERRUPTED;
  const hasFailed =
    result.problems.some((problem) => !isNothingRan(problem)) ||
    result.benches.some(({ verdict }) => verdict === "failed");
  return failFast && hasFailed ? `the run ended with the first failure, on ${result.target}` : undefined;
}

function unprepared(options: RunOptions, error: unknown): RunResult {
  const { target, profile, signal } = options;
  return {
    ...{ id: createRunFolder(options.root, target).id, target, profile: profile.name },
    ...{ seed: seedText(options.seed), benches: [], problems: [problemOf(error)], output: [] },
    ...{ isInterrupted: signal?.aborted === true, wallMs: 0, unrecorded: 0, notChecked: [] },
  };
}

/** A bug of hilt's is not one of the target. */
function problemOf(error: unknown): Problem {
  if (error instanceof HiltError) {
    const { blame, code, message, stack } = error;
    return { blame, code, message, ...(stack === undefined ? {} : { stack }) };
  }
  if (error instanceof Error && "syscall" in error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { blame: "environment", code: String(code), message: `the system refused: ${message}` };
  }
  throw error;
}
