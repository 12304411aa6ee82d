// The demo and the fast tests on the newer Nodes that hilt promises: their binaries are npm packages. With a folder as
// argument, the results of each lie there as node-VERSION.json.
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { installPackages, root, run } from "./install.js";

const VERSIONS = ["22.23.3", "24.21.0"];
/** Each takes long and does not depend on the version of Node: once, in the main run, is enough. */
const SLOW = [
  "test/unit/wdm/channel-script.test.ts",
  ...["source-names", "messages", "undriven", "initial-values", "carried-cache"].map(
    (name) => `test/unit/engine/${name}.test.ts`,
  ),
];
const [results] = process.argv.slice(2);

/** The binary of a version, installed where nothing else looks, once. */
function nodeOf(version) {
  const name = `node-${process.platform}-${process.arch}`;
  const folder = join(root, "node_modules", ".hilt-node", version);
  const binary = join(folder, "node_modules", name, "bin", "node");
  if (!existsSync(binary)) {
    const quiet = ["--no-save", "--no-audit", "--no-fund", "--loglevel=error", "--fetch-retries=5"];
    run("npm", ["install", "--prefix", folder, ...quiet, `${name}@${version}`]);
  }
  return binary;
}

function reporters(version) {
  if (results === undefined) return [];
  const file = join(resolve(results), `node-${version}.json`);
  return ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
}

installPackages();
for (const version of VERSIONS) {
  const node = nodeOf(version);
  console.log(`\nNode ${version}: the demo and the fast tests`);
  run(node, ["bin/hilt.js", "run", "examples"]);
  // Vitest leaves one core to itself, which has little to do here.
  const workers = `--maxWorkers=${availableParallelism()}`;
  const tests = ["run", "test/unit", "test/architecture", workers];
  const excluded = SLOW.flatMap((path) => ["--exclude", path]);
  run(node, ["node_modules/vitest/vitest.mjs", ...tests, ...excluded, ...reporters(version)]);
}
