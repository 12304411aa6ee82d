// In a clone the command line runs from the sources as they are: translated once for each state of them, because a
// translation at every start takes longer than most runs.
import { spawnSync } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";

const PREFIX = ".build-";
const BUNDLER = "bin/bundle.js";
/** Processes that are running may still load parts of older ones. */
const KEPT = 3;

/** The folder with the translated sources of the clone at `root`. */
export function builtClone(root) {
  const folder = join(root, `${PREFIX}${sourceKey(root)}`);
  if (existsSync(folder)) return folder;
  // Whole or not at all: other processes may do the same.
  const draft = join(root, `.draft-${randomUUID()}`);
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const options = [
    "-p",
    join(root, "tsconfig.build.json"),
    "--outDir",
    draft,
    "--noCheck",
    "--declaration",
    "false",
  ];
  const { status, stdout } = spawnSync(process.execPath, [tsc, ...options], { encoding: "utf8" });
  if (status !== 0) end(draft, stdout);
  const bundler = spawnSync(process.execPath, [join(root, BUNDLER), draft], { encoding: "utf8" });
  if (bundler.status !== 0) end(draft, bundler.stderr);
  try {
    renameSync(draft, folder);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
  for (const old of olderBuilds(root)) remove(root, old);
  return folder;
}

function end(draft, reason) {
  rmSync(draft, { recursive: true, force: true });
  console.error(`hilt: the sources of this clone cannot be translated:\n${reason}`);
  process.exit(70);
}

/** Under its name it is whole until it is gone: the sources may come back to what it was made of. */
function remove(root, folder) {
  const removed = join(root, `.draft-${randomUUID()}`);
  try {
    renameSync(folder, removed);
  } catch {
    // Another process has removed it.
  }
  rmSync(removed, { recursive: true, force: true });
}

function sourceKey(root) {
  const hash = createHash("sha256");
  const base = join(root, "/");
  // For hundreds of files, `join` takes half as long as reading them, and so does a listing without types: Node then asks for
  // the type of each entry.
  const sources = readdirSync(join(root, "src"), { recursive: true, withFileTypes: true })
    .filter(({ name }) => /\.[jt]s$/.test(name))
    .map(({ parentPath, name }) => `${parentPath}/${name}`.slice(base.length))
    .sort();
  for (const name of [...sources, BUNDLER, "package-lock.json", "tsconfig.json", "tsconfig.build.json"])
    hash.update(`${name}\n`).update(readFileSync(`${base}${name}`));
  return hash.digest("hex").slice(0, 16);
}

function olderBuilds(root) {
  return readdirSync(root)
    .filter((name) => name.startsWith(PREFIX))
    .map((name) => join(root, name))
    .map((folder) => ({ folder, madeAt: statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .sort((a, b) => b.madeAt - a.madeAt)
    .slice(KEPT)
    .map(({ folder }) => folder);
}
