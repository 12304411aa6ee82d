import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";

/** Options for Verilator, and what they name. */
export interface OptionFiles {
  /** `copyOf` gives the names that the tool gets. */
  readonly args: (copyOf: (path: string) => string) => string[];
  readonly files: readonly string[];
  /** For `include` and for modules. */
  readonly directories: readonly string[];
}

type Part = string | { readonly prefix: string; readonly path: string };

/** Takes the files and folders, relative to the working folder, out of options; lists of options (`-f`) are read. */
export function optionFiles(options: readonly string[]): OptionFiles {
  const parts = partsOf(options, process.cwd());
  const paths = parts.flatMap((part) => (typeof part === "string" ? [] : [part.path]));
  return {
    args: (copyOf) =>
      parts.map((part) => (typeof part === "string" ? part : part.prefix + copyOf(part.path))),
    files: paths.filter((path) => !isDirectory(path)),
    directories: paths.filter(isDirectory),
  };
}

function partsOf(options: readonly string[], folder: string): Part[] {
  const parts: Part[] = [];
  for (let at = 0; at < options.length; at++) {
    const option = options[at] as string;
    const value = options[at + 1];
    if (/^-[fF]$/.test(option) && value !== undefined) {
      const list = resolve(folder, value);
      parts.push(...partsOf(wordsOf(list), option === "-F" ? dirname(list) : folder));
      at++;
    } else if (option.startsWith("+incdir+")) {
      const directories = option.split("+").slice(2);
      parts.push(...directories.map((path) => ({ prefix: "-I", path: resolve(folder, path) })));
    } else if (/^-I./.test(option)) {
      parts.push({ prefix: "-I", path: resolve(folder, option.slice(2)) });
    } else if (!/^[-+]/.test(option) && existsSync(resolve(folder, option))) {
      parts.push({ prefix: "", path: resolve(folder, option) });
    } else {
      parts.push(option);
    }
  }
  return parts;
}

function wordsOf(list: string): string[] {
  if (!existsSync(list)) return ["-f", list];
  const text = readFileSync(list, "utf8").replace(/\/\/.*|^\s*#.*/gm, "");
  return text.split(/\s+/).filter((word) => word !== "");
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
