import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const REQUIREMENTS = fileURLToPath(new URL("./requirements.txt", import.meta.url));
const CACHE = fileURLToPath(new URL("../../../.cache", import.meta.url));

/**
 * The folder `name` of the package in requirements.txt that has it (`basil` is of basil-daq). The package is unpacked, without
 * what it needs, unless this version is there.
 */
export function installedPackage(name: string): string {
  const requirement = readFileSync(REQUIREMENTS, "utf8")
    .split("\n")
    .find((line) => line.replaceAll("-", "_").startsWith(name));
  if (requirement === undefined) throw new Error(`${REQUIREMENTS} has no package with the folder ${name}`);
  const place = join(CACHE, "verilog-packages", requirement);
  if (!existsSync(place)) install(requirement, place);
  return join(place, name);
}

function install(requirement: string, place: string): void {
  const draft = `${place}.draft-${process.pid}`;
  mkdirSync(draft, { recursive: true });
  const pip = join(CACHE, "python/bin/pip");
  const options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:"];
  const args = ["install", ...options, "--target", draft, requirement];
  const { status, stderr, error } = spawnSync(pip, args, { encoding: "utf8" });
  if (error !== undefined || status !== 0) {
    rmSync(draft, { recursive: true, force: true });
    throw new Error(`${requirement} cannot be installed: ${error?.message ?? stderr}`);
  }
  renameSync(draft, place);
}
