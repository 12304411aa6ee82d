import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { writeWhole } from "../core/write-whole.ts";

/**
 * What a worker is at, in a file of its own: a worker that spins in an endless loop can't answer, and one that was killed
 * can't tell, but the process that started it can look.
 */
export interface WorkerActivity {
  readonly pid: number;
  /** The bench's path. */
  readonly file: string;
  /** It is loading the file, or it is in this test (by its full name), or in a hook between tests. */
  readonly at: "loading" | "hook" | { readonly test: string };
  /** Milliseconds since the epoch. Decides only when a worker is given up, nothing that a device sees. */
  readonly since: number;
}

/** Says what this worker is at from now on. */
export function noteActivity(directory: string | undefined, file: string, at: WorkerActivity["at"]): void {
  if (directory === undefined) return;
  const activity: WorkerActivity = { pid: process.pid, file, at, since: Date.now() };
  writeWhole(placeOf(directory), JSON.stringify(activity));
}

/** The worker has done with its file. */
export function dropActivity(directory: string | undefined): void {
  if (directory !== undefined) rmSync(placeOf(directory), { force: true });
}

function placeOf(directory: string): string {
  return join(directory, `${process.pid}.json`);
}

/** What all workers are at. */
export function readActivities(directory: string): WorkerActivity[] {
  let names: string[];
  try {
    names = readdirSync(directory).filter((name) => name.endsWith(".json"));
  } catch {
    return [];
  }
  return names.flatMap((name) => {
    try {
      return [JSON.parse(readFileSync(join(directory, name), "utf8")) as WorkerActivity];
    } catch {
      // It ended between the two calls.
      return [];
    }
  });
}
