import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Plugin, UserConfig } from "vite";
import type {} from "vitest/config";
import type { VitestPluginContext } from "vitest/node";
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

/** Makes Vitest run benches: which files they are, what `hilt` means in them, how long they may take. */
export function benchConfig(timeoutMs: number): UserConfig {
  return {
    resolve: { alias: { hilt: ours("index") } },
    test: {
      include: ["**/*.hil.{ts,mts,js,mjs}"],
      exclude: ["**/node_modules/**"],
      setupFiles: [ours("session/worker-setup")],
      // It is JavaScript already, wherever it lies: Node loads it as it is.
      server: { deps: { external: [new RegExp(`^${escaped(ROOT)}`)] } },
      testTimeout: timeoutMs,
      hookTimeout: timeoutMs,
    },
  };
}

export function benchPlugin(run: RunContext, timeoutMs: number): Plugin {
  return {
    name: "hilt",
    config: () => benchConfig(timeoutMs),
    configureVitest({ project }: VitestPluginContext) {
      project.provide("hilt", run);
    },
  };
}
