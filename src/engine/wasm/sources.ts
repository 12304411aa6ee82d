import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { ModelSource } from "../engine.ts";
import { BuildError } from "../errors.ts";

/** Every file that a build reads, by absolute path: the sources and whatever they include, however deep. */
export function readSources(source: ModelSource): Map<string, string> {
  const files = new Map<string, string>();
  const directories = source.includeDirectories ?? [];
  const pending = source.files.map((path) => ({ path: resolve(path), from: `the sources of ${source.top}` }));
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (files.has(next.path)) continue;
    const text = read(next.path, next.from);
    files.set(next.path, text);
    const searched = [...directories, dirname(next.path)];
    for (const name of includedNames(text)) {
      const path = searched
        .map((directory) => join(directory, name))
        .find((candidate) => existsSync(candidate));
      // A name that is not found may stand under an `ifdef that is off; if not, Yosys says so with the line.
      if (path !== undefined) pending.push({ path, from: next.path });
    }
  }
  return files;
}

function read(path: string, from: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new BuildError(`cannot read ${path}, named by ${from}: ${(cause as Error).message}`, undefined, {
      cause,
    });
  }
}

function includedNames(text: string): string[] {
  return [...text.matchAll(/^[ \t]*`include[ \t]+"([^"]+)"/gm)].map((match) => match[1] as string);
}
