import { mkdirSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { BenchFacts } from "./run-context.ts";

/** A test of a bench, in the order in which they are written. */
export interface CollectedTest {
  readonly id: string;
  /** Full name. */
  readonly name: string;
  /** It is to run: neither skipped by the bench nor left out by the filter. */
  readonly isChosen: boolean;
  /** Why it is left out, where somebody has said it. */
  readonly reason?: string;
  /** Line of its `test(...)`. */
  readonly line?: number;
}

/** An error as Vitest hands it over: plain data. */
export interface ThrownError {
  readonly message: string;
  readonly name?: string;
  readonly stack?: string;
  readonly code?: unknown;
  readonly blame?: unknown;
  readonly diff?: unknown;
  readonly cause?: unknown;
}

/** What is known of a test that has ended. */
export interface EndedTest {
  readonly id: string;
  readonly state: "pass" | "fail" | "skip";
  /** Why it has skipped itself. */
  readonly reason?: string;
  readonly errors: readonly ThrownError[];
  readonly wallMs: number;
  readonly facts?: BenchFacts;
}

/** A part of what the worker's process has printed, in bytes of its file. */
export interface OutputRange {
  readonly pid: number;
  readonly from: number;
  readonly to: number;
}

/** What a worker has done or is at, one line of its log. */
export type WorkerNote = { readonly since: number } & (
  | { readonly kind: "loading"; readonly file: string }
  | { readonly kind: "collected"; readonly tests: readonly CollectedTest[] }
  /** A test, or a further part of it, has begun; `limitMs` is the longest that it may take. */
  | { readonly kind: "test"; readonly id: string; readonly output: number; readonly limitMs: number | null }
  | { readonly kind: "ended"; readonly test: EndedTest; readonly output: number }
  /** An error that nobody had awaited or caught. */
  | { readonly kind: "orphan"; readonly error: ThrownError }
  | { readonly kind: "done" }
);

type WithoutTime<T> = T extends unknown ? Omit<T, "since"> : never;

/**
 * What this worker is at, in a file of its own: a worker that spins in an endless loop can't answer, and one that was
 * killed can't report, but the process that started it can look. Each line is written before the next thing begins.
 */
export class WorkerLog {
  readonly #file: number;

  private constructor(file: number) {
    this.#file = file;
  }

  static open(directory: string): WorkerLog {
    mkdirSync(directory, { recursive: true });
    return new WorkerLog(openSync(join(directory, `${process.pid}.jsonl`), "a"));
  }

  /** The time decides only when a worker is given up, nothing that a device sees. */
  note(note: WithoutTime<WorkerNote>): void {
    const line = JSON.stringify({ since: Date.now(), ...note }, (_key, value: unknown) =>
      typeof value === "bigint" ? `${value}n` : value,
    );
    writeSync(this.#file, `${line}\n`);
  }
}
