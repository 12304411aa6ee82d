/** A process that runs the tests of `src/wdm` and `src/memory` on one mutant after the other. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  BaseSequencer,
  createVitest,
  type Reporter,
  type TestModule,
  type TestSpecification,
} from "vitest/node";

/** What the process is told. */
export interface Trial {
  /** From the project's folder. */
  readonly file: string;
  /** Of the file, instead of its own. */
  readonly text: string;
  /** Runs of each property. */
  readonly runs: number;
}

const root = fileURLToPath(new URL("../../..", import.meta.url));
const trial: { now: Trial | undefined } = { now: undefined };
const pathOf = ({ file }: Trial): string => join(root, file);
const failed: string[] = [];

/** Milliseconds that the tests of a file took the last time. */
const costs = new Map<string, number>();
/** Mutants of the file under trial that a file of tests has killed. */
const kills = new Map<string, number>();
const killsOf = (moduleId: string): string => `${trial.now?.file} ${moduleId}`;

/** Most mutants die of some test, and the next ones are soon over when it is a cheap one, or one that has seen their like. */
class LikeliestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rankOf = ({ moduleId }: TestSpecification): number =>
      (costs.get(moduleId) ?? 0) / (1 + (kills.get(killsOf(moduleId)) ?? 0));
    return files.toSorted((a, b) => rankOf(a) - rankOf(b));
  }
}

const reporter: Reporter = {
  onTestModuleEnd(module: TestModule) {
    const { moduleId } = module;
    if (module.ok()) costs.set(moduleId, module.diagnostic().duration);
    else kills.set(killsOf(moduleId), (kills.get(killsOf(moduleId)) ?? 0) + 1);
    for (const { message } of module.errors()) failed.push(`${module.relativeModuleId}: ${message}`);
    for (const test of module.children.allTests("failed"))
      failed.push(`${module.relativeModuleId} > ${test.fullName}`);
  },
};

const vitest = await createVitest(
  "test",
  {
    ...{ root, config: false, watch: false, bail: 1, testTimeout: 60_000, reporters: [reporter] },
    ...{ pool: "threads", isolate: false, fileParallelism: false },
    sequence: { sequencer: LikeliestFirst },
    include: ["test/unit/{wdm,memory}/**/*.test.ts"],
    setupFiles: [fileURLToPath(new URL("./property-runs.ts", import.meta.url))],
  },
  {
    plugins: [
      {
        name: "mutant",
        enforce: "pre",
        load: (id) => (trial.now !== undefined && id === pathOf(trial.now) ? trial.now.text : null),
      },
    ],
  },
);
const specifications = await vitest.globTestSpecifications();

process.on("message", async (message: Trial) => {
  const before = trial.now;
  trial.now = message;
  for (const one of [before, message]) if (one !== undefined) vitest.invalidateFile(pathOf(one));
  process.env["HILT_PROPERTY_RUNS"] = String(message.runs);
  failed.length = 0;
  await vitest.runTestSpecifications(specifications);
  process.send?.({ killedBy: failed[0] ?? null });
});
process.send?.({ isReady: true });
