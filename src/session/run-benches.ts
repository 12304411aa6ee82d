import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { Reporter, TestModule } from "vitest/node";
import type { TargetConfig } from "../config/config.ts";
import type { Log } from "../core/log.ts";
import type { LinkKind, Preparation, WavesChoice } from "../links/link-kind.ts";
import { type LinkSettings, loadLink } from "../links/registry.ts";
import type { PlatformProfile } from "../memory/platform-profile.ts";
import type { BenchResult, FileOutput, Problem, RunListener, RunResult } from "../report/run-result.ts";
import { Collector } from "./collector.ts";
import { UsageError } from "./errors.ts";
import { lastWordsFile } from "./last-words.ts";
import { linkSettings } from "./link-settings.ts";
import { mayNeedMore } from "./needs.ts";
import { notChecked } from "./not-checked.ts";
import { nothingRan } from "./nothing-ran.ts";
import { PlainFolders } from "./plain-folders.ts";
import { prepareTarget } from "./prepare-target.ts";
import { hiltDirectory } from "./project-folders.ts";
import { recordFailures } from "./record-failures.ts";
import type { RunContext } from "./run-context.ts";
import { createRunFolder } from "./run-folder.ts";
import { targetFacts } from "./target-facts.ts";
import { type VitestOptions, withVitest } from "./with-vitest.ts";
import "./run-context.ts";

export interface RunOptions {
  readonly root: string;
  /** Absolute paths of benches. */
  readonly files: readonly string[];
  readonly target: string;
  readonly settings: TargetConfig;
  readonly profile: { readonly name: string; readonly settings: PlatformProfile };
  readonly seed: bigint;
  /** Rounds; each has the seed of the one before plus 1. */
  readonly repeat: number;
  /** Ends with the first failure. */
  readonly failFast: boolean;
  /** Most processes at a time; by default as many as there are cores. */
  readonly jobs?: number;
  /** Most wall time of one test. */
  readonly timeoutMs: number;
  /** Runs only tests whose full name contains it. */
  readonly filter?: string;
  /** Runs only tests of exactly this full name. */
  readonly test?: string;
  /** Signals to record. */
  readonly waves?: WavesRequest;
  /** Keeps the journals of all tests, and everything in them. */
  readonly wholeJournals?: boolean;
  /** Counts what the tests cover of the device, and writes it to this folder. */
  readonly coverage?: string;
  readonly log: Log;
  /** Breaks the run off: what is known so far is the result. */
  readonly signal?: AbortSignal;
}

/** `on-failure`: tests run without waves, and those that fail run again with a window of so many cycles before the failure. */
export type WavesRequest = Omit<WavesChoice, "to"> &
  ({ readonly mode: "on" } | { readonly mode: "on-failure"; readonly windowCycles: number });

/**
 * Prepares the target once, runs the benches on it and returns what happened; `listener` hears of it as it happens. A target
 * that meets the needs of no test is not prepared.
 */
export async function runBenches(options: RunOptions, listener: RunListener): Promise<RunResult> {
  return (await leaveAllOut(options, listener)) ?? (await runPrepared(options, listener));
}

/** The result of a run in which no test is to run, as its files say when they are loaded; undefined if one may. */
async function leaveAllOut(options: RunOptions, listener: RunListener): Promise<RunResult | undefined> {
  const start = performance.now();
  const settings = linkSettings(options.root, options.target, options.settings);
  const kind = await loadLink(settings.link);
  const { atOnce } = recordings(options, kind, settings);
  const facts = await targetFacts(options.target, settings, { waves: atOnce !== undefined });
  // To load the files twice pays only where needs may spare the target.
  if (!options.files.every((file) => mayNeedMore(readFileSync(file, "utf8"), facts))) return undefined;
  using folders = new PlainFolders();
  const run: RunContext = {
    ...facts,
    ...{ settings, prepared: undefined, profile: options.profile.settings, seed: seedText(options.seed) },
    ...{ root: options.root, plainRoot: folders.of(options.root) },
    workersDirectory: join(hiltDirectory(options.root), "workers", String(process.pid)),
  };
  const collector = collectorOf(options, run, listener);
  const isEmpty = await withVitest(
    vitestOptions(options, run, kind, {}, folders),
    async (vitest, watch, files) => {
      const { testModules } = await vitest.collect(files);
      if (!testModules.every(isLeftOut)) return false;
      collector.noteLeftOut(testModules, watch.records());
      return collector.benches.length > 0;
    },
  );
  if (!isEmpty) return undefined;
  const { benches, output } = collector;
  return {
    ...{ id: createRunFolder(options.root, options.target).id, target: options.target },
    ...{ profile: options.profile.name, seed: run.seed, benches, output, isInterrupted: false },
    problems: nothingRan({ benches, problems: [], isInterrupted: false }, options),
    ...{ wallMs: performance.now() - start, unrecorded: 0, notChecked: [] },
  };
}

function isLeftOut(module: TestModule): boolean {
  const tests = [...module.children.allTests()];
  return tests.length > 0 && tests.every(({ options: { mode } }) => mode === "skip" || mode === "todo");
}

async function runPrepared(options: RunOptions, listener: RunListener): Promise<RunResult> {
  const start = performance.now();
  using folders = new PlainFolders();
  const plainRoot = folders.of(options.root);
  const directory = hiltDirectory(options.root);
  const settings = linkSettings(options.root, options.target, options.settings);
  const kind = await loadLink(settings.link);
  checkRequest(options, kind, settings);
  const { atOnce, again } = recordings(options, kind, settings);
  const isRecorded = { waves: atOnce !== undefined };
  const traits = kind.traits(settings, isRecorded);
  const prepare = async (choice: WavesChoice | undefined, coverage: string | undefined) => {
    const made = await prepareTarget(options.root, options.target, options.settings, {
      ...{ log: options.log, limitMs: options.timeoutMs },
      ...(choice === undefined ? {} : { waves: choice }),
      ...(coverage === undefined ? {} : { coverage }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    const { build } = made;
    if (build !== undefined)
      listener.modelBuilt(options.target, build.fromCache, build.buildMs, choice !== undefined);
    return made;
  };
  // A run that cannot be prepared leaves nothing.
  await using preparation = await prepare(atOnce, options.coverage);
  const { prepared, warnings } = preparation;
  for (const warning of warnings) options.log.warn(warning);
  const folder = createRunFolder(options.root, options.target);
  const wavesDirectory = join(folder.path, "waves");
  const journals = join(folder.path, "journals");
  const { wholeJournals = false } = options;
  // Rounds run the same tests.
  const roundOf = (path: string, seed: string): string => (options.repeat > 1 ? join(path, seed) : path);
  const wavesOf = (choice: Pick<WavesChoice, "from" | "to">, seed: string): Pick<RunContext, "waves"> => ({
    waves: {
      ...{ ...choice, directory: roundOf(wavesDirectory, seed) },
      isOfFailures: atOnce?.mode === "on-failure",
    },
  });
  const journalsOf = (seed: string): Pick<RunContext, "journals"> => ({
    journals: { run: folder.id, directory: roundOf(journals, seed), isWhole: wholeJournals },
  });
  const runs = new Map<string, RunContext>();
  let benches: readonly BenchResult[] = [];
  let unrecorded = 0;
  const problems: Problem[] = [];
  const output: FileOutput[] = [];
  for (let round = 0; round < options.repeat && options.signal?.aborted !== true; round++) {
    const seed = BigInt.asUintN(64, options.seed + BigInt(round));
    const run: RunContext = {
      ...(await targetFacts(options.target, settings, isRecorded)),
      ...{ settings, prepared },
      profile: options.profile.settings,
      seed: seedText(seed),
      ...{ root: options.root, plainRoot },
      workersDirectory: join(directory, "workers", String(process.pid)),
      ...(atOnce === undefined ? {} : wavesOf(atOnce, seedText(seed))),
      ...journalsOf(seedText(seed)),
    };
    runs.set(run.seed, run);
    const collector = collectorOf(options, run, listener);
    await runRound(options, run, kind, collector, folders);
    benches = [...benches, ...collector.benches];
    problems.push(...collector.problems);
    output.push(...collector.output);
    const isFailed = problems.length > 0 || benches.some(({ verdict }) => verdict === "failed");
    // Rounds of nothing would go on and on.
    if ((isFailed && options.failFast) || benches.length === 0) break;
  }
  if (again !== undefined) {
    let second: Preparation<unknown> | undefined;
    const build = async (): Promise<void> => {
      // Of the same sources, so that its warnings are known; and no test is counted twice.
      second = await prepare(again, undefined);
    };
    const rerun = async (bench: BenchResult, window: Pick<WavesChoice, "from" | "to">) => {
      const { journals: _, ...first } = runs.get(bench.seed) as RunContext;
      const facts = await targetFacts(options.target, settings, { waves: true });
      const run = { ...first, ...facts, prepared: second?.prepared, ...wavesOf(window, bench.seed) };
      const alone = { ...options, files: [join(options.root, bench.file)], test: bench.name };
      const collector = collectorOf(alone, run, silent);
      await runRound(alone, run, kind, collector, folders);
      const { benches: again, problems: others } = collector;
      return { bench: again.find(({ name }) => name === bench.name), problems: others };
    };
    const recorder = { ...again, rerun, build, isAborted: () => options.signal?.aborted === true };
    try {
      ({ benches, unrecorded } = await recordFailures(benches, recorder, listener));
    } finally {
      await second?.[Symbol.asyncDispose]();
    }
  }
  const isInterrupted = options.signal?.aborted === true;
  return {
    id: folder.id,
    target: options.target,
    profile: options.profile.name,
    seed: seedText(options.seed),
    benches,
    problems: [...problems, ...nothingRan({ benches, problems, isInterrupted }, options)],
    output,
    isInterrupted,
    wallMs: performance.now() - start,
    unrecorded,
    ...(wholeJournals ? { journals: relative(options.root, journals) } : {}),
    ...{ notChecked: notChecked(traits), freshBy: kind.freshBy?.(settings) },
    ...(options.coverage === undefined ? {} : { coverage: await kind.coverage?.(prepared) }),
  };
}

type Kind = LinkKind<LinkSettings, unknown>;

/** Throws `UsageError` for what no target of this link can do. */
function checkRequest({ coverage, waves, target }: RunOptions, kind: Kind, settings: LinkSettings): void {
  if (coverage !== undefined && kind.coverage === undefined)
    throw new UsageError(`--coverage: target ${target} (${kind.describe(settings)}) counts no coverage`);
  if (waves !== undefined && !kind.traits(settings, { waves: true }).waves)
    throw new UsageError(`--waves: target ${target} (${kind.describe(settings)}) records no waves`);
}

interface Recordings {
  /** Of each test as it runs. */
  readonly atOnce?: WavesRequest;
  /** Of tests that failed, in a second run. */
  readonly again?: Extract<WavesRequest, { mode: "on-failure" }>;
}

/** In wall time a test that runs again need not fail again in the same way: whatever may be wanted is recorded the first time. */
function recordings({ waves }: RunOptions, kind: Kind, settings: LinkSettings): Recordings {
  if (waves === undefined) return {};
  const isWall = kind.traits(settings, { waves: true }).time === "wall";
  return waves.mode === "on" || isWall ? { atOnce: waves } : { again: waves };
}

/** Hears of a test that runs again: it is no bench of its own. */
const silent: RunListener = {
  modelBuilt: () => {},
  benchStarted: () => {},
  benchEnded: () => {},
  benchAmended: () => {},
  recordingStarted: () => {},
  benchRecorded: () => {},
  warn: () => {},
};

/** As reports have a seed. */
export function seedText(seed: bigint): string {
  return `0x${seed.toString(16)}`;
}

function collectorOf(
  options: RunOptions,
  { seed, workersDirectory = "", root: real, plainRoot: root = real }: RunContext,
  listener: RunListener,
): Collector {
  const { timeoutMs: limitMs } = options;
  const pattern = patternOf(options);
  const isSelected = (name: string): boolean => pattern?.test(vitestName(name)) ?? true;
  return new Collector({ root, seed, limitMs, listener, isSelected, workersDirectory });
}

async function runRound(
  options: RunOptions,
  run: RunContext,
  kind: Kind,
  collector: Collector,
  folders: PlainFolders,
): Promise<void> {
  await withVitest(vitestOptions(options, run, kind, collector, folders), async (vitest, watch, files) => {
    await vitest.start(files);
    const remaining = watch.remaining();
    const isAborted = options.signal?.aborted === true;
    if (isAborted || watch.killed.length + remaining.length > 0) collector.dropPoolProblems();
    const lost = isAborted ? [] : remaining;
    if (watch.killed.length + lost.length > 0) {
      // What reads journals takes long to load.
      const { leftBehind } = await import("./lost-worker.ts");
      collector.noteLostWorkers(watch.killed, lost, (pid) =>
        leftBehind(run, pid, kind.lastWords?.(lastWordsFile(run.workersDirectory as string, pid))),
      );
    }
    if (isAborted) collector.noteInterrupted(remaining);
    collector.noteOrphans(watch.records());
    collector.noteOutput(watch.records());
    collector.noteNamesakes(watch.records());
  });
}

function vitestOptions(
  options: RunOptions,
  run: RunContext,
  kind: Kind,
  reporter: Reporter,
  folders: PlainFolders,
): VitestOptions {
  const { files, root, timeoutMs, failFast, signal } = options;
  const { users } = kind.traits(run.settings, { waves: run.waves !== undefined });
  const jobs = users === "one" ? 1 : options.jobs;
  const pattern = patternOf(options);
  return {
    ...{ run, files, root, timeoutMs, failFast, folders, reporter },
    ...(signal === undefined ? {} : { signal }),
    ...(jobs === undefined ? {} : { jobs }),
    ...(pattern === undefined ? {} : { pattern }),
  };
}

/** Vitest matches names whose parts are joined by spaces; ours, as reports print them, have " > " between them. */
function patternOf({ filter, test }: RunOptions): RegExp | undefined {
  if (test !== undefined) return exactPattern(test);
  return filter === undefined ? undefined : new RegExp(escaped(vitestName(filter)));
}

/** A name as reports print it, in the form that Vitest compares with its pattern. */
function vitestName(name: string): string {
  return name.replaceAll(" > ", " ");
}

/** A name may have " > " of its own. */
function exactPattern(name: string): RegExp {
  return new RegExp(`^${name.split(" > ").map(escaped).join("(?: > | )")}$`);
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
