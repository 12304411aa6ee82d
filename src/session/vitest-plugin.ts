import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Plugin, UserConfig } from "vite";
import type {} from "vitest/config";
import type { PoolOptions, VitestPluginContext } from "vitest/node";
import { BenchWorker } from "./bench-worker.ts";
import type { RunContext } from "./run-context.ts";
import "./run-context.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** A file of hilt's, from the sources or from the build. */
function ours(name: string): string {
  return ["ts", "js"]
    .map((ending) => fileURLToPath(new URL(`../${name}.${ending}`, import.meta.url)))
    .find((path) => existsSync(path)) as string;
}

function escaped(path: string): string {
  return path.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

/**
 * Makes Vitest run benches: which files they are, what `hilt` means in them, how long they may take. In `workersDirectory`
 * each worker writes down what it is at, and prints into a file, for the process that has started it.
 */
export function benchConfig(timeoutMs: number, workersDirectory?: string): UserConfig {
  return {
    resolve: { alias: { hilt: ours("index") } },
    test: {
      include: ["**/*.hil.{ts,mts,js,mjs}"],
      exclude: ["**/node_modules/**"],
      // It is JavaScript already, wherever it lies: Node loads it as it is.
      server: { deps: { external: [new RegExp(`^${escaped(ROOT)}`)] } },
      testTimeout: timeoutMs,
      hookTimeout: timeoutMs,
      ...(workersDirectory === undefined ? {} : watched(workersDirectory)),
    },
  };
}

export function benchPlugin(run: RunContext, timeoutMs: number): Plugin {
  return {
    name: "hilt",
    config: () => benchConfig(timeoutMs, run.workersDirectory),
    configureVitest({ project }: VitestPluginContext) {
      project.provide("hilt", run);
    },
  };
}

function watched(directory: string) {
  return {
    runner: ours("session/bench-runner"),
    pool: {
      name: "hilt",
      createPoolWorker: (options: PoolOptions) => new BenchWorker(options, directory),
    },
    disableConsoleIntercept: true,
    includeTaskLocation: true,
  };
}
