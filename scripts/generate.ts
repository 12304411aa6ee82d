/** Writes every file that is generated from `src`. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { everyGeneratedFile } from "./generated-files.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
for (const [path, text] of await everyGeneratedFile()) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
  console.log(path);
}
