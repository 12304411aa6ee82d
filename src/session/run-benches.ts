import { existsSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { createVitest, type Reporter, type TestCase, type TestModule } from "vitest/node";
import type { TargetConfig } from "../config/config.ts";
import type { Blame } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import type { WavesChoice } from "../links/open-options.ts";
import { buildTarget } from "../links/registry.ts";
import type { BenchResult, Problem, RunListener, RunResult } from "../report/run-result.ts";
import type { RunContext } from "./run-context.ts";
import "./run-context.ts";

export interface RunOptions {
  readonly root: string;
  /** Absolute paths of benches. */
  readonly files: readonly string[];
  readonly target: string;
  readonly settings: TargetConfig;
  readonly seed: bigint;
  /** Runs only tests whose full name contains it. */
  readonly filter?: string;
  /** Signals to record. */
  readonly waves?: WavesChoice;
  readonly log: Log;
}

/** A test may simulate for long; something that hangs must still end. */
const TEST_LIMIT_MS = 300_000;

/** Builds the target once, runs the benches on it and returns what happened; `listener` hears of it as it happens. */
export async function runBenches(options: RunOptions, listener: RunListener): Promise<RunResult> {
  const start = performance.now();
  const cacheDirectory = `${options.root}/.hilt/models`;
  const waves =
    options.waves === undefined
      ? {}
      : { waves: { ...options.waves, directory: `${options.root}/.hilt/waves` } };
  const built = await buildTarget(options.settings, {
    cacheDirectory,
    log: options.log,
    ...waves,
  });
  listener.modelBuilt(options.target, built.fromCache, built.buildMs);
  const run: RunContext = {
    target: options.target,
    settings: options.settings,
    seed: `0x${options.seed.toString(16)}`,
    root: options.root,
    cacheDirectory,
    ...waves,
  };
  const collector = new Collector(options.root, listener);
  await runVitest(options, run, collector);
  return {
    target: options.target,
    seed: run.seed,
    benches: collector.benches,
    problems: collector.problems,
    wallMs: performance.now() - start,
  };
}

async function runVitest(options: RunOptions, run: RunContext, reporter: Reporter): Promise<void> {
  const entry = ["../index.ts", "../index.js"]
    .map((name) => fileURLToPath(new URL(name, import.meta.url)))
    .find((path) => existsSync(path)) as string;
  const vitest = await createVitest(
    "test",
    {
      config: false,
      root: options.root,
      watch: false,
      include: ["**/*.hil.{ts,mts,js,mjs}"],
      exclude: ["**/node_modules/**"],
      reporters: [reporter],
      provide: { hilt: run },
      testTimeout: TEST_LIMIT_MS,
      hookTimeout: TEST_LIMIT_MS,
      cache: false,
      ...(options.filter === undefined ? {} : { testNamePattern: namePattern(options.filter) }),
    },
    { resolve: { alias: { hilt: entry } }, logLevel: "silent" },
  );
  const exitCode = process.exitCode;
  try {
    await vitest.start([...options.files]);
  } finally {
    await vitest.close();
    // Vitest sets the exit code of this process; the verdict is ours.
    process.exitCode = exitCode;
  }
}

/** Vitest matches names whose parts are joined by spaces; ours, as reports print them, have " > " between them. */
function namePattern(text: string): RegExp {
  return new RegExp(text.replaceAll(" > ", " ").replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
}

/** Turns Vitest's reports into results. */
class Collector implements Reporter {
  readonly benches: BenchResult[] = [];
  readonly problems: Problem[] = [];
  readonly #root: string;
  readonly #listener: RunListener;

  constructor(root: string, listener: RunListener) {
    this.#root = root;
    this.#listener = listener;
  }

  onTestCaseResult(test: TestCase): void {
    const { state, errors = [] } = test.result();
    // A test that the filter leaves out is skipped by Vitest; it is no bench of this run.
    if (state === "skipped" && test.options.mode !== "skip") return;
    const facts = test.meta().hilt;
    const problems = distinct(errors.map((error) => problemOf(error)));
    const hasProof = state !== "passed" || facts !== undefined;
    if (!hasProof)
      problems.push({
        blame: "usage",
        code: "E_NO_DEVICE",
        message: 'the test is not made with "test" of hilt',
      });
    const bench: BenchResult = {
      file: relative(this.#root, test.module.moduleId),
      name: test.fullName,
      verdict:
        state === "skipped" ? "skipped" : problems.length > 0 || state !== "passed" ? "failed" : "passed",
      problems,
      facts,
    };
    this.benches.push(bench);
    this.#listener.benchEnded(bench);
  }

  onTestModuleEnd(module: TestModule): void {
    const file = relative(this.#root, module.moduleId);
    for (const error of module.errors()) {
      const { message } = problemOf(error);
      this.problems.push({ blame: "product", code: "E_BENCH_FILE", message: `${file}: ${message}` });
    }
  }

  onTestRunEnd(_modules: readonly TestModule[], unhandled: readonly { message: string }[]): void {
    for (const error of unhandled) this.problems.push(problemOf(error));
  }
}

/** An error in the end of a fixture is reported once for each fixture that depends on it. */
function distinct(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [problem.message, problem])).values()];
}

function problemOf(error: { message: string; [key: string]: unknown }): Problem {
  const { blame, code, message, stacks } = error;
  const place = (stacks as { file: string; line: number }[] | undefined)?.find(({ file }) =>
    /\.hil\./.test(file),
  );
  return {
    blame: typeof blame === "string" ? (blame as Blame) : "product",
    code: typeof code === "string" ? code : "E_ASSERTION",
    message,
    ...(place === undefined ? {} : { place: `${place.file}:${place.line}` }),
  };
}
