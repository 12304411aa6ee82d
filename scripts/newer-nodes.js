// The demo and the fast tests on the newer Nodes that hilt promises: their binaries are npm packages.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { installPackages, root, run } from "./install.js";

const VERSIONS = ["22", "24"];
/** Each takes long and does not depend on the version of Node: once, in the main run, is enough. */
const SLOW = [
  "test/unit/wdm/channel-script.test.ts",
  ...["source-names", "messages", "undriven", "initial-values", "carried-cache"].map(
    (name) => `test/unit/engine/${name}.test.ts`,
  ),
];

/** The binary of a version, installed where nothing else looks, once. */
function nodeOf(version) {
  const name = `node-${process.platform}-${process.arch}`;
  const folder = join(root, "node_modules", ".hilt-node", version);
  const binary = join(folder, "node_modules", name, "bin", "node");
  if (!existsSync(binary)) {
    const quiet = ["--no-save", "--no-audit", "--no-fund", "--loglevel=error"];
    run("npm", ["install", "--prefix", folder, ...quiet, `${name}@${version}`]);
  }
  return binary;
}

installPackages();
for (const version of VERSIONS) {
  const node = nodeOf(version);
  console.log(`\nNode ${version}: the demo and the fast tests`);
  run(node, ["bin/hilt.js", "run", "examples"]);
  const tests = ["run", "test/unit", "test/architecture", ...SLOW.flatMap((path) => ["--exclude", path])];
  run(node, ["node_modules/vitest/vitest.mjs", ...tests]);
}
