import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { ModelSource } from "./engine.ts";
import { BuildError } from "./errors.ts";

/** C or C++, for functions that the Verilog imports (DPI, IEEE 1800-2017, section 35). */
export function isForeign(file: string): boolean {
  return /\.(c|cc|cpp|cxx)$/.test(file);
}

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

/**
 * The files of `$readmemh` and `$readmemb`, by the name that a source gives them: every string in the sources that names a file, so that a
 * parameter or a macro may hold the name. Found as Yosys finds them, from the working directory, then beside the source.
 */
export function readDataFiles(sources: ReadonlyMap<string, string>): Map<string, string> {
  const files = new Map<string, string>();
  if (![...sources.values()].some((text) => /\$readmem[hb]\b/.test(text))) return files;
  for (const [path, text] of sources) {
    for (const [, name] of text.matchAll(/"([^"\\\n]+)"/g) as Iterable<[string, string]>) {
      const found = [resolve(name), resolve(dirname(path), name)].find(isFile);
      if (found === undefined || sources.has(found)) continue;
      files.set(name, read(found, path));
    }
  }
  return files;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function includedNames(text: string): string[] {
  return [...text.matchAll(/^[ \t]*`include[ \t]+"([^"]+)"/gm)].map((match) => match[1] as string);
}
