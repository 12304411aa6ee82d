import { join } from "node:path";

/** Where a worker whose link takes it along leaves word. */
export function lastWordsFile(directory: string, pid: number): string {
  return join(directory, `${pid}.last`);
}
