import { readFileSync } from "node:fs";
import { join } from "node:path";
import { writeWhole } from "../core/write-whole.ts";
import { MissingFileError } from "./errors.ts";
import type { SourceTree } from "./source-tree.ts";

/**
 * Names that tools asked for in earlier builds and no source shows, by what was requested. They only save a build its first attempt: a model
 * is found by what is read with them.
 */
export class AskedNames {
  readonly #file: string;
  readonly #names: Set<string>;

  constructor(directory: string, request: string) {
    this.#file = join(directory, "asked", `${request}.json`);
    this.#names = new Set(namesIn(this.#file));
  }

  get all(): readonly string[] {
    return [...this.#names];
  }

  add(names: readonly string[]): void {
    for (const name of names) this.#names.add(name);
  }

  keep(): void {
    writeWhole(this.#file, JSON.stringify(this.all));
  }
}

function namesIn(file: string): string[] {
  try {
    const names: unknown = JSON.parse(readFileSync(file, "utf8"));
    return Array.isArray(names) ? names.filter((name) => typeof name === "string") : [];
  } catch {
    return [];
  }
}

/** Builds from `tree`, and again from more as long as a tool asks for files that are there. */
export async function buildAgain<Result>(
  first: SourceTree,
  asked: AskedNames,
  read: (names: readonly string[]) => SourceTree,
  build: (tree: SourceTree) => Promise<Result>,
): Promise<Result> {
  let tree = first;
  for (;;) {
    try {
      const result = await build(tree);
      if (tree !== first) asked.keep();
      return result;
    } catch (error) {
      if (!(error instanceof MissingFileError)) throw error;
      const more = read([...asked.all, ...error.names]);
      if (count(more) <= count(tree)) throw error;
      asked.add(error.names);
      tree = more;
    }
  }
}

/** References that lead to a file. */
function count({ references }: SourceTree): number {
  return references.filter(({ path }) => path !== undefined).length;
}
