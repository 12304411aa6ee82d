import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { checkShape } from "./check-shape.ts";
import { type CheckedConfig, completeConfig } from "./complete-config.ts";
import { ConfigError } from "./config.ts";
import { translatedConfig } from "./translated-config.ts";

const NAMES = ["hilt.config.ts", "hilt.config.js", "hilt.config.mjs"];

export interface LoadedConfig extends CheckedConfig {
  /** The folder of the configuration; the folder that the search began in when there is none. */
  readonly root: string;
  /** The file, and the files that it imports; none where there is no configuration. Absolute. */
  readonly files: readonly string[];
}

/** Reads the nearest configuration at or above `folder`. */
export async function loadConfig(folder: string): Promise<LoadedConfig> {
  const file = findConfig(folder);
  if (file === undefined) return { ...completeConfig({}, "hilt.config.ts"), root: folder, files: [] };
  const { value, imported = [] } = await importDefault(file);
  if (value === undefined) throw new ConfigError(file, "has no default export");
  const files = [file, ...imported];
  return { ...completeConfig(await checkShape(value, file), file), root: dirname(file), files };
}

interface Default {
  readonly value: unknown;
  readonly imported?: readonly string[];
}

async function importDefault(file: string): Promise<Default> {
  try {
    return file.endsWith(".ts") ? await transpileDefault(file) : await bundleDefault(file);
  } catch (cause) {
    throw new ConfigError(file, `cannot be loaded: ${reasonOf(cause as Error)}`, { cause });
  }
}

/** Without the bundler's drawing, of which the line is kept, and without the name of the translated file. */
function reasonOf({ message }: Error): string {
  const text = stripVTControlCharacters(message);
  const problem = /^\[[A-Z_]+\] (.*)$/m.exec(text)?.[1] ?? text;
  const line = /\[ \S+?:(\d+):\d+ \]/.exec(text)?.[1];
  return `${problem.replace(/ imported from .*\.mjs$/, "")}${line === undefined ? "" : ` (line ${line})`}`;
}

/** Node 20 knows no TypeScript, and takes a file for CommonJS when the project does not say otherwise; Vite minds neither. */
async function transpileDefault(file: string): Promise<Default> {
  const translated = await translatedConfig(file);
  if (translated === undefined) return await bundleDefault(file);
  return { value: ((await import(pathToFileURL(translated).href)) as { default?: unknown }).default };
}

/** Each time as the file and its imports are now: Node would give a module that it has loaded once more. */
async function bundleDefault(file: string): Promise<Default> {
  const { loadConfigFromFile } = await import("vite");
  const loaded = await loadConfigFromFile({ command: "serve", mode: "test" }, file, dirname(file), "silent");
  const imported = loaded?.dependencies.map((path) => resolve(path)).filter((path) => path !== file);
  return { value: loaded?.config, ...(imported === undefined ? {} : { imported }) };
}

/** The nearest configuration at or above a folder. */
export function findConfig(folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const found = NAMES.map((name) => join(at, name)).find((path) => existsSync(path));
    if (found !== undefined) return found;
    if (dirname(at) === at) return undefined;
  }
}
