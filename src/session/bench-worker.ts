import { type ChildProcess, fork } from "node:child_process";
import { closeSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PoolOptions, PoolWorker, WorkerRequest } from "vitest/node";
import { outputFile } from "./worker-output.ts";

/** A worker that has not ended so long after it was asked to is killed. */
const STOP_MS = 500;
let count = 0;

/**
 * A process for one bench, as Vitest's own pool starts it, except that it prints into a file: whatever comes from the
 * bench, from C++ or from a program that it starts keeps its order, is there when the process is gone, and never gets into
 * what hilt prints itself.
 */
export class BenchWorker implements PoolWorker {
  readonly name = "hilt";
  readonly cacheFs = true;
  readonly #options: PoolOptions;
  readonly #directory: string;
  #child: ChildProcess | undefined;

  constructor(options: PoolOptions, directory: string) {
    this.#options = options;
    this.#directory = directory;
  }

  get #process(): ChildProcess {
    if (this.#child === undefined) throw new Error("the worker has not been started");
    return this.#child;
  }

  async start(): Promise<void> {
    if (this.#child !== undefined) return;
    const { distPath, env, execArgv } = this.#options;
    mkdirSync(this.#directory, { recursive: true });
    const draft = join(this.#directory, `${++count}.new`);
    const output = openSync(draft, "a");
    try {
      const entry = join(distPath, "workers/forks.js");
      const stdio = ["ignore", output, output, "ipc"] as const;
      this.#child = fork(entry, [], { env, execArgv, stdio: [...stdio], serialization: "advanced" });
    } finally {
      closeSync(output);
    }
    const { pid } = this.#child;
    if (pid === undefined) return;
    renameSync(draft, outputFile(this.#directory, pid));
    // While it runs, for the process that ends it when this one cannot.
    const mark = join(this.#directory, `${pid}.run`);
    writeFileSync(mark, "");
    this.#child.once("exit", () => rmSync(mark, { force: true }));
  }

  async stop(): Promise<void> {
    const child = this.#process;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
    child.kill();
    await ended;
    clearTimeout(timer);
  }

  send(message: WorkerRequest): void {
    this.#process.send(message);
  }

  on(event: string, callback: (argument: unknown) => void): void {
    this.#process.on(event, callback);
  }

  off(event: string, callback: (argument: unknown) => void): void {
    this.#process.off(event, callback);
  }

  deserialize(data: unknown): unknown {
    return data;
  }
}
