import { createVitest, type Reporter, type Vitest } from "vitest/node";
import type { PlainFolders } from "./plain-folders.ts";
import type { RunContext } from "./run-context.ts";
import { benchPlugin, OURS } from "./vitest-plugin.ts";
import { WorkerWatch } from "./worker-watch.ts";

export interface VitestOptions {
  readonly run: RunContext;
  /** Absolute paths of benches, as the user has them. */
  readonly files: readonly string[];
  readonly root: string;
  /** Most wall time of one test. */
  readonly timeoutMs: number;
  readonly failFast: boolean;
  /** Most processes at a time; by default as many as there are cores. */
  readonly jobs?: number;
  /** Of the tests to run, as Vitest has their names. */
  readonly pattern?: RegExp;
  readonly folders: PlainFolders;
  readonly reporter: Reporter;
  /** When it is aborted the workers end. */
  readonly signal?: AbortSignal;
}

/** Gives a Vitest to `work`, with the watch over its workers and its names of the files, and ends it. */
export async function withVitest<T>(
  options: VitestOptions,
  work: (vitest: Vitest, watch: WorkerWatch, files: string[]) => Promise<T>,
): Promise<T> {
  const { run, root, timeoutMs, failFast, jobs, pattern, folders, reporter, signal } = options;
  const files = options.files.map((file) => folders.file(file, root));
  const plugin = benchPlugin(run, timeoutMs, folders.of(OURS));
  using watch = new WorkerWatch(run.workersDirectory as string, timeoutMs);
  const vitest = await withJobs(jobs, () =>
    createVitest(
      "test",
      {
        config: false,
        root: folders.of(root),
        watch: false,
        reporters: [reporter],
        cache: false,
        bail: failFast ? 1 : 0,
        ...(jobs === undefined ? {} : { maxWorkers: jobs }),
        ...(pattern === undefined ? {} : { testNamePattern: pattern }),
      },
      { plugins: [plugin], resolve: { preserveSymlinks: folders.hasLinks }, logLevel: "silent" },
    ),
  );
  const breakOff = (): void => void cancel(vitest, watch);
  signal?.addEventListener("abort", breakOff, { once: true });
  const exitCode = process.exitCode;
  try {
    return await work(vitest, watch, files);
  } finally {
    signal?.removeEventListener("abort", breakOff);
    await vitest.close();
    // Vitest sets the exit code of this process; the verdict is ours.
    process.exitCode = exitCode;
  }
}

/** Vitest heeds a variable of the environment before its setting: a device that takes one user would have several. */
async function withJobs<T>(jobs: number | undefined, start: () => Promise<T>): Promise<T> {
  const { VITEST_MAX_WORKERS: limit } = process.env;
  if (jobs === undefined || limit === undefined) return await withoutSignals(start);
  delete process.env["VITEST_MAX_WORKERS"];
  try {
    return await withoutSignals(start);
  } finally {
    process.env["VITEST_MAX_WORKERS"] = limit;
  }
}

/** Vitest ends the process on a signal, before anything that is known can be told: its listeners are removed. */
async function withoutSignals<T>(start: () => Promise<T>): Promise<T> {
  const signals = ["SIGINT", "SIGTERM"] as const;
  const before = new Set(signals.flatMap((signal) => process.listeners(signal)));
  const started = await start();
  for (const signal of signals) {
    for (const listener of process.listeners(signal))
      if (!before.has(listener)) process.off(signal, listener);
  }
  return started;
}

/** Vitest lets every running test end; that may take long, or forever. */
async function cancel(vitest: Vitest, watch: WorkerWatch): Promise<void> {
  watch.killAll();
  await vitest.cancelCurrentRun("keyboard-input");
}
