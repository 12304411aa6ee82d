import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect } from "vitest";
import { inOrder, patternOf, type Step, stepsOf } from "./tutorial.ts";

/** Does what a page in Markdown says: writes its files, runs its commands, and expects what they print. */
export class PageReader {
  /** Where the reader is. */
  folder: string;
  readonly #place: string;
  readonly #env: NodeJS.ProcessEnv;
  /** How the last command ended. */
  #status = 0;

  /** `env`: beside that of this process. */
  constructor(folder: string, env: NodeJS.ProcessEnv = {}) {
    this.folder = folder;
    this.#place = join(folder, ".place");
    this.#env = { ...process.env, NO_COLOR: "1", npm_config_prefer_offline: "true", ...env };
  }

  /** Follows the page at `path`, which has more than `commands` commands. */
  follow(path: string, name: string, commands: number): void {
    const steps = stepsOf(readFileSync(path, "utf8"));
    expect(steps.filter(({ kind }) => kind === "command").length).toBeGreaterThan(commands);
    for (const step of steps) this.#take(step, name);
  }

  #take(step: Step, page: string): void {
    if (step.kind === "command") {
      const printed = inOrder(this.#run(step.command).split("\n")).join("\n");
      expect(printed, `${page}:${step.line}: ${step.command}`).toMatch(patternOf(inOrder(step.output)));
      return;
    }
    const file = join(this.folder, step.path);
    if (step.isThere) {
      expect(readFileSync(file, "utf8"), step.path).toBe(step.text);
    } else {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, step.text);
    }
  }

  #run(command: string): string {
    const script = `(exit ${this.#status})\n${command}\nstatus=$?\npwd > "${this.#place}"\nexit $status\n`;
    const { status, stdout, error } = spawnSync("bash", ["-c", `{ ${script}} 2>&1`], {
      ...{ cwd: this.folder, encoding: "utf8", env: this.#env, timeout: 120_000 },
    });
    if (error !== undefined) throw error;
    this.folder = readFileSync(this.#place, "utf8").trim();
    this.#status = status ?? -1;
    return stdout;
  }
}
