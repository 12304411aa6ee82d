import { accessSync, constants } from "node:fs";
import { tmpdir } from "node:os";

/** Where files live that cross to a simulator: a file system in memory, where there is one; a disk costs each crossing more. */
export function memoryFolder(): string {
  try {
    accessSync("/dev/shm", constants.W_OK | constants.X_OK);
    return "/dev/shm";
  } catch {
    return tmpdir();
  }
}
