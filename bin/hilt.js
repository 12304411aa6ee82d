#!/usr/bin/env node
// Starts the command line: from the sources in a clone, from `dist` in an installed package.
import { existsSync } from "node:fs";
import module from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { builtClone } from "./clone.js";

// From Node 22 on what was compiled is kept, for worker processes too: a start takes two thirds of the time.
module.enableCompileCache?.();
const compiled = module.getCompileCacheDir?.();
if (compiled !== undefined) process.env["NODE_COMPILE_CACHE"] ??= compiled;

const root = fileURLToPath(new URL("..", import.meta.url));
const isClone = existsSync(`${root}.git`) || !existsSync(`${root}dist`);
const folder = isClone ? builtClone(root) : `${root}dist`;
const { main } = await import(pathToFileURL(`${folder}/cli/main.js`).href);
process.exitCode = await main(process.argv.slice(2));
