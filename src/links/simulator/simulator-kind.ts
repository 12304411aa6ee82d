import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { silentLog } from "../../core/log.ts";
import type { Model } from "../../engine/engine.ts";
import { interruptTools } from "../../engine/run-tool.ts";
import type {
  Connection,
  ConnectOptions,
  LinkKind,
  Preparation,
  PrepareOptions,
  WavesChoice,
} from "../link-kind.ts";
import { takeLastWords } from "./last-words.ts";
import { describeEngine, simulatorChecks } from "./simulator-checks.ts";
import {
  type BuiltModel,
  buildModel,
  checkShape,
  loadModel,
  type SimulationSettings,
} from "./simulator-model.ts";
import { traitsOf } from "./simulator-traits.ts";

/** No model that anybody simulates takes a tenth of it for one cycle. */
const STALL_MS = 10_000;

/** What every worker of a run needs. */
export interface PreparedSimulator {
  readonly cacheDirectory: string;
  readonly model: BuiltModel;
  readonly waves?: WavesChoice;
  readonly coverage?: CoverageFolders;
  /** The longest that an engine may compute one cycle. */
  readonly stallMs: number;
}

interface CoverageFolders {
  /** Where each test leaves its counts. */
  readonly counts: string;
  readonly report: string;
}

/** The device in the simulation harness, on an engine that runs inside this process. */
export const kind: LinkKind<SimulationSettings, PreparedSimulator> = {
  traits: traitsOf,
  describe: describeEngine,
  checks: async (targets) => simulatorChecks(targets),
  prepare: (_name, settings, run) => prepare(settings, run),
  connect,
  coverage: async ({ coverage }) => {
    const { counts, report } = coverage as CoverageFolders;
    const { reportCoverage } = await import("./coverage-report.ts");
    return await reportCoverage(counts, report);
  },
  lastWords: takeLastWords,
};

async function prepare(
  settings: SimulationSettings,
  run: PrepareOptions,
): Promise<Preparation<PreparedSimulator>> {
  const { cacheDirectory, log, waves, coverage, signal, limitMs = STALL_MS } = run;
  if (signal?.aborted === true) interruptTools();
  signal?.addEventListener("abort", interruptTools, { once: true });
  const counted = coverage === undefined ? {} : { coverage: true };
  const recorded = waves === undefined ? {} : { waves };
  let model: Model;
  try {
    await checkShape(settings, { cacheDirectory, log });
    model = await buildModel(settings, { cacheDirectory, log, ...recorded, ...counted });
  } finally {
    signal?.removeEventListener("abort", interruptTools);
  }
  const { fromCache, buildMs, key, source, warnings } = model;
  return {
    prepared: {
      ...{ cacheDirectory, model: { key, source }, stallMs: Math.min(limitMs, STALL_MS), ...recorded },
      ...(coverage === undefined ? {} : { coverage: coverageFolders(coverage) }),
    },
    sources: [...source.files, ...(source.includeDirectories ?? [])],
    warnings,
    build: { fromCache, buildMs },
    [Symbol.asyncDispose]: async () => {},
  };
}

/** A run whose model cannot be built leaves nothing. */
function coverageFolders(report: string): CoverageFolders {
  const counts = join(report, `counts-${process.pid}`);
  mkdirSync(counts, { recursive: true });
  return { counts, report };
}

async function connect(
  name: string,
  settings: SimulationSettings,
  { cacheDirectory, model: built, waves, coverage, stallMs }: PreparedSimulator,
  { lastWordsFile: file }: ConnectOptions,
): Promise<Connection> {
  const model = await loadModel(settings, built, {
    ...{ cacheDirectory, log: silentLog, coverage: coverage !== undefined },
    ...(waves === undefined ? {} : { waves }),
  });
  // The process that prepares a target never opens it.
  const { SimulatorConnection } = await import("./simulator-connection.ts");
  return new SimulatorConnection({
    ...{ name, settings, model, countsDirectory: coverage?.counts },
    ...(file === undefined ? {} : { lastWords: { file, stallMs } }),
  });
}
