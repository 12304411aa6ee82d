// Installs the npm packages unless the last install was of the same lockfile. Node's own modules only: this runs on a
// fresh clone, before anything is installed.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));
const stamp = join(root, "node_modules", ".hilt-installed");

/** Runs a command with its output on the terminal; ends this process with the command's exit code if it fails. */
export function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: "inherit", ...options });
  if (error !== undefined) {
    console.error(`${command}: ${error.message}`);
    process.exit(3);
  }
  if (status !== 0) process.exit(status ?? 3);
}

export function installPackages() {
  const lock = createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
  const wanted = `${lock} ${process.platform} ${process.arch}`;
  if (read(stamp) === wanted) return;
  // Not `npm ci`: it refuses a lock file that lacks optional packages of other platforms, which not every registry has.
  run("npm", ["install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error"]);
  writeFileSync(stamp, wanted);
}

function read(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
