import { type ChildProcess, fork } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Random } from "../../../src/core/random.ts";
import type { Trial } from "./mutant-worker.ts";
import { applied, type Mutation, mutationsOf } from "./mutations.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const FOLDERS = ["src/wdm", "src/memory"];
const WORKER = fileURLToPath(new URL("./mutant-worker.ts", import.meta.url));
/** Runs of each property: few first, since most mutants die of the first ones; then more. */
const STAGES = [5, 25];
/** A loop without end is a fault that is seen. */
const LIMIT_MS = 240_000;

export interface Mutant extends Mutation {
  readonly file: string;
  readonly line: number;
  readonly from: string;
}

export interface MutantRequest {
  readonly mutants: number;
  readonly seed: number;
  /** Only the mutant of this number. */
  readonly path?: string;
  readonly log: (line: string) => void;
}

/** Draws mutants of the DMA system and of host memory, and runs their unit tests on each. True if one survived. */
export async function runWdmMutants({ mutants, seed, path, log }: MutantRequest): Promise<boolean> {
  const all = drawn(mutants, seed);
  const survivors: string[] = [];
  await using tests = new MutantTests();
  await tests.checkBaseline();
  for (const [index, mutant] of all.entries()) {
    if (path !== undefined && path !== String(index)) continue;
    const words = describe(mutant);
    const killedBy = await tests.try(mutant);
    if (killedBy === null) survivors.push(`${index}: ${words}`);
    log(`${index}: ${words}: ${killedBy === null ? "SURVIVES" : `killed by ${killedBy}`}`);
  }
  const count = path === undefined ? all.length : 1;
  const share = (100 * (count - survivors.length)) / count;
  log(`\n${count - survivors.length} of ${count} mutants killed, ${share.toFixed(1)} %, seed ${seed}`);
  for (const survivor of survivors) log(`survives ${survivor}`);
  return survivors.length > 0;
}

/** Different ones, in an order that the seed decides. */
export function drawn(count: number, seed: number): Mutant[] {
  return new Random(BigInt(seed)).fork("mutants").shuffle(allMutants()).slice(0, count);
}

export function allMutants(): Mutant[] {
  const files = FOLDERS.flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith(".ts"))
      .sort()
      .map((name) => join(root, folder, name)),
  );
  return files.flatMap((file) => {
    const text = readFileSync(file, "utf8");
    return mutationsOf(text).map((mutation) => {
      const { start, end } = mutation;
      const line = text.slice(0, start).split("\n").length;
      return { ...mutation, file, line, from: text.slice(start, end) };
    });
  });
}

function describe({ file, line, kind, from, to }: Mutant): string {
  const short = (text: string): string => text.replace(/\s+/g, " ").slice(0, 60);
  return `${file.slice(root.length)}:${line} ${kind}: ${short(from)} -> ${short(to)}`;
}

/** The tests in a process of their own, which is replaced when a mutant makes it hang. */
class MutantTests implements AsyncDisposable {
  #worker: Promise<ChildProcess> | undefined;

  /** Throws when the tests fail without a mutant: every mutant would count as killed. */
  async checkBaseline(): Promise<void> {
    const [mutant] = drawn(1, 1) as [Mutant];
    const killedBy = await this.#run({ file: mutant.file, text: readFileSync(mutant.file, "utf8"), runs: 5 });
    if (killedBy !== null) throw new Error(`the tests fail without a mutant: ${killedBy}`);
  }

  /** The test that fails; null when all pass. */
  async try(mutant: Mutant): Promise<string | null> {
    const { file } = mutant;
    const text = applied(readFileSync(file, "utf8"), mutant);
    for (const runs of STAGES) {
      const killedBy = await this.#run({ file, text, runs });
      if (killedBy !== null) return killedBy;
    }
    return null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    (await this.#worker)?.kill();
  }

  async #run(trial: Trial): Promise<string | null> {
    this.#worker ??= started();
    const worker = await this.#worker;
    const answer = new Promise<{ killedBy: string | null }>((resolve) => {
      worker.once("message", resolve);
      worker.once("exit", () => resolve({ killedBy: "the end of its process" }));
    });
    const limit = setTimeout(() => worker.kill("SIGKILL"), LIMIT_MS);
    worker.send(trial);
    const { killedBy } = await answer;
    clearTimeout(limit);
    worker.removeAllListeners();
    if (worker.exitCode !== null || worker.signalCode !== null) this.#worker = undefined;
    return killedBy;
  }
}

function started(): Promise<ChildProcess> {
  const worker = fork(WORKER, { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  return new Promise((resolve, reject) => {
    worker.once("message", () => resolve(worker));
    worker.once("exit", (code) => reject(new Error(`the process for the tests ended with ${code}`)));
  });
}
