import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, relative } from "node:path";
import { FolderNameError } from "./errors.ts";

/** Vite takes a path for a URL: it ends at `#` and `?`, and in some places `%20` is a space and a plain `%` an error. */
const MISREAD = /[#?%]/;
/** What is misread in a bench's own name too. */
const END = /[#?]/;

/** Folders whose names Vite misreads, by links that it does not. They are gone when this is disposed of. */
export class PlainFolders implements Disposable {
  readonly #links = new Map<string, string>();
  #folder: string | undefined;

  /** The folder itself where Vite can read its name. */
  of(folder: string): string {
    if (!MISREAD.test(folder)) return folder;
    const known = this.#links.get(folder);
    if (known !== undefined) return known;
    checkName(tmpdir(), MISREAD);
    this.#folder ??= mkdtempSync(join(tmpdir(), "hilt-folders-"));
    const link = join(this.#folder, String(this.#links.size));
    symlinkSync(folder, link);
    this.#links.set(folder, link);
    return link;
  }

  /** A bench in `root`, or anywhere. Throws `FolderNameError` if its own name, or that of a folder in `root`, cannot be read. */
  file(path: string, root: string): string {
    const inRoot = relative(root, path);
    const plain = inRoot.startsWith("..")
      ? join(this.of(dirname(path)), basename(path))
      : join(this.of(root), inRoot);
    checkName(plain, END);
    return plain;
  }

  /** Whether there are links, which Vite must not follow. */
  get hasLinks(): boolean {
    return this.#links.size > 0;
  }

  [Symbol.dispose](): void {
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
  }
}

function checkName(path: string, misread: RegExp): void {
  const part = misread.exec(path)?.[0];
  if (part !== undefined) throw new FolderNameError(path, part);
}
