import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** A module with the files that it needs. */
export interface Design {
  readonly name: string;
  readonly file: string;
  readonly files: readonly string[];
  readonly includeDirectories: readonly string[];
}

interface Source {
  readonly path: string;
  readonly defined: readonly string[];
  readonly code: string;
  readonly included: readonly string[];
}

/** Verilog files: which of them defines a module, and which others that one needs. */
export class Library {
  readonly #sources = new Map<string, Source>();
  readonly #headers = new Map<string, string[]>();
  readonly #definers = new Map<string, Source>();

  /** Of files whose path matches `skip` nothing is used. */
  constructor(folders: readonly string[], skip: RegExp) {
    for (const path of folders.flatMap((folder) => verilogFiles(folder, skip))) {
      const source = readSource(path);
      this.#sources.set(path, source);
      const name = basename(path);
      this.#headers.set(name, [...(this.#headers.get(name) ?? []), path]);
      for (const module of source.defined)
        if (!this.#definers.has(module)) this.#definers.set(module, source);
    }
  }

  /** Every module as a top. */
  designs(): Design[] {
    const names = [...this.#definers.keys()].sort();
    return names.map((name) => this.#design(name));
  }

  #design(name: string): Design {
    const top = this.#definers.get(name) as Source;
    const files = new Set<Source>();
    const included = new Set<string>();
    const waiting = [top];
    for (let source = waiting.pop(); source !== undefined; source = waiting.pop()) {
      if (files.has(source)) continue;
      files.add(source);
      const texts = [source, ...this.#headersOf(source, included)];
      for (const { code } of texts) {
        for (const [, word = ""] of code.matchAll(/\b([A-Za-z_]\w*)\s*(?=#\s*\(|\s[A-Za-z_\\])/g)) {
          const definer = this.#definers.get(word);
          if (definer !== undefined) waiting.push(definer);
        }
      }
    }
    return {
      name,
      file: top.path,
      files: [...files].map(({ path }) => path).sort(),
      includeDirectories: [...included].sort(),
    };
  }

  /** What a source includes, and what that does; the directories go to `directories`. */
  #headersOf(source: Source, directories: Set<string>, seen = new Set<string>()): Source[] {
    return source.included.flatMap((name) => {
      const found = this.#headers.get(basename(name)) ?? [];
      const beside = join(dirname(source.path), name);
      const path = found.includes(beside) ? beside : found.find((each) => each.endsWith(`/${name}`));
      if (path === undefined || seen.has(path)) return [];
      seen.add(path);
      directories.add(path.slice(0, -name.length - 1));
      const header = this.#sources.get(path) as Source;
      return [header, ...this.#headersOf(header, directories, seen)];
    });
  }
}

function verilogFiles(folder: string, skip: RegExp): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(v|sv|vh|svh)$/.test(name) && !skip.test(`/${name}`))
    .map((name) => join(folder, name))
    .sort();
}

function readSource(path: string): Source {
  const code = readFileSync(path, "latin1").replace(/\/\/.*|\/\*[\s\S]*?\*\/|\(\*[^)][\s\S]*?\*\)/g, " ");
  return {
    path,
    code,
    defined: [...code.matchAll(/^\s*module\s+(?:automatic\s+)?(\w+)/gm)].map(([, name = ""]) => name),
    included: [...code.matchAll(/`include\s+"([^"]+)"/g)].map(([, name = ""]) => name),
  };
}
