import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const REQUIREMENTS = fileURLToPath(new URL("./requirements.txt", import.meta.url));
const CACHE = fileURLToPath(new URL("../../../.cache", import.meta.url));

/** The folder with the packages of requirements.txt, which are unpacked, without what they need, when the file has changed. */
export function installedPackages(): string {
  const folder = join(CACHE, "verilog-packages");
  const stamp = join(folder, ".hilt-installed");
  const wanted = readFileSync(REQUIREMENTS, "utf8");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return folder;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const pip = join(CACHE, "python/bin/pip");
  const options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:"];
  const args = ["install", ...options, "--target", folder, "--requirement", REQUIREMENTS];
  const { status, stderr, error } = spawnSync(pip, args, { encoding: "utf8" });
  if (error !== undefined || status !== 0)
    throw new Error(`the packages of test/soak/packages/requirements.txt: ${error?.message ?? stderr}`);
  writeFileSync(stamp, wanted);
  return folder;
}
