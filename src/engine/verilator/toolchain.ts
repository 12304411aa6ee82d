import { createHash } from "node:crypto";
import {
  accessSync,
  constants,
  existsSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
} from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";
import { ToolError } from "../errors.ts";
import { keepSealed, readSealed } from "../sealed-file.ts";

/** A Verilator and the C++ compiler that goes with it. */
export interface Toolchain {
  /** Absolute path of `verilator`. */
  readonly verilator: string;
  /** Where its headers and runtime are: `include` below it. */
  readonly root: string;
  /** Such as `5.006`, as its files say; no program is started for it. */
  readonly version: string | undefined;
  /** Absolute path. */
  readonly compiler: string;
  /** Its command, what that starts, and the compiler. */
  readonly programs: readonly string[];
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
  // A package for Python or an installation of its own has everything below one folder, Debian's has not. Headers from
  // elsewhere are of another version.
  const besides = dirname(dirname(realpathSync(verilator)));
  const root = [besides, join(besides, "share/verilator")].find((folder) =>
    existsSync(join(folder, "include/verilated.h")),
  );
  if (root === undefined) throw new ToolError(`${verilator} has no include/verilated.h beside it`);
  const name = process.env["CXX"] ?? "g++";
  const compiler = onPath(name);
  if (compiler === undefined) throw new ToolError(`there is no C++ compiler: ${name} is not on the PATH`);
  const binaries = [join(dirname(realpathSync(verilator)), "verilator_bin"), join(root, "bin/verilator_bin")];
  const programs = [verilator, ...binaries, compiler].filter(isExecutable);
  return { verilator, root, version: versionIn(root), compiler, programs };
}

/** What a shell may have set for the compiler. */
export const COMPILER_VARIABLES: readonly string[] = [
  "CPATH",
  "C_INCLUDE_PATH",
  "CPLUS_INCLUDE_PATH",
  "LIBRARY_PATH",
  "COMPILER_PATH",
  "GCC_EXEC_PREFIX",
];

/**
 * Hash of the content of the programs and of Verilator's own headers. To read them takes a tenth of a second, so that it
 * is kept in `directory` by what the file system says of the files: the time of a file's last change, which nobody sets, among it.
 */
export function toolchainKey({ programs, root }: Toolchain, directory: string): string {
  const include = join(root, "include");
  const headers = readdirSync(include, { recursive: true, encoding: "utf8" }).map((name) =>
    join(include, name),
  );
  const files = [...programs, ...headers.sort()];
  const hash = createHash("sha256");
  const variables = COMPILER_VARIABLES.map((name) => process.env[name] ?? null);
  hash.update(JSON.stringify([process.arch, process.platform, variables]));
  for (const path of files) {
    const { dev, ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
    hash.update(`${path} ${dev} ${ino} ${size} ${mtimeNs} ${ctimeNs}\n`);
  }
  const state = hash.digest("hex");
  const place = join(directory, "tools", state);
  const known = readSealed(place, state);
  if (known !== undefined) return known.toString();
  const content = createHash("sha256").update(JSON.stringify([process.arch, process.platform, variables]));
  for (const path of files.filter((each) => statSync(each).isFile()))
    content.update(`${path}\n`).update(readFileSync(path));
  const key = content.digest("hex");
  keepSealed(place, state, Buffer.from(key));
  return key;
}

/** A package for Python finds its own files only when told; what a shell has set may be of another version. */
export function environmentOf({ root }: Toolchain): NodeJS.ProcessEnv {
  const { VERILATOR_ROOT: _, ...rest } = process.env;
  return root === DEBIAN_ROOT ? rest : { ...rest, VERILATOR_ROOT: root };
}

/** Python's packages say it in the name of their metadata (their `--version` and header are those of some day's sources). */
function versionIn(root: string): string | undefined {
  const packages = readdirSync(dirname(root)).join("\n");
  const header = readFileSync(join(root, "include/verilated_config.h"), "utf8");
  const match =
    /^verilator-(\d+)\.(\d+)\S*\.dist-info$/m.exec(packages) ??
    /VERILATOR_VERSION "(\d+)\.(\d+)/.exec(header);
  return match === null ? undefined : `${match[1]}.${(match[2] as string).padStart(3, "0")}`;
}

/** Absolute path of a command, as a shell would find it. */
export function onPath(name: string): string | undefined {
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
