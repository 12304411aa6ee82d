import type { BenchResult, FailurePlace, Problem, Recording, RunListener } from "../report/run-result.ts";
import type { RunWaves } from "./run-context.ts";

/** Each costs a run of its own, and the first failures mostly tell of the others. */
const MOST_RECORDED = 5;
/** Cycles behind the failure: what the device makes of it. */
const CYCLES_BEHIND = 500;

export interface FailureRecorder {
  /** Cycles before the failure. */
  readonly windowCycles: number;
  /** Given by the user: the record begins there and goes on to the end. */
  readonly from?: number | string;
  /** Builds a model that can record. */
  readonly build: () => Promise<void>;
  /** Runs one test again with the waves of a window. */
  readonly rerun: (bench: BenchResult, window: Pick<RunWaves, "from" | "to">) => Promise<SecondRun>;
  readonly isAborted: () => boolean;
}

export interface SecondRun {
  /** Absent when the test did not get to its end. */
  readonly bench: BenchResult | undefined;
  /** What went wrong outside it. */
  readonly problems: readonly Problem[];
}

/** `benches` with the waves of the first failures, from a second run: time is stepped, and it fails in the same way. */
export async function recordFailures(
  benches: readonly BenchResult[],
  recorder: FailureRecorder,
  listener: RunListener,
): Promise<{ benches: readonly BenchResult[]; unrecorded: number }> {
  const failed = benches.filter(({ verdict }) => verdict === "failed");
  const chosen = failed.filter(({ facts }) => facts?.failure !== undefined).slice(0, MOST_RECORDED);
  const unrecorded = failed.length - chosen.length;
  if (failed.length > 0) listener.recordingStarted(chosen.length, unrecorded);
  const recordings = new Map<BenchResult, BenchResult>();
  const buildProblem = chosen.length === 0 ? undefined : await problemOf(recorder.build);
  for (const bench of chosen) {
    if (recorder.isAborted()) break;
    const recording = await record(bench, recorder, buildProblem);
    const recorded = { ...bench, recording };
    recordings.set(bench, recorded);
    listener.benchRecorded(recorded);
  }
  return {
    benches: benches.map((bench) => recordings.get(bench) ?? bench),
    unrecorded: failed.length - recordings.size,
  };
}

async function record(
  bench: BenchResult,
  { windowCycles, from, rerun }: FailureRecorder,
  buildProblem: string | undefined,
): Promise<Recording> {
  const window =
    from === undefined ? windowRound(bench.facts?.failure as FailurePlace, windowCycles) : { from };
  if (buildProblem !== undefined) return { ...window, problem: buildProblem };
  const again = await rerun(bench, window);
  const waves = again.bench?.facts?.waves;
  const problem = differenceOf(bench, again);
  return {
    ...window,
    ...(waves === undefined ? {} : { waves }),
    ...(problem === undefined ? {} : { problem }),
  };
}

/** Where nothing has happened for longer than the window, it lies round what happened last. */
function windowRound(
  { cycle, lastCrossing }: FailurePlace,
  windowCycles: number,
): { from: number; to: number } {
  const middle = cycle - lastCrossing > windowCycles ? lastCrossing : cycle;
  return { from: Math.max(0, middle - windowCycles), to: middle + CYCLES_BEHIND };
}

/** Undefined when both failed alike. */
function differenceOf(first: BenchResult, { bench: again, problems }: SecondRun): string | undefined {
  if (again === undefined) {
    const [why = ""] = problems.map(({ message, code }) => `: ${message} [${code}]`);
    return `the test did not get to its end when it ran again${why}`;
  }
  const noWaves = again.problems.find(({ code }) => code === "E_NO_SIGNAL");
  if (noWaves !== undefined) return `${noWaves.message} [${noWaves.code}]`;
  if (again.verdict !== "failed")
    return `not the same: the first run ${endOf(first)}, the recorded one passed`;
  return endOf(first) === endOf(again)
    ? again.facts?.wavesMissing
    : `not the same failure: the first run ${endOf(first)}, the recorded one ${endOf(again)}`;
}

function endOf({ problems, facts }: BenchResult): string {
  const cycle = facts?.failure?.cycle;
  return `failed with ${problems[0]?.code ?? "nothing"}${cycle === undefined ? "" : ` in cycle ${cycle}`}`;
}

async function problemOf(work: () => Promise<void>): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return `there is no model with waves: ${(error as Error).message}`;
  }
}
