import { type ChildProcess, spawn } from "node:child_process";
import { stripVTControlCharacters } from "node:util";

/** Vitest's watch mode, read as a person at a terminal would. */
export class SpawnedVitest implements AsyncDisposable {
  readonly #child: ChildProcess;
  #text = "";
  #from = 0;
  #arrived: () => void = () => undefined;

  constructor(folder: string) {
    const { CI: _, ...env } = process.env;
    // One pipe for both, so that what is printed stays in order.
    this.#child = spawn("sh", ["-c", "exec npx --no-install vitest --watch 2>&1"], {
      ...{ cwd: folder, env: { ...env, NO_COLOR: "1" }, stdio: ["pipe", "pipe", "inherit"], detached: true },
    });
    this.#child.stdout?.setEncoding("utf8").on("data", (data: string) => {
      this.#text += stripVTControlCharacters(data);
      this.#arrived();
    });
  }

  /** What is printed from the last call on until `pattern` is; fails after a minute. */
  async until(pattern: RegExp): Promise<string> {
    const limit = AbortSignal.timeout(60_000);
    for (;;) {
      const found = pattern.exec(this.#text.slice(this.#from));
      if (found !== null) {
        const end = this.#from + found.index + found[0].length;
        const text = this.#text.slice(this.#from, end);
        this.#from = end;
        return text;
      }
      await new Promise<void>((resolve, reject) => {
        this.#arrived = resolve;
        limit.onabort = () => reject(new Error(`no ${pattern} in: ${this.#text.slice(this.#from)}`));
        if (limit.aborted) limit.onabort(new Event("abort"));
      });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once("exit", resolve));
    process.kill(-(this.#child.pid as number), "SIGKILL");
    await ended;
  }
}
