import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { checkShape } from "./check-shape.ts";
import { type CheckedConfig, completeConfig } from "./complete-config.ts";
import { ConfigError } from "./config.ts";
import { translatedConfig } from "./translated-config.ts";

const NAMES = ["hilt.config.ts", "hilt.config.js", "hilt.config.mjs"];

export interface LoadedConfig extends CheckedConfig {
  /** The folder of the configuration; the working folder when there is none. */
  readonly root: string;
}

/** Reads the nearest configuration at or above `folder`. */
export async function loadConfig(folder: string): Promise<LoadedConfig> {
  const file = findConfig(folder);
  if (file === undefined) return { ...completeConfig({}, "hilt.config.ts"), root: folder };
  const value = await importDefault(file);
  if (value === undefined) throw new ConfigError(file, "has no default export");
  return { ...completeConfig(await checkShape(value, file), file), root: dirname(file) };
}

async function importDefault(file: string): Promise<unknown> {
  try {
    if (file.endsWith(".ts")) return await transpileDefault(file);
    return ((await import(pathToFileURL(file).href)) as { default?: unknown }).default;
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
async function transpileDefault(file: string): Promise<unknown> {
  const translated = await translatedConfig(file);
  if (translated !== undefined)
    return ((await import(pathToFileURL(translated).href)) as { default?: unknown }).default;
  const { loadConfigFromFile } = await import("vite");
  return (await loadConfigFromFile({ command: "serve", mode: "test" }, file, dirname(file), "silent"))
    ?.config;
}

function findConfig(folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const found = NAMES.map((name) => join(at, name)).find((path) => existsSync(path));
    if (found !== undefined) return found;
    if (dirname(at) === at) return undefined;
  }
}
