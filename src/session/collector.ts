import { relative } from "node:path";
import type { Reporter, TestCase, TestModule } from "vitest/node";
import type { Blame } from "../core/errors.ts";
import type { BenchResult, Problem, RunListener } from "../report/run-result.ts";
import { describeJournal } from "./describe-journal.ts";
import { type LastWords, signalName } from "./last-words.ts";
import type { BenchFacts } from "./run-context.ts";
import type { WorkerActivity } from "./worker-activity.ts";

/** Turns Vitest's reports into results. */
export class Collector implements Reporter {
  readonly benches: BenchResult[] = [];
  problems: Problem[] = [];
  readonly #root: string;
  readonly #seed: string;
  readonly #limitMs: number;
  readonly #listener: RunListener;
  readonly #isSelected: (name: string) => boolean;
  /** Files that Vitest has told the end of. */
  readonly #ended = new Set<string>();

  /** `isSelected` says of a test's full name whether the filter takes it. */
  constructor(
    root: string,
    seed: string,
    limitMs: number,
    listener: RunListener,
    isSelected: (name: string) => boolean,
  ) {
    this.#root = root;
    this.#seed = seed;
    this.#limitMs = limitMs;
    this.#listener = listener;
    this.#isSelected = isSelected;
  }

  onTestCaseReady(test: TestCase): void {
    this.#listener.benchStarted(relative(this.#root, test.module.moduleId), test.fullName);
  }

  onTestCaseResult(test: TestCase): void {
    const { state, errors = [] } = test.result();
    // What the filter or an end before the end leaves out is no bench of this run.
    const isLeftOut = test.options.mode !== "skip" || !this.#isSelected(test.fullName);
    if (state === "pending" || (state === "skipped" && isLeftOut)) return;
    const problems = distinct(errors.map((error) => this.#problemOf(error)));
    if (state === "passed" && test.meta().hilt === undefined)
      problems.push({
        blame: "usage",
        code: "E_NO_DEVICE",
        message: 'the test is not made with "test" of hilt',
      });
    const isFailed = problems.length > 0 || state === "failed";
    this.#add({
      file: relative(this.#root, test.module.moduleId),
      name: test.fullName,
      verdict: state === "skipped" ? "skipped" : isFailed ? "failed" : "passed",
      problems,
      wallMs: test.diagnostic()?.duration ?? 0,
      facts: test.meta().hilt,
    });
  }

  onTestModuleEnd(module: TestModule): void {
    this.#ended.add(module.moduleId);
    const file = relative(this.#root, module.moduleId);
    for (const error of module.errors()) {
      const { message, code, ...rest } = this.#problemOf(error);
      const isOurs = code !== "E_ASSERTION";
      const said = isOurs ? message : loadingMessage(message);
      this.problems.push({ ...rest, code: isOurs ? code : "E_BENCH_FILE", message: `${file}: ${said}` });
    }
  }

  onTestRunEnd(_modules: readonly TestModule[], unhandled: readonly { message: string }[]): void {
    for (const error of unhandled) this.problems.push(this.#problemOf(error));
  }

  /** Vitest's own words about workers that are gone say less than ours, or nothing when we have ended them. */
  dropPoolProblems(): void {
    this.problems = this.problems.filter(({ message }) => !message.startsWith("[vitest-pool]"));
  }

  /** Verdicts for tests whose worker is gone: `killed` by us because it span, or gone for whatever reason. */
  noteLostWorkers(
    killed: readonly WorkerActivity[],
    remaining: readonly WorkerActivity[],
    lastWordsOf: (pid: number) => LastWords | undefined,
  ): void {
    for (const activity of killed) {
      this.#noteLost(activity, {
        ...{ blame: "product", code: "E_TEST_TIMEOUT" },
        message: `did not end within ${this.#limitMs / 1000} s and did not wait for anything either: an endless loop; its process was ended`,
      });
    }
    const isKnown = ({ file, at }: WorkerActivity): boolean =>
      typeof at === "string" && this.#ended.has(file);
    for (const activity of remaining.filter((one) => !isKnown(one))) {
      const words = lastWordsOf(activity.pid);
      this.#noteLost(activity, words === undefined ? lostProblem(activity) : modelProblem(words), words);
    }
  }

  #noteLost({ file, at }: WorkerActivity, problem: Problem, words?: LastWords): void {
    const path = relative(this.#root, file);
    if (typeof at === "string") {
      const what = at === "loading" ? "loading the file" : "a hook, or what lies between two tests,";
      this.problems.push({ ...problem, message: `${path}: ${what} ${problem.message}` });
    } else {
      this.#add({
        file: path,
        name: at.test,
        verdict: "failed",
        problems: [problem],
        wallMs: 0,
        facts: words === undefined ? undefined : factsOf(words),
      });
    }
  }

  #add(bench: Omit<BenchResult, "seed">): void {
    const whole = { ...bench, seed: this.#seed };
    this.benches.push(whole);
    this.#listener.benchEnded(whole);
  }

  #problemOf(error: { message: string; [key: string]: unknown }): Problem {
    const { blame, code, message, stacks, stack } = error;
    const place = (stacks as { file: string; line: number }[] | undefined)?.find(({ file }) =>
      /\.hil\./.test(file),
    );
    const isTimeout = /^(Test|Hook) timed out in/.test(message);
    return {
      blame: typeof blame === "string" ? (blame as Blame) : "product",
      code: isTimeout ? "E_TEST_TIMEOUT" : typeof code === "string" ? code : "E_ASSERTION",
      message: isTimeout ? `did not end within ${this.#limitMs / 1000} s: it waits for something` : message,
      ...(place === undefined ? {} : { place: `${relative(this.#root, place.file)}:${place.line}` }),
      ...(typeof stack === "string" ? { stack } : {}),
    };
  }
}

/** A syntax error comes as a drawing in colours: its place and its words are enough. */
function loadingMessage(message: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what the colours are written with.
  const plain = message.replace(/\u001b\[[0-9;]*m/g, "");
  const [, what, line, column] = /^\[PARSE_ERROR\] (.+)\n[^\n]*:(\d+):(\d+) /m.exec(plain) ?? [];
  return what === undefined ? plain : `line ${line}, column ${column}: ${what}`;
}

function lostProblem({ pid }: WorkerActivity): Problem {
  return {
    ...{ blame: "environment", code: "E_WORKER_LOST" },
    message: `the process that ran it (${pid}) ended before it did: it was killed, or ran out of memory`,
  };
}

/** The cycle is that of the model, which counts from before the reset. */
function modelProblem({ kind, number, cycle }: LastWords): Problem {
  if (kind === "stall") {
    return {
      ...{ blame: "product", code: "E_MODEL_STALLED" },
      message: `the model never finished the cycle behind its cycle ${cycle}: an endless loop in one evaluation, ended after ${number / 1000} s with its process`,
    };
  }
  return {
    ...{ blame: "environment", code: "E_MODEL_CRASHED" },
    message: `the model crashed behind its cycle ${cycle} with ${signalName(number)}, and its process with it`,
  };
}

function factsOf({ cycle, journal }: LastWords): BenchFacts {
  return {
    ...{ device: "not known: its model is gone", cycles: cycle, holdings: [] },
    ...{ readBursts: 0, writeBursts: 0, readBytes: 0, writtenBytes: 0, interrupts: 0 },
    lastEvents: describeJournal(journal),
  };
}

/** An error in the end of a fixture is reported once for each fixture that depends on it. */
function distinct(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [problem.message, problem])).values()];
}
