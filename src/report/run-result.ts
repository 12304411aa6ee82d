import type { Blame } from "../core/errors.ts";

/** What a run found out, as data; reports print it. */
export interface RunResult {
  readonly target: string;
  readonly seed: string;
  readonly benches: readonly BenchResult[];
  /** What went wrong outside a bench: a file that cannot be loaded, an error that nobody caught. */
  readonly problems: readonly Problem[];
  readonly wallMs: number;
}

export interface BenchResult {
  /** Relative to the project. */
  readonly file: string;
  readonly name: string;
  readonly verdict: "passed" | "failed" | "skipped";
  readonly problems: readonly Problem[];
  /** Absent when the device could not be opened. */
  readonly facts: BenchCounts | undefined;
}

export interface BenchCounts {
  readonly device: string;
  readonly cycles: number;
  readonly readBursts: number;
  readonly writeBursts: number;
  readonly readBytes: number;
  readonly writtenBytes: number;
  readonly interrupts: number;
}

export interface Problem {
  readonly blame: Blame;
  readonly code: string;
  readonly message: string;
  /** File and line in the bench. */
  readonly place?: string;
}

/** Hears of a run as it happens. */
export interface RunListener {
  modelBuilt(target: string, fromCache: boolean, buildMs: number): void;
  benchEnded(bench: BenchResult): void;
}

/** All that went wrong, with the bench it went wrong in. */
export function problemsOf(result: RunResult): Problem[] {
  return [...result.benches.flatMap((bench) => bench.problems), ...result.problems];
}

/** Whether the run shows that everything works: nothing failed and something ran. */
export function isProof(result: RunResult): boolean {
  const ran = result.benches.some((bench) => bench.verdict === "passed");
  return (
    ran && problemsOf(result).length === 0 && result.benches.every((bench) => bench.verdict !== "failed")
  );
}
