import { readdirSync, readFileSync } from "node:fs";

/** Linux counts CPU time in hundredths of a second (proc(5), USER_HZ). */
const TICKS_PER_SECOND = 100;

/** A process and what it has started, with what that has started in turn: those that still run. */
export function processTree(pid: number): number[] {
  const children = readOrEmpty(() =>
    readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8").trim().split(" ").filter(Boolean),
    ),
  );
  return [pid, ...children.flatMap((child) => processTree(Number(child)))];
}

/**
 * Seconds of CPU time that these processes took, and their children that have ended; undefined where the system has no
 * `/proc` (macOS).
 */
export function cpuSecondsOf(pids: readonly number[]): number | undefined {
  const times = pids.flatMap((pid) => readOrEmpty(() => [ticksOf(pid)]));
  return times.length === 0 ? undefined : times.reduce((sum, ticks) => sum + ticks, 0) / TICKS_PER_SECOND;
}

function ticksOf(pid: number): number {
  // The name of the program, in parentheses, may hold anything.
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0);
}

/** Any of them may end at any time. */
function readOrEmpty<T>(read: () => T[]): T[] {
  try {
    return read();
  } catch {
    return [];
  }
}
