import { resolve, sep } from "node:path";
import type { Vitest } from "vitest/node";
import { isBench } from "./bench-files.ts";

/** In Vitest's watch mode: an edit of one of the sources of a target's model runs the benches again. */
export class SourceWatch {
  readonly #vitest: Vitest;
  readonly #sources = new Set<string>();

  constructor(vitest: Vitest) {
    this.#vitest = vitest;
    vitest.config.watchTriggerPatterns ??= [];
    // It is asked of every path that changes; what it does not know is left to Vitest.
    vitest.config.watchTriggerPatterns.push({
      pattern: /^.*$/s,
      testsToRun: (path) => (this.#has(resolve(path)) ? this.#benches() : undefined),
    });
  }

  /** Files and folders, absolute; those that are known already stay. */
  add(sources: readonly string[]): void {
    const more = sources.filter((source) => !this.#sources.has(source));
    for (const source of more) this.#sources.add(source);
    if (more.length > 0) this.#vitest.vite.watcher.add(more);
  }

  #has(path: string): boolean {
    return [...this.#sources].some((source) => path === source || path.startsWith(source + sep));
  }

  #benches(): string[] {
    return this.#vitest.state.getFilepaths().filter(isBench);
  }
}
