import { fstatSync } from "node:fs";
import { inject, type RunnerTask, type RunnerTestCase, type RunnerTestFile, TestRunner } from "vitest";
import "./run-context.ts";
import { namesOf } from "./test-names.ts";
import { lackOf } from "./with-needs.ts";
import { type CollectedTest, type EndedTest, type ThrownError, WorkerLog } from "./worker-log.ts";

/** Ours and Vitest's. */
const LISTENERS = 2;

/**
 * Vitest's runner, which writes down what it is at: what it has collected, which test has begun, how one ended. So no test
 * is lost with its process, and each has what was printed while it ran.
 */
class BenchRunner extends TestRunner {
  readonly #log: WorkerLog;

  constructor(config: ConstructorParameters<typeof TestRunner>[0]) {
    super(config);
    this.#log = WorkerLog.open(inject("hilt").workersDirectory as string);
    for (const event of ["uncaughtException", "unhandledRejection"]) this.#noteOrphans(event);
  }

  override onCollectStart(file: RunnerTestFile): void {
    this.#log.note({ kind: "loading", file: file.filepath });
    super.onCollectStart(file);
  }

  onCollected(files: readonly RunnerTestFile[]): void {
    this.#log.note({ kind: "collected", tests: files.flatMap((file) => [...collectedIn(file)]) });
  }

  override onBeforeTryTask(test: RunnerTestCase): void {
    this.#noteTest(test);
    super.onBeforeTryTask(test);
  }

  /** What comes now are hooks, with a limit of their own. */
  onTaskFinished(test: RunnerTestCase): void {
    this.#noteTest(test);
  }

  /** One that has skipped itself ends here, without the call below. */
  onAfterRetryTask(test: RunnerTestCase): void {
    if (test.result?.state === "skip") this.#noteEnd(test);
  }

  override onAfterRunTask(test: RunnerTask): void {
    super.onAfterRunTask(test);
    if (test.type === "test") this.#noteEnd(test);
  }

  override onAfterRunFiles(): void {
    super.onAfterRunFiles();
    this.#log.note({ kind: "done" });
  }

  /** Vitest leaves to others what others listen for too. A bench may listen itself: then it is the bench's. */
  #noteOrphans(event: string): void {
    process.on(event, (reason: unknown) => {
      if (process.listenerCount(event) > LISTENERS) return;
      const error = reason instanceof Error ? thrownError(reason) : { message: String(reason) };
      this.#log.note({ kind: "orphan", error });
    });
  }

  #noteTest(test: RunnerTestCase): void {
    const output = printedBytes();
    test.meta.output ??= { pid: process.pid, from: output, to: output };
    this.#log.note({ kind: "test", id: test.id, output, limitMs: limitOf(test) });
  }

  #noteEnd(test: RunnerTestCase): void {
    const output = printedBytes();
    const { from } = test.meta.output ?? { from: output };
    test.meta.output = { pid: process.pid, from, to: output };
    this.#log.note({ kind: "ended", output, test: endOf(test) });
  }
}

function* collectedIn(parent: { readonly tasks: readonly RunnerTask[] }): Generator<CollectedTest> {
  for (const task of parent.tasks) {
    if (task.type === "suite") yield* collectedIn(task);
    else {
      const { id, mode, location } = task;
      const line = location === undefined ? {} : { line: location.line };
      const isChosen = mode === "run" || mode === "queued";
      const lack = isChosen ? undefined : lackOf(task);
      const reason = lack === undefined ? {} : { reason: lack };
      yield { id, name: namesOf(task).join(" > "), isChosen, ...reason, ...line };
    }
  }
}

function endOf({ id, result, meta }: RunnerTestCase): EndedTest {
  const state = result?.state === "fail" ? "fail" : result?.state === "pass" ? "pass" : "skip";
  const errors = (result?.errors ?? []).map(plainError);
  const facts = meta.hilt === undefined ? {} : { facts: meta.hilt };
  const { note } = (result ?? {}) as { note?: string };
  const reason = note === undefined ? {} : { reason: note };
  return { id, state, ...reason, errors, wallMs: result?.duration ?? 0, ...facts };
}

function thrownError(error: Error): ThrownError {
  const { message, name, stack, cause } = error;
  const { code, blame } = error as { code?: unknown; blame?: unknown };
  const inner = cause instanceof Error ? thrownError(cause) : cause === undefined ? undefined : String(cause);
  return { message, name, code, blame, cause: inner, ...(stack === undefined ? {} : { stack }) };
}

/** Only what can be written down, and what somebody reads. */
function plainError({ message, name, stack, code, blame, diff, cause }: ThrownError): ThrownError {
  return {
    ...{ message, code, blame, cause },
    ...(diff === undefined ? {} : { diff }),
    ...(name === undefined ? {} : { name }),
    ...(stack === undefined ? {} : { stack }),
  };
}

/** Vitest takes 0 and infinity for no limit. */
function limitOf({ timeout }: RunnerTestCase): number | null {
  return timeout > 0 && Number.isFinite(timeout) ? timeout : null;
}

/** Standard output and standard error of a worker are one file. */
function printedBytes(): number {
  return fstatSync(1).size;
}

// biome-ignore lint/style/noDefaultExport: Vitest takes the runner from there.
export default BenchRunner;
