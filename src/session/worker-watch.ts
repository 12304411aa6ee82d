import { rmSync } from "node:fs";
import { type LastWords, takeLastWords } from "./last-words.ts";
import { readActivities, type WorkerActivity } from "./worker-activity.ts";

const LOOK_MS = 250;
/** A test that waits is ended by Vitest at the limit; one that spins can only be killed, a little later. */
const GRACE_MS = 2000;

/** Ends workers that spin, so that a run always ends. */
export class WorkerWatch implements Disposable {
  /** Workers that were killed, with what they were at. */
  readonly killed: WorkerActivity[] = [];
  readonly #directory: string;
  readonly #limitMs: number;
  readonly #timer: NodeJS.Timeout;
  #isEnding = false;

  constructor(directory: string, limitMs: number) {
    this.#directory = directory;
    this.#limitMs = limitMs + GRACE_MS;
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
    this.#timer.unref();
  }

  /**
   * What workers are at that were not killed here. When the run has ended they are no more: they were killed by somebody
   * else, or could not load their file.
   */
  remaining(): WorkerActivity[] {
    return readActivities(this.#directory).filter(({ pid }) => !this.killed.some((one) => one.pid === pid));
  }

  /** What the process of a worker left before it ended. */
  lastWords(pid: number): LastWords | undefined {
    return takeLastWords(this.#directory, pid);
  }

  /** Ends all workers at once, and those that come to work now: the run is being broken off. */
  killAll(): void {
    this.#isEnding = true;
    for (const { pid } of readActivities(this.#directory)) kill(pid);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #look(): void {
    if (this.#isEnding) {
      this.killAll();
      return;
    }
    for (const activity of this.remaining()) {
      if (Date.now() - activity.since < this.#limitMs) continue;
      if (kill(activity.pid)) this.killed.push(activity);
    }
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
