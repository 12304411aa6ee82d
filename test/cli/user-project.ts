import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** A project of a user's, which knows nothing of the clone. */
export class UserProject implements Disposable {
  readonly path: string = mkdtempSync(join(tmpdir(), "hilt-project-"));

  constructor(files: Readonly<Record<string, string>>) {
    symlinkSync(join(root, "node_modules"), join(this.path, "node_modules"));
    for (const [path, text] of Object.entries(files)) this.write(path, text);
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.path, path)), { recursive: true });
    writeFileSync(join(this.path, path), text);
  }

  /** Runs the command line in the project. */
  hilt(...args: string[]): { status: number | null; stdout: string; stderr: string } {
    return this.hiltIn({}, ...args);
  }

  hiltIn(
    env: NodeJS.ProcessEnv,
    ...args: string[]
  ): { status: number | null; stdout: string; stderr: string } {
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, "bin/hilt.js"), ...args], {
      ...{ cwd: this.path, encoding: "utf8", timeout: 300_000, maxBuffer: 2 ** 26 },
      env: { ...process.env, NO_COLOR: "1", ...env },
    });
    return { status, stdout, stderr };
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
