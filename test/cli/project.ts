import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";

export const root = fileURLToPath(new URL("../..", import.meta.url));
export const hiltPath = join(root, "bin/hilt.js");
export const env = { ...process.env, NO_COLOR: "1" };

/** A project of a user's, which knows nothing of the clone. */
export class Project implements Disposable {
  readonly path: string = mkdtempSync(join(tmpdir(), "hilt-project-"));

  constructor(files: Readonly<Record<string, string>>) {
    symlinkSync(join(root, "node_modules"), join(this.path, "node_modules"));
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.path, path)), { recursive: true });
      writeFileSync(join(this.path, path), text);
    }
  }

  hilt(...args: string[]): { status: number | null; stdout: string; stderr: string } {
    const { status, stdout, stderr } = spawnSync(process.execPath, [hiltPath, ...args], {
      ...{ cwd: this.path, encoding: "utf8", env, timeout: 120_000 },
    });
    return { status, stdout, stderr };
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

const projects: Project[] = [];
afterAll(() => {
  for (const project of projects) project[Symbol.dispose]();
});

/** A project that is deleted when the tests of the file have run. */
export function projectOf(files: Readonly<Record<string, string>>): Project {
  const project = new Project(files);
  projects.push(project);
  return project;
}
