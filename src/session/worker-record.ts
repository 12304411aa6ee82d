import { closeSync, openSync, readdirSync, readSync } from "node:fs";
import { join } from "node:path";
import type { CollectedTest, EndedTest, OutputRange, ThrownError, WorkerNote } from "./worker-log.ts";

const CHUNK_BYTES = 1 << 16;

export interface Orphan {
  readonly error: ThrownError;
  /** The test that ran when it came up. */
  readonly during: string | undefined;
}

/** What a worker's log says so far; each `read` takes what has come since the last. */
export class WorkerRecord {
  readonly pid: number;
  /** The bench's path; empty until the worker has one. */
  file = "";
  /** It is loading the file, or it is in this test, or in a hook between tests. */
  at: "loading" | "hook" | { readonly test: string } = "loading";
  /** Milliseconds since the epoch at which it got there. */
  since = Date.now();
  /** The longest that it may stay there, if that is not the limit of all tests. */
  limitMs: number | null | undefined;
  isDone = false;
  tests: readonly CollectedTest[] = [];
  /** In the order in which they began. */
  readonly started = new Set<string>();
  readonly ended = new Map<string, EndedTest>();
  readonly orphans: Orphan[] = [];
  /** Of tests, by id: where their output begins and ends; without an end they go on. */
  readonly output = new Map<string, { readonly from: number; readonly to?: number }>();
  readonly #path: string;
  #offset = 0;
  #rest: Buffer = Buffer.alloc(0);

  constructor(path: string, pid: number) {
    this.#path = path;
    this.pid = pid;
  }

  read(): void {
    let file: number;
    try {
      file = openSync(this.#path, "r");
    } catch {
      return;
    }
    try {
      for (;;) {
        const chunk = Buffer.alloc(CHUNK_BYTES);
        const length = readSync(file, chunk, 0, CHUNK_BYTES, this.#offset);
        if (length === 0) break;
        this.#offset += length;
        this.#take(Buffer.concat([this.#rest, chunk.subarray(0, length)]));
      }
    } finally {
      closeSync(file);
    }
  }

  /** What it printed during a test. */
  outputOf(id: string, end: number): OutputRange {
    const { from, to = end } = this.output.get(id) ?? { from: 0, to: 0 };
    return { pid: this.pid, from, to };
  }

  /** A line without an end is not whole yet, or never will be. */
  #take(bytes: Buffer): void {
    const end = bytes.lastIndexOf(10);
    this.#rest = bytes.subarray(end + 1);
    if (end < 0) return;
    for (const line of bytes.toString("utf8", 0, end).split("\n"))
      this.#apply(JSON.parse(line) as WorkerNote);
  }

  #apply(note: WorkerNote): void {
    this.since = note.since;
    if (note.kind === "test") {
      this.at = { test: note.id };
      this.limitMs = note.limitMs;
      this.started.add(note.id);
      if (!this.output.has(note.id)) this.output.set(note.id, { from: note.output });
      return;
    }
    if (note.kind === "orphan") {
      const during = typeof this.at === "string" ? undefined : this.at.test;
      this.orphans.push({ error: note.error, during });
      return;
    }
    this.limitMs = undefined;
    this.at = note.kind === "loading" ? "loading" : "hook";
    if (note.kind === "loading") this.file = note.file;
    else if (note.kind === "collected") this.tests = note.tests;
    else if (note.kind === "done") this.isDone = true;
    else {
      const { test, output } = note;
      this.ended.set(test.id, test);
      this.output.set(test.id, { from: this.output.get(test.id)?.from ?? output, to: output });
    }
  }
}

/** The workers whose logs lie in `directory`, up to date; `known` keeps what has been read. */
export function readRecords(directory: string, known: Map<number, WorkerRecord>): WorkerRecord[] {
  let names: string[];
  try {
    names = readdirSync(directory);
  } catch {
    return [];
  }
  for (const name of names) {
    const [, pid] = /^(\d+)\.jsonl$/.exec(name) ?? [];
    if (pid === undefined) continue;
    const record = known.get(Number(pid)) ?? new WorkerRecord(join(directory, name), Number(pid));
    known.set(record.pid, record);
    if (!record.isDone) record.read();
  }
  return [...known.values()];
}
