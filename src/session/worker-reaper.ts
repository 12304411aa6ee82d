import { spawn } from "node:child_process";
import type { Socket } from "node:net";

/**
 * The end of its input without a word is the end of hilt, however that came. Workers cannot look for it themselves: one may spin, or
 * compute for long. What is not a number is not a process.
 */
const SCRIPT = `cd "$1" || exit
read -r _ && exit
for file in *.run; do kill -KILL "\${file%.run}"; done 2>/dev/null
rm -rf "$1"`;

/** Ends the workers that have a file `<pid>.run` in a folder, and deletes the folder, when this process is gone. */
export class WorkerReaper implements Disposable {
  readonly #input: Socket | null;

  constructor(directory: string) {
    const child = spawn("sh", ["-c", SCRIPT, "hilt-reaper", directory], {
      ...{ stdio: ["pipe", "ignore", "ignore"], detached: true },
    });
    // Where there is no shell workers end as they can.
    child.on("error", () => {});
    child.unref();
    this.#input = child.stdin as Socket | null;
    this.#input?.on("error", () => {});
    this.#input?.unref();
  }

  /** The folder is gone: there is nothing left to do, and the next round may have made it again. */
  [Symbol.dispose](): void {
    this.#input?.end("done\n");
  }
}
