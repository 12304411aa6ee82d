import { readdirSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { dirname, join, relative, sep } from "node:path";

/**
 * Who may import whom: a room may import itself and the rooms listed here, and nothing else of ours. `links/` stands for
 * the files of that folder itself, which name no link: the registry, what its rows look like, settings that links share.
 */
export const floors: Readonly<Record<string, readonly string[]>> = {
  core: [],
  memory: ["core"],
  spec: ["core"],
  bus: ["core", "memory"],
  wdm: ["bus", "memory", "core"],
  native: ["core"],
  engine: ["native", "core"],
  wire: ["bus", "spec", "memory", "core"],
  driver: ["wdm", "bus", "spec", "memory", "core"],
  journal: ["native", "bus", "spec", "memory", "core"],
  links: ["engine", "wire", "board", "native", "journal", "bus", "spec", "memory", "core"],
  board: ["engine", "wire", "native", "core"],
  config: ["links/", "memory", "core"],
  report: ["bus", "core"],
  session: [
    "driver",
    "links/",
    "journal",
    "board",
    "config",
    "report",
    "wdm",
    "bus",
    "spec",
    "memory",
    "core",
  ],
  cli: ["session", "report", "journal", "config", "core"],
  "index.ts": ["session", "config", "driver", "wdm", "bus", "spec", "memory", "core"],
};

/** Third-party packages and the one room each may be imported from. Node's own modules are free. */
export const packages: Readonly<Record<string, readonly string[]>> = {
  yargs: ["cli"],
  winston: ["cli"],
  zod: ["config", "links", "board"],
  yaml: ["board"],
  vitest: ["session", "index.ts"],
  vite: ["session", "config"],
  serialport: ["links"],
  "@yowasp/yosys": ["engine"],
  koffi: ["engine", "native"],
};

export interface Import {
  /** Path of the importing file below the source folder. */
  readonly file: string;
  readonly specifier: string;
}

/** Every import and export-from of the modules below `folder`, with the count of modules seen. */
export function importsBelow(folder: string): { modules: number; imports: Import[] } {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
    /\.(ts|js|mjs)$/.test(name),
  );
  const imports = files.flatMap((file) => {
    const text = readFileSync(join(folder, file), "utf8");
    return specifiers(text).map((specifier) => ({ file, specifier }));
  });
  return { modules: files.length, imports };
}

export function specifiers(text: string): string[] {
  const pattern =
    /(?:^|[\s;])(?:import|export)\s[^"';]*?from\s*["']([^"']+)["']|import\s*\(?\s*["']([^"']+)["']/g;
  return [...text.matchAll(pattern)].map((match) => match[1] ?? match[2] ?? "");
}

/** One line for each import that the table does not allow. */
export function violations(folder: string, imports: readonly Import[]): string[] {
  return imports.flatMap(({ file, specifier }) => {
    const room = roomOf(file);
    if (specifier.startsWith(".")) {
      const path = relative(folder, join(folder, file, "..", specifier));
      const target = roomOf(path);
      const isAllowed =
        target === room || floors[room]?.includes(target) || floors[room]?.includes(`${dirname(path)}/`);
      return isAllowed ? [] : [`${file}: ${room} may not import ${target} (${specifier})`];
    }
    return isPackageAllowed(room, specifier) ? [] : [`${file}: package ${specifier} has no place in ${room}`];
  });
}

/** What only links may name: each link, and the engines and tools that stand below one. */
const WORDS_OF_LINKS = ["wasm", "verilator", "yosys", "icarus", "iverilog", "koffi", "serialport"];
/** What a room above the links may say all the same: advice by the code of an error, the content of a new project. */
const MAY_NAME = ["cli/hints.ts", "cli/commands/init.ts"];

/** One line for each place in `session` and `cli` that names a link, an engine or a toolchain; `links` are the links' names. */
export function namedLinks(links: readonly string[], files: ReadonlyMap<string, string>): string[] {
  const names = new RegExp(`\\b(?:${[...links, ...WORDS_OF_LINKS].join("|")})\\b`, "i");
  return [...files]
    .filter(([file]) => ["session", "cli"].includes(roomOf(file)) && !MAY_NAME.includes(file))
    .flatMap(([file, text]) =>
      text
        .split("\n")
        .flatMap((line, index) => (names.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : [])),
    );
}

function roomOf(path: string): string {
  return path.split(sep)[0] ?? path;
}

function isPackageAllowed(room: string, specifier: string): boolean {
  if (specifier.startsWith("node:")) return true;
  if (builtinModules.includes(specifier)) return false;
  const name = specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
  return packages[name]?.includes(room) ?? false;
}
