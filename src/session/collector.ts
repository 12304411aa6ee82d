import { relative } from "node:path";
import type { Reporter, TestCase, TestModule, TestSuite } from "vitest/node";
import {
  type BenchResult,
  type FileOutput,
  INTERRUPTED,
  LINK_LOST,
  type Problem,
  type RunListener,
} from "../report/run-result.ts";
import { lossOf } from "./loss-of.ts";
import type { LeftBehind } from "./lost-worker.ts";
import { orphanProblem } from "./orphans.ts";
import { isOfDisk, plain, problemOf } from "./problem-of.ts";
import type { CollectedTest, EndedTest, OutputRange, ThrownError } from "./worker-log.ts";
import { outputBytes, readOutput } from "./worker-output.ts";
import type { WorkerRecord } from "./worker-record.ts";
import type { KilledWorker } from "./worker-watch.ts";

export interface CollectorOptions {
  readonly root: string;
  readonly seed: string;
  readonly limitMs: number;
  readonly listener: RunListener;
  /** Says of a test's full name whether the filter takes it. */
  readonly isSelected: (name: string) => boolean;
  /** Where workers leave what they print. */
  readonly workersDirectory: string;
}

type Verdict = Omit<BenchResult, "seed" | "file" | "name">;

/** Turns Vitest's reports, and what workers have written down, into results. */
export class Collector implements Reporter {
  readonly benches: BenchResult[] = [];
  problems: Problem[] = [];
  readonly output: FileOutput[] = [];
  readonly #options: CollectorOptions;
  /** Tests that have a verdict, by id, with their place in `benches`. */
  readonly #known = new Map<string, number>();
  /** Files that Vitest has reported the end of. */
  readonly #ended = new Set<string>();

  constructor(options: CollectorOptions) {
    this.#options = options;
  }

  onTestCaseReady(test: TestCase): void {
    this.#options.listener.benchStarted(this.#pathOf(test.module.moduleId), test.fullName);
  }

  onTestCaseResult(test: TestCase): void {
    const result = test.result();
    const { state, errors = [] } = result;
    const { hilt: facts, output } = test.meta();
    // It may come after the end of the file, where what was left out has its verdict.
    if (state === "pending" || this.#known.has(test.id)) return;
    if (state === "skipped") {
      // What the filter or an end before the end leaves out is not a bench of this run; one may have skipped itself.
      const isMeant = ["skip", "todo"].includes(test.options.mode ?? "") || output !== undefined;
      if (isMeant && this.#options.isSelected(test.fullName))
        this.#add(test, skipped(facts, result.note ?? lackOf(test)));
      return;
    }
    const ended = { id: test.id, state: state === "passed" ? "pass" : "fail", errors } as const;
    const wallMs = test.diagnostic()?.duration ?? 0;
    this.#add(test, this.#verdictOf({ ...ended, wallMs, ...(facts === undefined ? {} : { facts }) }, output));
  }

  onTestModuleEnd(module: TestModule): void {
    this.#ended.add(module.moduleId);
    const file = this.#pathOf(module.moduleId);
    const isLoaded = module.children.size > 0;
    for (const error of module.errors()) this.problems.push(this.#fileProblem(file, error, isLoaded));
    for (const suite of module.children.allSuites())
      for (const error of suite.errors()) this.problems.push(this.#fileProblem(file, error, true));
    for (const test of module.children.allTests()) {
      if (this.#known.has(test.id) || !this.#options.isSelected(test.fullName)) continue;
      const { errors = [] } = test.result();
      const reason = whyNotRun(test);
      // Vitest fails a test that may not run, and reports no result.
      if (errors.length > 0 && test.meta().output === undefined)
        this.#add(test, this.#verdictOf({ id: test.id, state: "fail", errors, wallMs: 0 }, undefined));
      else if (isInSkipped(test)) this.#add(test, skipped(undefined, lackOf(test)));
      else if (reason !== undefined) this.#add(test, notRun(reason));
    }
  }

  onTestRunEnd(_modules: readonly TestModule[], unhandled: readonly ThrownError[]): void {
    for (const error of unhandled) this.problems.push(this.#problemOf(error));
  }

  /** Vitest's own words about workers that are gone say less than ours, or nothing when we have ended them. */
  dropPoolProblems(): void {
    this.problems = this.problems.filter(({ message }) => !message.startsWith("[vitest-pool]"));
  }

  /**
   * Verdicts for the tests of workers that are gone, `killed` by us or gone for whatever reason: as it was written down
   * for those before the end, the loss for the one that was running, and none for those after it.
   */
  noteLostWorkers(
    killed: readonly KilledWorker[],
    remaining: readonly WorkerRecord[],
    leftBy: (pid: number) => LeftBehind,
  ): void {
    const { limitMs } = this.#options;
    for (const { record, why } of killed)
      this.#noteLost(record, lossOf(record, why, limitMs), leftBy(record.pid));
    for (const record of remaining) {
      const isKnown = typeof record.at === "string" && this.#ended.has(record.file);
      if (isKnown) continue;
      const left = leftBy(record.pid);
      this.#noteLost(record, lossOf(record, left.words, limitMs), left);
    }
  }

  /** Tests that were left out while their files were loaded, and have not run since. */
  noteLeftOut(modules: readonly TestModule[], records: readonly WorkerRecord[]): void {
    for (const module of modules)
      for (const test of module.children.allTests())
        if (this.#options.isSelected(test.fullName)) this.#add(test, skipped(undefined, lackOf(test)));
    this.noteOutput(records);
  }

  /** Tests of workers that were ended because the run is broken off. */
  noteInterrupted(records: readonly WorkerRecord[]): void {
    for (const record of records) this.#noteRest(record, INTERRUPTED);
  }

  /** Errors that nobody awaited: they fail the test that started them, though its verdict was known, or else the run. */
  noteOrphans(records: readonly WorkerRecord[]): void {
    const { root, listener } = this.#options;
    for (const record of records) {
      for (const orphan of record.orphans) {
        const { owner, problem } = orphanProblem(record, orphan, root, this.#pathOf(record.file));
        const index = owner === undefined ? undefined : this.#known.get(owner.id);
        const bench = index === undefined ? undefined : this.benches[index];
        if (index === undefined || bench === undefined) this.problems.push(problem);
        else {
          const amended = { ...bench, verdict: "failed" as const, problems: [...bench.problems, problem] };
          this.benches[index] = amended;
          listener.benchAmended(amended);
        }
      }
    }
  }

  /** What workers have printed outside of their tests. */
  noteOutput(records: readonly WorkerRecord[]): void {
    const { workersDirectory } = this.#options;
    for (const { pid, file, output } of records) {
      const end = outputBytes(workersDirectory, pid);
      const ranges = [...output.values()].sort((a, b) => a.from - b.from);
      const starts = [0, ...ranges.map(({ to = end }) => to)];
      const parts = starts.map((from, index) => ({ from, to: ranges[index]?.from ?? end }));
      const text = readOutput(workersDirectory, pid, parts);
      if (text !== undefined) this.output.push({ file: this.#pathOf(file), text });
    }
  }

  /** Tests of one name have one source of chance, and no name of their own to be run by. */
  noteNamesakes(records: readonly WorkerRecord[]): void {
    for (const { file, tests } of records) {
      const names = tests.filter(({ isChosen }) => isChosen).map(({ name }) => name);
      for (const name of new Set(names.filter((one, index) => names.indexOf(one) !== index))) {
        const many = names.filter((one) => one === name).length;
        this.#options.listener.warn(
          `${this.#pathOf(file)}: ${many} tests are called "${name}": they draw the same random numbers, and --test runs all of them`,
        );
      }
    }
  }

  #noteLost(record: WorkerRecord, problem: Problem, left: LeftBehind): void {
    const { at, file, tests } = record;
    if (typeof at === "string") {
      const what = at === "loading" ? "loading the file" : "a hook, or what lies between two tests,";
      this.problems.push({ ...problem, message: `${this.#pathOf(file)}: ${what} ${problem.message}` });
      this.#noteRest(record, "its process ended");
      return;
    }
    const culprit = tests.find(({ id }) => id === at.test);
    const factsOf = ({ name }: CollectedTest): BenchResult["facts"] =>
      left.factsOf(`${this.#pathOf(file)} > ${name}`);
    this.#noteRest(record, "its process ended", (test) => {
      if (test === culprit)
        return { verdict: "failed", problems: [problem], wallMs: 0, facts: factsOf(test) };
      // Of tests that run side by side several are lost.
      return { ...notRun("its process ended while it ran"), facts: factsOf(test) };
    });
  }

  /** Verdicts of the tests that Vitest has not reported, in their order; `lossOf` is that of one that was running. */
  #noteRest(
    record: WorkerRecord,
    reason: string,
    lossOf = (_: CollectedTest) => notRun(`${reason} while it ran`),
  ): void {
    const { tests, ended, started, file, pid } = record;
    const end = outputBytes(this.#options.workersDirectory, pid);
    for (const test of tests) {
      if (this.#known.has(test.id) || !this.#options.isSelected(test.name)) continue;
      const printed = record.outputOf(test.id, end);
      const written = this.#writtenVerdict(test, ended.get(test.id), printed);
      const verdict = written ?? (started.has(test.id) ? lossOf(test) : notRun(reason));
      const place = { id: test.id, fullName: test.name, module: { moduleId: file } };
      this.#add(place, { ...verdict, ...this.#printed(printed) });
    }
  }

  #writtenVerdict(
    test: CollectedTest,
    ended: EndedTest | undefined,
    output: OutputRange,
  ): Verdict | undefined {
    if (ended?.state === "skip" || !test.isChosen) return skipped(ended?.facts, ended?.reason ?? test.reason);
    return ended === undefined ? undefined : this.#verdictOf(ended, output);
  }

  #verdictOf({ state, errors, wallMs, facts }: EndedTest, output: OutputRange | undefined): Verdict {
    const problems = distinct(errors.map((error) => this.#problemOf(error)));
    if (state === "pass" && facts === undefined)
      problems.push({
        blame: "usage",
        code: "E_NO_DEVICE",
        message: 'the test is not made with "test" of hilt',
      });
    const verdict = problems.length > 0 || state === "fail" ? "failed" : "passed";
    return { verdict, problems, wallMs, facts, ...this.#printed(output) };
  }

  #printed(range: OutputRange | undefined): Pick<BenchResult, "output"> {
    if (range === undefined) return {};
    const output = readOutput(this.#options.workersDirectory, range.pid, [range]);
    return output === undefined ? {} : { output };
  }

  #add(test: { id: string; fullName: string; module: { moduleId: string } }, verdict: Verdict): void {
    const file = this.#pathOf(test.module.moduleId);
    const bench = { file, name: test.fullName, seed: this.#options.seed, ...verdict };
    this.#known.set(test.id, this.benches.push(bench) - 1);
    this.#options.listener.benchEnded(bench);
  }

  #fileProblem(file: string, error: ThrownError, isLoaded: boolean): Problem {
    const { message, code, ...rest } = this.#problemOf(error);
    const isOurs =
      typeof error.blame === "string" || isOfDisk(error) || ["E_TEST_TIMEOUT", "E_ONLY"].includes(code);
    if (isOurs) return { ...rest, code, message: `${file}: ${message}` };
    return isLoaded
      ? { ...rest, code: "E_HOOK", message: `${file}: a hook failed: ${message}` }
      : { ...rest, code: "E_BENCH_FILE", message: `${file}: ${loadingMessage(error.message)}` };
  }

  #problemOf(error: ThrownError): Problem {
    return problemOf(error, this.#options.root);
  }

  #pathOf(file: string): string {
    return relative(this.#options.root, file);
  }
}

function skipped(facts: BenchResult["facts"], reason: string | undefined): Verdict {
  if (reason?.startsWith(LINK_LOST) === true) return notRun(reason);
  return { verdict: "skipped", ...(reason === undefined ? {} : { reason }), problems: [], wallMs: 0, facts };
}

/** Vitest reports nothing of a group that is skipped in one that is skipped. */
function isInSkipped(test: TestCase): boolean {
  for (let parent = test.parent; parent.type === "suite"; parent = parent.parent)
    if (["skip", "todo"].includes(parent.options.mode ?? "")) return true;
  return false;
}

/** Of a test that was left out before it began. */
function lackOf(test: TestCase): string | undefined {
  const { lack } = test.meta();
  if (lack !== undefined) return lack;
  for (let parent = test.parent; parent.type === "suite"; parent = parent.parent) {
    const ofGroup = parent.meta().lack;
    if (ofGroup !== undefined) return ofGroup;
  }
  return undefined;
}

function notRun(reason: string): Verdict {
  return { verdict: "not run", reason, problems: [], wallMs: 0, facts: undefined };
}

/**
 * Undefined when the bench or the filter has left it out, and when it has run: its result may be reported after the end of
 * its file.
 */
function whyNotRun(test: TestCase): string | undefined {
  const { state } = test.result();
  const hasRun = state === "passed" || state === "failed" || test.meta().output !== undefined;
  if (hasRun || ["skip", "todo"].includes(test.options.mode ?? "")) return undefined;
  for (let parent: TestSuite | TestModule = test.parent; ; parent = (parent as TestSuite).parent) {
    if (parent.errors().length > 0) return "a hook before it failed";
    if (parent.type === "module") return "the run ended with the first failure";
  }
}

/** A syntax error comes as a drawing in colours: its place and its words are enough. */
function loadingMessage(message: string): string {
  const words = plain(message);
  const [, what, line, column] = /^\[PARSE_ERROR\] (.+)\n[^\n]*:(\d+):(\d+) /m.exec(words) ?? [];
  return what === undefined ? words : `line ${line}, column ${column}: ${what}`;
}

/** An error in the end of a fixture is reported once for each fixture that depends on it. */
function distinct(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [problem.message, problem])).values()];
}
