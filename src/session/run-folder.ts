import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeResults } from "../report/results.ts";
import type { RunResult } from "../report/run-result.ts";
import { hiltDirectory } from "./project-folders.ts";

/** What stays of a run, in a folder of its own: `results.jsonl`, `result.json`, `journals/` and `waves/`. */
export interface RunFolder {
  /** When it began (UTC) and on which target. Nothing that a device sees depends on it. */
  readonly id: string;
  readonly path: string;
}

/** Older ones are deleted, unless they are of the same command, which may have more targets. */
const KEPT = 20;
/** A run that has no result may still be going on. */
const LONGEST_RUN_MS = 24 * 3600 * 1000;
const RESULT = "result.json";

export function createRunFolder(root: string, target: string): RunFolder {
  const directory = runsDirectory(root);
  mkdirSync(directory, { recursive: true });
  const [day = "", time = ""] = new Date().toISOString().split("T");
  const name = `${day}-${time.slice(0, 8)}`.replace(/[-:]/g, "").replace(/^\d{8}/, "$&-");
  const stem = `${name}-${target.replace(/[^\w.-]+/g, "-")}`;
  for (let count = 1; ; count++) {
    const id = count === 1 ? stem : `${stem}-${count}`;
    const path = join(directory, id);
    try {
      mkdirSync(path);
    } catch (error) {
      // Another run has begun in the same second.
      if ((error as NodeJS.ErrnoException).code === "EEXIST") continue;
      throw error;
    }
    for (const old of keptRuns(root).slice(KEPT))
      if (isOver(old) && begun(old) < performance.timeOrigin)
        rmSync(old.path, { recursive: true, force: true });
    return { id, path };
  }
}

/** Writes the results of a run that has ended. */
export function keepResult(root: string, result: RunResult): void {
  const path = join(runsDirectory(root), result.id);
  writeResults(join(path, "results.jsonl"), result);
  writeFileSync(join(path, RESULT), `${JSON.stringify(result, undefined, 2)}\n`);
}

/** The last ones first. */
export function keptRuns(root: string): RunFolder[] {
  const directory = runsDirectory(root);
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => ({ id: name, path: join(directory, name) }))
    .map((run) => ({ run, at: begun(run) }))
    .sort((a, b) => b.at - a.at || (a.run.id < b.run.id ? 1 : -1))
    .map(({ run }) => run);
}

/** Undefined for a run that has not ended, or was killed. */
export function resultOf({ path }: RunFolder): Pick<RunResult, "benches" | "target"> | undefined {
  try {
    return JSON.parse(readFileSync(join(path, RESULT), "utf8")) as RunResult;
  } catch {
    return undefined;
  }
}

/** Files that a viewer opens, absolute. */
export function wavesIn({ path }: RunFolder): string[] {
  const directory = join(path, "waves");
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(vcd|fst)$/.test(name))
    .sort()
    .map((name) => join(directory, name));
}

function runsDirectory(root: string): string {
  return join(hiltDirectory(root), "runs");
}

function begun({ path }: RunFolder): number {
  return statSync(path, { throwIfNoEntry: false })?.birthtimeMs ?? 0;
}

function isOver(run: RunFolder): boolean {
  return existsSync(join(run.path, RESULT)) || Date.now() - begun(run) > LONGEST_RUN_MS;
}
