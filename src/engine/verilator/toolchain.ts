import { createHash } from "node:crypto";
import { accessSync, constants, existsSync, realpathSync, statSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";
import { ToolError } from "../errors.ts";
import { runTool } from "../run-tool.ts";

const LIMIT_MS = 30_000;

/** A Verilator and the C++ compiler that goes with it. */
export interface Toolchain {
  /** Absolute path of `verilator`. */
  readonly verilator: string;
  /** Where its headers and runtime are: `include` below it. */
  readonly root: string;
  /** Absolute path. */
  readonly compiler: string;
  /** Changes when one of them does. */
  readonly key: string;
}

const DEBIAN_ROOT = "/usr/share/verilator";

/**
 * The Verilator that a target names (a path of the command), or the one on the PATH; no program is started. Throws
 * `ToolError`.
 */
export function findToolchain(named?: string): Toolchain {
  const verilator = named === undefined ? onPath("verilator") : resolve(named);
  if (verilator === undefined)
    throw new ToolError("Verilator is not installed: there is no verilator on the PATH");
  if (!isExecutable(verilator)) throw new ToolError(`the target's Verilator, ${verilator}, is no program`);
  // A package for Python or an installation of its own has everything below one folder, Debian's has not.
  const besides = dirname(dirname(realpathSync(verilator)));
  const root = [besides, join(besides, "share/verilator"), DEBIAN_ROOT].find((folder) =>
    existsSync(join(folder, "include/verilated.h")),
  );
  if (root === undefined) throw new ToolError(`${verilator} has no include/verilated.h beside it`);
  const name = process.env["CXX"] ?? "g++";
  const compiler = onPath(name);
  if (compiler === undefined) throw new ToolError(`there is no C++ compiler: ${name} is not on the PATH`);
  const parts = [verilator, join(root, "bin/verilator_bin"), join(root, "include/verilated.cpp"), compiler];
  const key = createHash("sha256").update(parts.map(stampOf).join("\n")).digest("hex").slice(0, 16);
  return { verilator, root, compiler, key };
}

/** A package for Python finds its own files only when told; what a shell has set may be of another version. */
export function environmentOf({ root }: Toolchain): NodeJS.ProcessEnv {
  const { VERILATOR_ROOT: _, ...rest } = process.env;
  return root === DEBIAN_ROOT ? rest : { ...rest, VERILATOR_ROOT: root };
}

/** Such as `5.006`; undefined when it does not say. */
export async function versionOf(toolchain: Toolchain): Promise<string | undefined> {
  const { verilator: command } = toolchain;
  const env = environmentOf(toolchain);
  const run = await runTool({ name: "Verilator", command, args: ["--version"], limitMs: LIMIT_MS, env });
  return /Verilator (\d+\.\d+)/.exec(run.stdout)?.[1];
}

function onPath(name: string): string | undefined {
  if (name.includes("/")) return isExecutable(name) ? resolve(name) : undefined;
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function stampOf(path: string): string {
  const status = statSync(path, { throwIfNoEntry: false });
  return status === undefined ? `${path} -` : `${realpathSync(path)} ${status.size} ${status.mtimeMs}`;
}
