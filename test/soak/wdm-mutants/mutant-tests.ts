import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Trial } from "./mutant-worker.ts";
import { type Mutant, textOf } from "./mutants.ts";

const WORKER = fileURLToPath(new URL("./mutant-worker.ts", import.meta.url));
/** Runs of each property: few first, since most mutants die of the first ones; then more. */
const STAGES = [5, 25];
/** A loop without end is a fault that is seen. */
const LIMIT_MS = 240_000;

/** The tests of the DMA system and of host memory in a process of their own, which is replaced when a mutant makes it hang. */
export class MutantTests implements AsyncDisposable {
  #worker: Promise<ChildProcess> | undefined;

  /** Throws when the tests fail without a mutant: every mutant would count as killed. */
  async checkBaseline({ file, text }: Pick<Mutant, "file" | "text">): Promise<void> {
    const killedBy = await this.#run({ file, text, runs: 5 });
    if (killedBy !== null) throw new Error(`the tests fail without a mutant: ${killedBy}`);
  }

  /** The test that fails; null when all pass. */
  async try(mutant: Mutant): Promise<string | null> {
    const { file } = mutant;
    const text = textOf(mutant);
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
  const worker = fork(WORKER, {
    execArgv: ["--import", "tsx"],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  return new Promise((resolve, reject) => {
    worker.once("message", () => resolve(worker));
    worker.once("exit", (code) => reject(new Error(`the process for the tests ended with ${code}`)));
  });
}
