import { readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { UsageError } from "./errors.ts";

const BENCH = /\.hil\.(ts|mts|js|mjs)$/;

export function isBench(path: string): boolean {
  return BENCH.test(path);
}

/** The benches that paths stand for: files themselves, and every bench below a folder. Absolute, sorted. */
export function findBenches(root: string, paths: readonly string[]): string[] {
  const files = new Set(paths.flatMap((path) => benchesAt(resolve(root, path), path)));
  if (files.size === 0) throw new UsageError(`no benches (*.hil.ts) in ${paths.join(", ")}`);
  return [...files].sort();
}

function benchesAt(path: string, given: string): string[] {
  const status = statSync(path, { throwIfNoEntry: false });
  if (status === undefined) throw new UsageError(`${given}: no such file or folder`);
  if (status.isDirectory()) return below(path);
  if (!isBench(path)) throw new UsageError(`${given} is not a bench: its name does not end in .hil.ts`);
  return [path];
}

function below(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === "node_modules" || entry.name.startsWith(".")) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return below(path);
    return isBench(entry.name) ? [path] : [];
  });
}
