#!/usr/bin/env node
// Starts the command line: the compiled one of a package, or the sources of a clone through tsx.
import { existsSync } from "node:fs";

const here = (path) => new URL(path, import.meta.url);
const isClone = existsSync(here("../.git")) || !existsSync(here("../dist/cli/main.js"));

if (isClone) (await import("tsx/esm/api")).register();
const { main } = await import(here(isClone ? "../src/cli/main.ts" : "../dist/cli/main.js").href);
process.exitCode = await main(process.argv.slice(2));
