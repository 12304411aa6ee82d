import { mkdirSync, rmSync } from "node:fs";
import { outputBytes } from "./worker-output.ts";
import { WorkerReaper } from "./worker-reaper.ts";
import { readRecords, type WorkerRecord } from "./worker-record.ts";

const LOOK_MS = 250;
/** A test that waits is ended by Vitest at the limit; one that spins can only be killed, a little later. */
const GRACE_MS = 2000;
/** What a process prints lies on the disk until the run is over. */
const MOST_OUTPUT_BYTES = 1 << 30;

export interface KilledWorker {
  readonly record: WorkerRecord;
  readonly why: "time" | "output";
}

/** Ends workers that spin, so that a run always ends. */
export class WorkerWatch implements Disposable {
  readonly killed: KilledWorker[] = [];
  readonly #directory: string;
  readonly #limitMs: number;
  readonly #timer: NodeJS.Timeout;
  readonly #records = new Map<number, WorkerRecord>();
  readonly #reaper: WorkerReaper;
  #isEnding = false;

  constructor(directory: string, limitMs: number) {
    mkdirSync(directory, { recursive: true });
    this.#reaper = new WorkerReaper(directory);
    this.#directory = directory;
    this.#limitMs = limitMs;
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
    this.#timer.unref();
  }

  /** All workers that there have been, with what they have done up to now. */
  records(): readonly WorkerRecord[] {
    return readRecords(this.#directory, this.#records);
  }

  /**
   * Workers that have not come to their end and were not killed here. When the run has ended they are gone: they were
   * killed by somebody else, or could not load their file.
   */
  remaining(): WorkerRecord[] {
    const killed = new Set(this.killed.map(({ record }) => record));
    return this.records().filter((record) => !record.isDone && !killed.has(record));
  }

  /** Ends all workers at once, and those that come to work now: the run is being broken off. */
  killAll(): void {
    this.#isEnding = true;
    for (const { pid } of this.remaining()) kill(pid);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    rmSync(this.#directory, { recursive: true, force: true });
    this.#reaper[Symbol.dispose]();
  }

  #look(): void {
    if (this.#isEnding) {
      this.killAll();
      return;
    }
    for (const record of this.remaining()) {
      const why = this.#reasonToKill(record);
      if (why !== undefined && kill(record.pid)) this.killed.push({ record, why });
    }
  }

  #reasonToKill({ pid, since, limitMs = this.#limitMs }: WorkerRecord): KilledWorker["why"] | undefined {
    if (limitMs !== null && Date.now() - since >= limitMs + GRACE_MS) return "time";
    return outputBytes(this.#directory, pid) > MOST_OUTPUT_BYTES ? "output" : undefined;
  }
}

/** False when it has ended by itself. */
function kill(pid: number): boolean {
  try {
    return process.kill(pid, "SIGKILL");
  } catch {
    return false;
  }
}
