import { readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, isAbsolute, resolve } from "node:path";
import type { ModelSource } from "./engine.ts";
import { BuildError } from "./errors.ts";
import { type FileNames, namesIn } from "./file-names.ts";

/** A name of a file, as `from` gives it to `include`, to `$readmemh` for its data, or in C++ to `#include`. */
export interface Reference {
  readonly kind: "include" | "data" | "header";
  readonly from: string;
  readonly name: string;
  /** The file that it means; undefined where there is none. */
  readonly path: string | undefined;
}

/**
 * All that the tools of a build may see: each file read once, by absolute path. The tools work on these bytes and on nothing
 * else, so that what is compiled is what the key of the model was made of.
 */
export interface SourceTree {
  readonly files: ReadonlyMap<string, Buffer>;
  readonly references: readonly Reference[];
}

export interface TreeOptions {
  /** Names that no source shows, such as those that a macro puts together; the tools report them. */
  readonly names?: readonly string[];
  /** Data files are part of the build. */
  readonly withData?: boolean;
}

/**
 * Reads the sources and whatever they may include, however deep: more than the tools will ask for, because what stands
 * after an `ifdef or in a macro counts too. Throws `BuildError` for a file that cannot be read.
 */
export function readTree(source: ModelSource, options: TreeOptions = {}): SourceTree {
  return new TreeReader(source, options).read();
}

/** C or C++, for functions that the Verilog imports (DPI, IEEE 1800-2017, section 35). */
export function isForeign(file: string): boolean {
  return /\.(c|cc|cpp|cxx)$/.test(file);
}

class TreeReader {
  readonly #files = new Map<string, Buffer>();
  readonly #names = new Map<string, FileNames>();
  readonly #references = new Map<string, Reference>();
  readonly #exists = new Map<string, boolean>();
  readonly #source: ModelSource;
  readonly #asked: readonly string[];
  readonly #withData: boolean;
  readonly #hasForeign: boolean;

  constructor(source: ModelSource, { names = [], withData = false }: TreeOptions) {
    this.#source = source;
    this.#asked = names;
    this.#withData = withData;
    this.#hasForeign = source.files.some(isForeign);
  }

  read(): SourceTree {
    for (const path of this.#source.files) this.#add(path, `the sources of ${this.#source.top}`);
    for (let before = -1; before < this.#references.size; ) {
      before = this.#references.size;
      this.#follow();
    }
    const byName = (a: Reference, b: Reference): number => (keyOf(a) < keyOf(b) ? -1 : 1);
    return { files: this.#files, references: [...this.#references.values()].sort(byName) };
  }

  #add(path: string, from: string): void {
    if (this.#files.has(path)) return;
    let bytes: Buffer;
    try {
      bytes = readFileSync(path);
    } catch (cause) {
      const reason = (cause as Error).message;
      throw new BuildError(`cannot read ${path}, named by ${from}: ${reason}`, undefined, { cause });
    }
    if (/^(?:fffe|feff)/.test(bytes.toString("hex", 0, 2)))
      throw new BuildError("the file is UTF-16: save it as UTF-8", path);
    this.#files.set(path, bytes);
  }

  /** What the files known so far refer to. A macro, or a parameter, may hold a name that another file gives it. */
  #follow(): void {
    for (const [path, bytes] of this.#files)
      if (!this.#names.has(path)) this.#names.set(path, namesIn(bytes));
    const sources = [...this.#names.values()];
    const values = Object.values(this.#source.defines ?? {}).map((value) => value.replace(/^"|"$/g, ""));
    const given = [...values, ...this.#asked];
    const isByMacro = sources.some(({ includesMacro }) => includesMacro);
    const macros = isByMacro ? [...sources.flatMap(({ macros: strings }) => strings()), ...given] : [];
    const isData = this.#withData && sources.some(({ readsData }) => readsData);
    const data = isData ? [...sources.flatMap(({ strings }) => strings()), ...given] : [];
    for (const [from, { includes, includesMacro, readsData, headers }] of this.#names) {
      this.#refer("include", from, [...includes, ...(includesMacro ? macros : this.#asked)]);
      if (readsData) this.#refer("data", from, data);
      if (this.#hasForeign) this.#refer("header", from, [...headers(), ...this.#asked]);
    }
  }

  #refer(kind: Reference["kind"], from: string, names: readonly string[]): void {
    for (const name of names) {
      const key = keyOf({ kind, from, name });
      if (name === "" || this.#references.has(key)) continue;
      const path = this.#find(kind, from, name);
      this.#references.set(key, { kind, from, name, path });
      if (path !== undefined) this.#add(path, from);
    }
  }

  #find(kind: Reference["kind"], from: string, name: string): string | undefined {
    if (isAbsolute(name)) return this.#isFile(name) ? name : undefined;
    for (const folder of this.#folders(kind, from)) {
      const path = `${folder}/${name}`;
      // Above a folder that is a link stands the parent of its target.
      if (this.#isFile(path)) return name.includes("..") ? realpathSync(path) : resolve(path);
    }
    return undefined;
  }

  /** The folders of the configuration, the working folder, that of the file that names it, that of a link's target. */
  *#folders(kind: Reference["kind"], from: string): Generator<string> {
    if (kind === "include") yield* this.#source.includeDirectories ?? [];
    if (kind !== "header") yield process.cwd();
    yield dirname(from);
    if (kind !== "header") yield dirname(realpathSync(from));
  }

  #isFile(path: string): boolean {
    const known = this.#exists.get(path);
    if (known !== undefined) return known;
    const is = isFile(path);
    this.#exists.set(path, is);
    return is;
  }
}

/** A string that is too long for a name, or has a sign that no name has, is none. */
function isFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  } catch {
    return false;
  }
}

function keyOf({ kind, from, name }: Pick<Reference, "kind" | "from" | "name">): string {
  return `${from}\n${kind}\n${name}`;
}
