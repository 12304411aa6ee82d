import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";

export const root: string = fileURLToPath(new URL("../..", import.meta.url));
export const hiltPath: string = join(root, "bin/hilt.js");
export const env: NodeJS.ProcessEnv = { ...process.env, NO_COLOR: "1" };

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A project of a user's, which knows nothing of the clone. */
export class UserProject implements Disposable {
  readonly path: string = mkdtempSync(join(tmpdir(), "hilt project ü-"));
  readonly #limitMs: number;

  /** `limitMs`: of one command. */
  constructor(files: Readonly<Record<string, string>>, limitMs = 120_000) {
    this.#limitMs = limitMs;
    symlinkSync(join(root, "node_modules"), join(this.path, "node_modules"));
    for (const [path, text] of Object.entries(files)) this.write(path, text);
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.path, path)), { recursive: true });
    writeFileSync(join(this.path, path), text);
  }

  /** Runs the command line in the project. */
  hilt(...args: string[]): Ended {
    return this.hiltIn({}, ...args);
  }

  hiltIn(more: NodeJS.ProcessEnv, ...args: string[]): Ended {
    const { status, stdout, stderr } = spawnSync(process.execPath, [hiltPath, ...args], {
      ...{ cwd: this.path, encoding: "utf8", timeout: this.#limitMs, maxBuffer: 2 ** 26 },
      env: { ...env, ...more },
    });
    return { status, stdout, stderr };
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

const projects: UserProject[] = [];
afterAll(() => {
  for (const project of projects) project[Symbol.dispose]();
});

/** A project that is deleted when the tests of the file have run. */
export function projectOf(files: Readonly<Record<string, string>>): UserProject {
  const project = new UserProject(files);
  projects.push(project);
  return project;
}
