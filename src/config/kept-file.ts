import { createHash } from "node:crypto";
import { readdirSync, rmSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { writeWhole } from "../core/write-whole.ts";

/** Where something is kept that was made of the configuration `file`; `parts` are all that decides it. */
export function keptPlace(
  file: string,
  extension: string,
  ...parts: readonly (string | Uint8Array)[]
): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return join(dirname(file), ".hilt", "config", `${hash.digest("hex").slice(0, 16)}${extension}`);
}

/** Keeps it, and nothing else of its kind. Throws what the file system says. */
export function keepFile(place: string, content: string): void {
  writeWhole(place, content);
  const folder = dirname(place);
  for (const other of readdirSync(folder).map((name) => join(folder, name)))
    if (extname(other) === extname(place) && other !== place) rmSync(other, { force: true });
}
