import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin, UserConfig } from "vite";
import type {} from "vitest/config";
import type { PoolOptions, VitestPluginContext } from "vitest/node";
import { BenchWorker } from "./bench-worker.ts";
import type { RunContext } from "./run-context.ts";
import "./run-context.ts";

/** The sources, or what was built of them. */
export const OURS: string = fileURLToPath(new URL("..", import.meta.url));

/** A file of hilt's. */
function ours(folder: string, name: string): string {
  return ["ts", "js"]
    .map((ending) => join(folder, `${name}.${ending}`))
    .find((path) => existsSync(path)) as string;
}

function escaped(path: string): string {
  return path.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

/**
 * Makes Vitest run benches: which files they are, what `hilt` means in them, how long they may take. In `workersDirectory`
 * each worker writes down what it is at, and prints into a file, for the process that has started it.
 * `folder`: where hilt lies, under a name that Vite can read.
 */
export function benchConfig(timeoutMs: number, workersDirectory?: string, folder: string = OURS): UserConfig {
  return {
    resolve: { alias: { hilt: ours(folder, "index") } },
    test: {
      include: ["**/*.hil.{ts,mts,js,mjs}"],
      exclude: ["**/node_modules/**"],
      // It is JavaScript already, wherever it lies: Node loads it as it is.
      server: { deps: { external: [new RegExp(`^${escaped(folder)}`)] } },
      testTimeout: timeoutMs,
      hookTimeout: timeoutMs,
      ...(workersDirectory === undefined ? {} : watched(workersDirectory, folder)),
    },
  };
}

export function benchPlugin(run: RunContext, timeoutMs: number, folder: string): Plugin {
  return {
    name: "hilt",
    config: () => benchConfig(timeoutMs, run.workersDirectory, folder),
    configureVitest({ project }: VitestPluginContext) {
      project.provide("hilt", run);
    },
  };
}

function watched(directory: string, folder: string) {
  return {
    runner: ours(folder, "session/bench-runner"),
    pool: {
      name: "hilt",
      createPoolWorker: (options: PoolOptions) => new BenchWorker(options, directory),
    },
    disableConsoleIntercept: true,
    includeTaskLocation: true,
  };
}
