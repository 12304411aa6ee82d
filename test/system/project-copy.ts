import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** A copy of the project in a temporary folder, for breaking its RTL and running the real command line on it. */
export class ProjectCopy implements Disposable {
  readonly path: string = mkdtempSync(join(tmpdir(), "hilt-copy-"));

  constructor() {
    const builds = readdirSync(root).filter((name) => name.startsWith(".build-"));
    const configs = ["package.json", "package-lock.json", "tsconfig.json", "tsconfig.build.json"];
    for (const entry of ["src", "bin", "rtl", "sim", "examples", ...configs, ...builds]) {
      cpSync(join(root, entry), join(this.path, entry), { recursive: true });
    }
    cpSync(join(root, "test/system/benches"), join(this.path, "test/system/benches"), { recursive: true });
    symlinkSync(join(root, "node_modules"), join(this.path, "node_modules"));
  }

  write(path: string, text: string): void {
    writeFileSync(join(this.path, path), text);
  }

  /** Replaces the one place where `from` stands; a mutant whose place has gone must be looked at, not skipped. */
  replace(path: string, from: string, to: string): void {
    const file = join(this.path, path);
    const parts = readFileSync(file, "utf8").split(from);
    if (parts.length !== 2)
      throw new Error(`${path}: "${from}" stands there ${parts.length - 1} times, not once`);
    writeFileSync(file, parts.join(to));
  }

  /** Runs the command line in the copy. */
  hilt(...args: string[]): { status: number | null; stdout: string; stderr: string } {
    const { status, stdout, stderr } = spawnSync(process.execPath, ["bin/hilt.js", ...args], {
      cwd: this.path,
      encoding: "utf8",
      env: { ...process.env, NO_COLOR: "1" },
      timeout: 300_000,
    });
    return { status, stdout, stderr };
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
