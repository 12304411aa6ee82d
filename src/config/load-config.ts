import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Config, defaultConfig } from "./config.ts";
import { ConfigError } from "./errors.ts";
import { parseConfig } from "./parse-config.ts";

const configNames = ["hilt.config.ts", "hilt.config.js", "hilt.config.mjs"];
/** What marks the root of a project that has no configuration. */
const rootMarks = ["package.json", ".git"];

export interface Project {
  /** Folder that relative paths and bench names are relative to. */
  readonly root: string;
  /** Absolute path; absent when the project has no configuration and the defaults hold. */
  readonly configFile?: string;
  readonly config: Config;
}

/** Finds the configuration in `directory` or the nearest folder above it. */
export async function loadConfig(directory: string): Promise<Project> {
  const configFile = findUpward(directory, configNames);
  if (configFile !== undefined) {
    const config = parseConfig(await importConfig(configFile), configFile);
    return { root: dirname(configFile), configFile, config };
  }
  const mark = findUpward(directory, rootMarks);
  return { root: mark === undefined ? directory : dirname(mark), config: defaultConfig };
}

function findUpward(directory: string, names: readonly string[]): string | undefined {
  const found = names.map((name) => join(directory, name)).find((path) => existsSync(path));
  const parent = dirname(directory);
  return found ?? (parent === directory ? undefined : findUpward(parent, names));
}

/** Through Vite, because Node 20 does not load TypeScript; `hilt` in it is this installation's `defineConfig`. */
async function importConfig(file: string): Promise<unknown> {
  const { runnerImport } = await import("vite");
  const own = import.meta.url.endsWith(".ts") ? "./config.ts" : "./config.js";
  try {
    const { module } = await runnerImport<{ default?: unknown }>(file, {
      root: dirname(file),
      configFile: false,
      logLevel: "silent",
      resolve: { alias: { hilt: fileURLToPath(new URL(own, import.meta.url)) } },
    });
    return module.default;
  } catch (cause) {
    throw new ConfigError(file, "", `cannot be loaded: ${(cause as Error).message}`, { cause });
  }
}
