import type { LineCounts } from "../bus/line-counts.ts";
import type { Blame } from "../core/errors.ts";

/** What a run found out, as data; reports print it. */
export interface RunResult {
  /** Of this run alone, in this project. */
  readonly id: string;
  readonly target: string;
  readonly profile: string;
  /** Of the first round. */
  readonly seed: string;
  readonly benches: readonly BenchResult[];
  /** What went wrong outside a bench: a file that cannot be loaded, an error that nobody caught. */
  readonly problems: readonly Problem[];
  /** What was printed outside of tests: while files were loaded, in hooks, after the last test. */
  readonly output: readonly FileOutput[];
  /** It was broken off before everything had run. */
  readonly isInterrupted: boolean;
  readonly wallMs: number;
  /** Tests that failed and were not run again for waves: only the first few are. */
  readonly unrecorded: number;
  /** The folder of the journals of all tests, from the project's folder; absent where only those of failures are kept. */
  readonly journals?: string;
  /** What else is checked after each test, and cannot be on this target; empty where everything is. */
  readonly notChecked: readonly string[];
  /** How each test got a fresh device, where the target has several ways. */
  readonly freshBy?: string | undefined;
  readonly coverage?: CoverageResult | undefined;
}

/** Why what was to run did not, when somebody has ended it. */
export const INTERRUPTED = "the run was interrupted";

/** Why tests did not run on a target whose link was lost, and could not be connected again; more words may follow. */
export const LINK_LOST = "link lost";

export function isLinkLost({ verdict, reason }: BenchResult): boolean {
  return verdict === "not run" && reason?.startsWith(LINK_LOST) === true;
}

/** A target that was asked for and never begun. */
export interface TargetNotRun {
  readonly target: string;
  readonly reason: string;
}

/** What the tests covered of the device. */
export interface CoverageResult {
  /** Tests that gave their counts; one that took its process with it has none. */
  readonly simulations: number;
  readonly totals: Readonly<
    Record<"line" | "branch" | "toggle" | "user", { readonly hit: number; readonly total: number }>
  >;
  /** In the format of lcov. */
  readonly info: string;
  readonly html?: string;
  /** Why there is no HTML. */
  readonly missing?: string;
}

/** `not run`: it was to run, and could not. */
export type Verdict = "passed" | "failed" | "skipped" | "not run";

export interface BenchResult {
  /** Relative to the project. */
  readonly file: string;
  readonly name: string;
  readonly seed: string;
  readonly verdict: Verdict;
  /** Why it is `skipped`, where somebody has said it, and why it is `not run`. */
  readonly reason?: string;
  readonly problems: readonly Problem[];
  readonly wallMs: number;
  /** What the bench, C++ and the device printed while it ran. */
  readonly output?: string;
  /** Absent when there was no link to the device. */
  readonly facts: BenchCounts | undefined;
  /** It failed, and was run again to record the failure; that is no bench of its own. */
  readonly recording?: Recording;
}

export interface FileOutput {
  /** Relative to the project. */
  readonly file: string;
  readonly text: string;
}

/** Waves of a test that was run again with the same seed because it had failed. */
export interface Recording {
  /** From the project's folder; absent when there are none, and `problem` says why. */
  readonly waves?: string;
  /** The window that was asked for, in cycles or from a signal on; without `to` up to the end. */
  readonly from: number | string;
  readonly to?: number;
  /** Why there are no waves, or why they are not those of the failure. */
  readonly problem?: string;
}

export interface BenchCounts {
  /** As it has identified itself; absent when it was lost, or could not be opened, before it did. */
  readonly device?: string;
  readonly cycles: number;
  /** Of a serial line, in this test. */
  readonly line?: LineCounts;
  /** Absent where the link does not observe what the device does with host memory. */
  readonly hostMemory?: HostMemoryCounts;
  /** Why it is not known although the link may observe it. */
  readonly hostMemoryMissing?: string;
  readonly interrupts: number;
  /** After a failure: what crossed the link last, a line each. */
  readonly lastEvents: readonly string[];
  /** After a failure: what the driver held and waited for. */
  readonly holdings: readonly string[];
  /** After a failure: the last calls of the DMA interface that were refused. */
  readonly refusals?: readonly string[];
  /** The first `$warning`s of the device, and bursts that were open when the test ended. */
  readonly warnings?: readonly string[];
  /** The test before had lost the link, for this reason: it was connected again. */
  readonly reconnected?: string;
  /** After a failure: where to look. */
  readonly failure?: FailurePlace;
  /** The file of the journal, from the project's folder. */
  readonly journal?: string;
  /** Why a journal that was to be whole is not complete. */
  readonly journalIncomplete?: string;
  /** The file of waves, from the project's folder. */
  readonly waves?: string;
  /** Why there is none although waves were asked for. */
  readonly wavesMissing?: string;
}

/** What a device did with host memory. */
export interface HostMemoryCounts {
  /** What is counted: each burst of the device, or each request of a bridge. */
  readonly accesses: "bursts" | "requests";
  readonly reads: number;
  readonly writes: number;
  /** From the address of each access to the end of its last word. */
  readonly readBytes: number;
  readonly writtenBytes: number;
}

/** Device time of a failure, in cycles. */
export interface FailurePlace {
  /** Of the first breach of a rule or access outside every window, else when the test failed. */
  readonly cycle: number;
  /** Of what crossed the link last before that: a wait that ends in vain is far behind what it waits for. */
  readonly lastCrossing: number;
}

export interface Problem {
  readonly blame: Blame;
  readonly code: string;
  readonly message: string;
  /** File and line in the bench. */
  readonly place?: string;
  /** File and line of all calls of the user's that led there, the innermost first, when there are several. */
  readonly places?: readonly string[];
  readonly stack?: string;
}

/** Hears of a run as it happens. */
export interface RunListener {
  /** `hasWaves`: it can record; with some engines that is another model. */
  modelBuilt(target: string, fromCache: boolean, buildMs: number, hasWaves: boolean): void;
  /** How many tests are known so far, and which one has started. */
  benchStarted(file: string, name: string): void;
  benchEnded(bench: BenchResult): void;
  /** After its end it has turned out that it failed; the last of its problems says why. */
  benchAmended(bench: BenchResult): void;
  /** So many tests that failed will be run again, each with waves round its failure; the rest won't. */
  recordingStarted(count: number, leftOut: number): void;
  benchRecorded(bench: BenchResult): void;
  /** Nothing has failed, but somebody should know. */
  warn(message: string): void;
}

/** All that went wrong, with the bench it went wrong in. */
export function problemsOf(result: RunResult): Problem[] {
  return [...result.benches.flatMap((bench) => bench.problems), ...result.problems];
}

/** Whether the run shows that everything works: nothing failed, something ran, and nothing was left out. */
export function isProof(result: RunResult): boolean {
  const ran = result.benches.some((bench) => bench.verdict === "passed");
  const isWhole = !result.isInterrupted && problemsOf(result).length === 0;
  const isGood = ({ verdict }: BenchResult): boolean => verdict === "passed" || verdict === "skipped";
  return ran && isWhole && result.benches.every(isGood);
}
