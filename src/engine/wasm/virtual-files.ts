import { UnsupportedConstructError } from "../errors.ts";
import { INCLUDE, READ_DATA } from "../file-names.ts";
import type { Reference, SourceTree } from "../source-tree.ts";

const ROOT = "hilt-sources";
/** A name in Yosys' messages and in its netlist. */
const NAME = new RegExp(`${ROOT}/\\d+/(?:=(?=[\\s:|"'])|[^:|"'\\n]+)`, "g");

/**
 * The files that Yosys sees. Each source has a folder of its own, by number, in which it is called `=`; beside it stands
 * whatever it may name, under that very name, because Yosys looks beside a source first. So no path of the user's is in
 * the script, and each name means what the tree says.
 */
export class VirtualFiles {
  readonly #tree: SourceTree;
  readonly #viewOf: (text: string, path: string) => string;
  /** Paths of all that may be read as Verilog. */
  readonly #sources: ReadonlySet<string>;
  readonly #numbers: ReadonlyMap<string, number>;
  readonly #files = new Map<string, string>();
  /** What Yosys reads of each source, by its path. */
  readonly #texts = new Map<string, string>();
  /** The file that stands at a place; undefined where the line of a name stands that leads to none. */
  readonly #meanings = new Map<string, string | undefined>();
  /** The files that names mean, each as a source spells it, after the source's folder. */
  readonly #named = new Map<string, string | undefined>();
  /** Names that lead to another file than the one that is meant. */
  readonly #misled = new Set<string>();

  /** `viewOf` is what Yosys reads instead of a source's text, by its path. */
  constructor(sources: readonly string[], tree: SourceTree, viewOf: (text: string, path: string) => string) {
    this.#tree = tree;
    this.#viewOf = viewOf;
    this.#numbers = new Map([...tree.files.keys()].map((path, number) => [path, number]));
    const included = tree.references.flatMap(({ kind, path }) =>
      kind === "include" ? [path ?? []].flat() : [],
    );
    this.#sources = new Set([...sources, ...included]);
    const there = tree.references.filter(({ path }) => path !== undefined);
    const missing = tree.references.filter(({ kind, path }) => path === undefined && kind === "include");
    for (const reference of [...there, ...missing]) this.#place(reference, markParents(reference.name));
    for (const reference of [...there, ...missing]) this.#place(reference, reference.name);
    for (const path of this.#sources) {
      this.#files.set(this.path(path), this.#textOf(path));
      this.#named.set(this.path(path), path);
    }
  }

  get files(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#files);
  }

  /** Where a source is. */
  path(source: string): string {
    return `${this.#folder(source)}=`;
  }

  /** Messages, or places, with the user's paths. */
  translate(text: string): string {
    return text.replace(NAME, (name) => this.#named.get(name) ?? name);
  }

  /**
   * The names, of those that Yosys has opened, that the tree does not know as they are spelled. Throws
   * `UnsupportedConstructError` for one that has led it to another file.
   */
  unknown(opened: readonly string[]): string[] {
    const misled = opened.find((path) => this.#misled.has(path));
    if (misled !== undefined) {
      const from = [...this.#numbers.keys()].find((path) => misled.startsWith(this.#folder(path))) ?? "";
      throw new UnsupportedConstructError(
        `the file name ${nameIn(misled)} with another meaning beside it`,
        from,
      );
    }
    return opened.filter((path) => !this.#named.has(path)).map(nameIn);
  }

  #folder(source: string): string {
    return `${ROOT}/${this.#numbers.get(source)}/`;
  }

  #textOf(path: string): string {
    const known = this.#texts.get(path);
    if (known !== undefined) return known;
    const text = (this.#tree.files.get(path) as Buffer).toString("utf8");
    const mark = (_: string, before: string, name: string): string => before + markParents(name);
    const view = this.#viewOf(text.replace(INCLUDE, mark).replace(READ_DATA, mark), path);
    this.#texts.set(path, view);
    return view;
  }

  /** Yosys' own file system takes `..` for `.`, and has nothing above its root. */
  #place(reference: Reference, spelled: string): void {
    const folder = spelled.startsWith("/") ? "" : this.#folder(reference.from);
    const parts = spelled.split("/").filter((part) => !["", ".", ".."].includes(part));
    const place = folder + parts.join("/");
    this.#named.set(folder + spelled, reference.path);
    if (this.#meanings.has(place)) {
      if (this.#meanings.get(place) !== reference.path) this.#misled.add(folder + spelled);
      return;
    }
    this.#meanings.set(place, reference.path);
    const content = reference.path === undefined ? this.#lineOf(reference) : this.#content(reference.path);
    if (content !== undefined) this.#files.set(place, content);
  }

  /** A source that includes something has to do so from its own folder. Data is what looks like it: a name may mean both. */
  #content(path: string): string {
    const bytes = this.#tree.files.get(path) as Buffer;
    if (!this.#sources.has(path) || isData(bytes)) return bytes.toString("utf8");
    return bytes.includes("`include") ? inclusion(this.path(path)) : this.#textOf(path);
  }

  /** Yosys' message about a file that is missing has nothing but the name: here it has the line too. */
  #lineOf({ from, name }: Reference): string | undefined {
    const text = this.#tree.files.get(from)?.toString("utf8") ?? "";
    const at = text.indexOf(`"${name}"`);
    if (at < 0) return undefined;
    return inclusion(`${this.path(from)}:${text.slice(0, at).split("\n").length}: ${name}`);
  }
}

/** What `$readmemh` takes (IEEE 1364-2005, section 17.2.9), with the text of comments. */
function isData(bytes: Buffer): boolean {
  const text = bytes.toString("latin1").replace(/\/\/[^\n]*|\/\*[\s\S]*?\*\//g, "");
  return !/[^\s\da-fxz_?@]/i.test(text);
}

function inclusion(name: string): string {
  return `\`include "${name}"\n`;
}

function nameIn(opened: string): string {
  return opened.replace(new RegExp(`^${ROOT}/\\d+/`), "");
}

/** `..` in another way, as long as it is: Yosys' file system would take it for the folder itself. */
function markParents(name: string): string {
  return name
    .split("/")
    .map((part) => (part === ".." ? "::" : part))
    .join("/");
}
