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
    this.#child = spawn("npx", ["--no-install", "vitest", "--watch"], {
      ...{ cwd: folder, env: { ...env, NO_COLOR: "1" }, stdio: ["pipe", "pipe", "pipe"], detached: true },
    });
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.on("data", (data: Buffer) => {
        this.#text += stripVTControlCharacters(String(data));
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
