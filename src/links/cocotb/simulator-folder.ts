import { closeSync, existsSync, mkdtempSync, openSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { flock } from "../../native/flock.ts";
import { memoryFolder } from "./memory-folder.ts";

const PREFIX = "hilt-cocotb-";
const LOCK = "lock";

/** The folder of one simulator, for its pipes and what it leaves. */
export interface SimulatorFolder extends Disposable {
  readonly path: string;
}

/**
 * Makes a folder that is held until it is disposed of, and removes those of processes that were killed: the kernel gives
 * their locks back.
 */
export function makeSimulatorFolder(parent: string = memoryFolder()): SimulatorFolder {
  for (const name of readdirSync(parent)) if (name.startsWith(PREFIX)) removeAbandoned(join(parent, name));
  const path = mkdtempSync(join(parent, PREFIX));
  const lock = openSync(join(path, LOCK), "wx", 0o600);
  flock(lock);
  return {
    path,
    [Symbol.dispose]() {
      rmSync(path, { recursive: true, force: true });
      closeSync(lock);
    },
  };
}

/** One without a lock is about to get it, or is another user's. */
function removeAbandoned(path: string): void {
  const file = join(path, LOCK);
  if (!existsSync(file)) return;
  let lock: number;
  try {
    lock = openSync(file, "r");
  } catch {
    // Another start has removed it.
    return;
  }
  if (flock(lock)) rmSync(path, { recursive: true, force: true });
  closeSync(lock);
}
