import { mkdirSync, realpathSync, writeFileSync } from "node:fs";
import { dirname, join, normalize, resolve } from "node:path";
import type { ModelSource } from "../engine.ts";
import { BuildError, MissingFileError } from "../errors.ts";
import type { Reference, SourceTree } from "../source-tree.ts";

const COPIES = "hilt-sources";

/**
 * Copies of a design's files below a build's folder, each at its path: what is edited while the tools run is not seen by
 * them. The tools run in that folder and get names like `hilt-sources/home/me/rtl/dma.v`.
 */
export class SourceCopies {
  readonly folder: string;
  readonly #source: ModelSource;
  readonly #tree: SourceTree;

  /** Makes nothing; see `write`. */
  constructor(folder: string, source: ModelSource, tree: SourceTree) {
    this.folder = folder;
    this.#source = source;
    this.#tree = tree;
  }

  write(): void {
    for (const directory of this.searched)
      mkdirSync(join(this.folder, this.copyOf(directory)), { recursive: true });
    for (const [path, bytes] of this.#tree.files) this.#put(this.copyOf(path), bytes);
    for (const reference of this.#tree.references) this.#lead(reference);
  }

  /** The folders for `include`; those of the files themselves come after them. */
  get searched(): readonly string[] {
    return [...(this.#source.includeDirectories ?? []), process.cwd()];
  }

  copyOf(path: string): string {
    return COPIES + plain(resolve(path));
  }

  /** File and line of the first that matches. */
  find(pattern: RegExp): string | undefined {
    for (const [path, bytes] of this.#tree.files) {
      const text = bytes.toString("utf8");
      const at = text.search(pattern);
      if (at >= 0) return `${path}:${text.slice(0, at).split("\n").length}`;
    }
    return undefined;
  }

  /** Messages, or generated text, with the user's paths, each as `written`. */
  translate(text: string, written: (path: string) => string = (path) => path): string {
    const escaped = realpathSync(this.folder).replace(/[^\w/]/g, "\\$&");
    const here = new RegExp(`(?:(?<=")/[^"\\n]*/|${escaped}/)?${COPIES}(/[\\w.+/-]*)`, "g");
    return text.replace(here, (_, path: string) => written(original(path)));
  }

  /** Throws `MissingFileError` if a tool has opened what is neither here nor its own (in `own`): the copies are not all. */
  check(tool: string, opened: readonly string[], own: readonly string[]): void {
    const known = [this.folder, ...own].map((path) => realpathSync(path));
    const outside = opened
      .map((path) => real(resolve(this.folder, path)))
      .filter((path) => !this.#tree.files.has(path))
      .filter((path) => !known.some((each) => path === each || path.startsWith(`${each}/`)));
    if (outside.length > 0) throw new MissingFileError(`${tool} has read ${outside.join(", ")}`, outside);
  }

  #put(copy: string, content: string | Buffer): void {
    const path = join(this.folder, copy);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }

  /**
   * A name that leads through a link leads nowhere among the copies, nor does one with a space in it: a line there leads
   * to the file.
   */
  #lead({ kind, from, name, path }: Reference): void {
    if (kind === "data" || path === undefined || name.startsWith("/")) return;
    const directories = kind === "include" ? [...this.searched, dirname(from)] : [dirname(from)];
    const found = directories
      .map((directory) => normalize(`${directory}/${name}`))
      .find((place) => this.#tree.files.has(place));
    if (found === path && plain(name) === name) return;
    if (found !== undefined && found !== path)
      throw new BuildError(
        `the file name ${name} means ${path}, but ${found} without the links on the way`,
        from,
      );
    const place = normalize(`${this.copyOf(dirname(from))}/${name}`);
    this.#put(place, `${kind === "include" ? "`" : "#"}include "${this.copyOf(path)}"\n`);
  }
}

/** Some Verilators cut a path off at its first space. */
function plain(path: string): string {
  return encodeURI(path)
    .replace(/[^\w./%-]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll("%", "+");
}

function original(path: string): string {
  const bytes = path.replace(/\+([\dA-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, "latin1").toString("utf8");
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
