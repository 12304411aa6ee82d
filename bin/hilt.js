#!/usr/bin/env node
// Starts the command line: from the sources in a clone, from `dist` in an installed package.
import { existsSync } from "node:fs";

const source = new URL("../src/cli/main.ts", import.meta.url);
const built = new URL("../dist/cli/main.js", import.meta.url);
const isClone = existsSync(new URL("../.git", import.meta.url)) || !existsSync(built);
if (isClone) {
  const { register } = await import("tsx/esm/api");
  register();
}
const { main } = await import(isClone ? source.href : built.href);
process.exitCode = await main(process.argv.slice(2));
