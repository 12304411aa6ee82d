import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ModelSource } from "../engine.ts";
import { BuildError, MissingFileError, ToolError } from "../errors.ts";
import { runTool, type ToolLimit } from "../run-tool.ts";
import { keepSealed, readSealed } from "../sealed-file.ts";
import { isForeign } from "../source-tree.ts";
import { clockLoop } from "./clock-loop.ts";
import { openedByCompiler } from "./opened-files.ts";
import type { SourceCopies } from "./source-copies.ts";
import { type Toolchain, toolchainKey } from "./toolchain.ts";
import { PREFIX } from "./translate.ts";

/** The C++ side of this engine. */
export const SHIM: string = fileURLToPath(new URL("../../../sim/verilator", import.meta.url));

/**
 * Of the functions that Verilator calls over and over; what runs once is not worth the compiler's time. The two passes that
 * are left out take a sixth of it, and what they make of long functions without loops is no faster.
 */
const FAST: readonly string[] = ["-O2", "-fno-tree-pre", "-fno-gcse"];
const SLOW: readonly string[] = ["-O0"];

/** Verilator's makefile would compile at -Os, each file on its own and the runtime every time. */
export async function compileModel(
  source: ModelSource,
  copies: SourceCopies,
  toolchain: Toolchain,
  runtimeDirectory: string,
  limit: ToolLimit,
): Promise<string> {
  const { compiler } = toolchain;
  const { folder } = copies;
  const generated = readdirSync(folder).filter((name) => name.endsWith(".cpp"));
  const include = (names: readonly string[]): string => names.map((name) => `#include "${name}"\n`).join("");
  writeFileSync(join(folder, "ports.inc"), portsOf(readFileSync(join(folder, `${PREFIX}.h`), "utf8")));
  // What waves and coverage see of a cycle is what `eval` does.
  const isPlain = source.waves === undefined && source.coverage !== true;
  const loop = isPlain ? clockLoop(folder, source.clock) : undefined;
  const fast = include(generated.filter((name) => !isSlow(name)));
  writeFileSync(join(folder, "fast.inc"), `${fast}${loop ?? ""}`);
  writeFileSync(join(folder, "slow.cc"), include(generated.filter(isSlow)));
  writeFileSync(join(folder, "exports.map"), "{ global: hilt_*; local: *; };\n");
  const flags = [...commonFlags(source, toolchain), `-I${folder}`];
  const stop = source.stop === undefined ? "0" : `model.${source.stop}`;
  const defines = [
    ...[`-DHILT_TOP="${source.top}"`, `-DHILT_CLOCK=${source.clock}`, `-DHILT_STOP=${stop}`],
    ...[
      '-DHILT_PORTS="ports.inc"',
      '-DHILT_SOURCES="fast.inc"',
      `-DHILT_CLOCK_LOOP=${loop === undefined ? 0 : 1}`,
    ],
  ];
  const objects = ["model.o", "slow.o"].map((name) => join(folder, name));
  const compile = (
    from: string,
    level: readonly string[],
    object: string,
    more: readonly string[] = [],
  ): Promise<void> => cxx(compiler, [...flags, ...level, ...more, "-c", "-o", object, from], limit);
  const parts = [
    ...runtimeNames(folder).map((name) => join(toolchain.root, "include", `${name}.cpp`)),
    join(SHIM, "watch.cpp"),
  ];
  const foreign = source.files
    .filter(isForeign)
    .map((file, index) => ({ file, object: join(folder, `foreign${index}.o`) }));
  const [runtime] = await allEnded([
    allEnded(parts.map((file) => runtimeObject(file, source, toolchain, folder, runtimeDirectory, limit))),
    compile(join(SHIM, "model.cpp"), FAST, objects[0] as string, defines),
    compile(join(folder, "slow.cc"), SLOW, objects[1] as string),
    ...foreign.map(({ file, object }) =>
      compileForeign(file, object, [...flags, ...FAST], copies, toolchain, limit),
    ),
  ]);
  const library = join(folder, "model.so");
  // `-Wl` would take a comma in the path for the end of it.
  const exported = ["-Xlinker", `--version-script=${join(folder, "exports.map")}`];
  // What nothing defines is an error here, and not when the model is opened.
  const link = ["-shared", "-Wl,-Bsymbolic", "-Xlinker", "--no-undefined", ...exported];
  const libraries = [
    "-pthread",
    ...(source.waves !== undefined ? wavesLibraries(toolchain) : []),
    "-latomic",
  ];
  await cxx(
    compiler,
    [...link, "-o", library, ...objects, ...foreign.map(({ object }) => object), ...runtime, ...libraries],
    limit,
    copies,
  );
  return library;
}

/** The user's own, from its copy; places in it are those of the file itself. */
async function compileForeign(
  file: string,
  object: string,
  flags: readonly string[],
  copies: SourceCopies,
  toolchain: Toolchain,
  limit: ToolLimit,
): Promise<void> {
  const language = file.endsWith(".c") ? ["-x", "c++"] : [];
  const copy = copies.copyOf(file);
  const places = `-ffile-prefix-map=${copy}=${file}`;
  const rule = `${object}.d`;
  await cxx(
    toolchain.compiler,
    [...flags, places, "-MMD", "-MF", rule, "-c", "-o", object, ...language, copy],
    limit,
    copies,
  );
  copies.check("the C++ compiler", openedByCompiler(rule), [toolchain.root, SHIM]);
}

/** Newer versions have a writer of FST files that takes LZ4 too. */
function wavesLibraries({ root }: Toolchain): string[] {
  return [...(existsSync(join(root, "include/fstcpp")) ? ["-llz4"] : []), "-lz"];
}

function isSlow(name: string): boolean {
  return /__Slow\.cpp$|__Trace__.*Slow/.test(name);
}

function commonFlags(source: ModelSource, { root }: Toolchain): string[] {
  const hasWaves = source.waves !== undefined;
  const flag = (name: string, isOn: boolean | undefined): string => `-D${name}=${isOn === true ? 1 : 0}`;
  return [
    ...["-std=gnu++17", "-faligned-new", "-fPIC", "-fvisibility=hidden", "-fno-semantic-interposition", "-w"],
    ...["-DVERILATOR=1", "-DVM_SC=0", "-DVL_USER_FATAL", "-DVL_USER_STOP", "-DVL_USER_FINISH"],
    ...[flag("VM_COVERAGE", source.coverage), flag("VM_TRACE", hasWaves), flag("VM_TRACE_FST", hasWaves)],
    flag("HILT_WAVES", hasWaves),
    ...["-include", join(SHIM, "hooks.h"), `-I${join(root, "include")}`, `-I${join(root, "include/vltstd")}`],
    `-I${SHIM}`,
  ];
}

/** The parts of Verilator's runtime that a model needs, as its makefile lists them. */
function runtimeNames(folder: string): string[] {
  const makefile = readFileSync(join(folder, `${PREFIX}_classes.mk`), "utf8");
  const lists = [...makefile.matchAll(/^VM_GLOBAL_(?:FAST|SLOW) \+= ((?:\\\n|.)*)$/gm)];
  return lists.flatMap((match) => (match[1] as string).split(/[\s\\]+/).filter((name) => name !== ""));
}

/** What is the same for every model: compiled once for each version and set of flags. */
async function runtimeObject(
  file: string,
  source: ModelSource,
  toolchain: Toolchain,
  folder: string,
  directory: string,
  limit: ToolLimit,
): Promise<string> {
  const flags = [...commonFlags(source, toolchain), ...FAST];
  const tools = toolchainKey(toolchain, dirname(directory));
  // It is compiled behind our headers, and some of it is ours.
  const key = createHash("sha256")
    .update(`${tools} ${shimHash()} ${flags.join(" ")}`)
    .digest("hex")
    .slice(0, 16);
  const name = `${basename(file, ".cpp")}.o`;
  const object = join(folder, name);
  const kept = join(directory, key, name);
  const known = readSealed(kept, key);
  if (known === undefined) await cxx(toolchain.compiler, [...flags, "-c", "-o", object, file], limit);
  else writeFileSync(object, known);
  if (known === undefined && toolchainKey(toolchain, dirname(directory)) === tools)
    keepSealed(kept, key, readFileSync(object));
  return object;
}

/** Of our own C++ in a model, as it is now; what stands in folders below is not part of one. */
export function shimHash(): string {
  const hash = createHash("sha256");
  const files = readdirSync(SHIM, { withFileTypes: true }).filter((entry) => entry.isFile());
  for (const { name } of files.sort((a, b) => (a.name < b.name ? -1 : 1)))
    hash.update(`${name}\n`).update(readFileSync(join(SHIM, name)));
  return hash.digest("hex");
}

async function cxx(
  compiler: string,
  args: readonly string[],
  limit: ToolLimit,
  copies?: SourceCopies,
): Promise<void> {
  const { status, stderr } = await runTool({
    ...{ name: "the C++ compiler", command: compiler, args, ...limit },
    ...(copies === undefined ? {} : { cwd: copies.folder }),
  });
  if (status !== 0) throw cxxError(stderr, copies);
}

/** What is wrong with the user's files, or with the machine. */
function cxxError(stderr: string, copies: SourceCopies | undefined): Error {
  const [, place, header] = /^(\S.*?:\d+):\d+: fatal error: (\S+): No such file/m.exec(stderr) ?? [];
  if (copies !== undefined && header !== undefined)
    return new MissingFileError(`there is no file ${header}`, [header], copies.translate(place as string));
  const first = stderr.split("\n").find((line) => /error|undefined reference/i.test(line)) ?? stderr.trim();
  // A full disk or a compiler that was killed is the machine's; a clock or stop that the top does not have is the source's.
  const missing =
    /class Vmodel'? has no member named '(\w+)'|'class Vmodel' has no member named '(\w+)'/.exec(stderr);
  if (missing !== null) return new BuildError(`the top module has no port ${missing[1] ?? missing[2]}`);
  const library = /fatal error: (lz4|zlib)\.h/.exec(stderr)?.[1];
  if (library !== undefined)
    return new ToolError(
      `waves with this Verilator need the C headers of ${library}, which are not installed`,
    );
  const [, name] = /undefined reference to [`'‘](\w+)['’]/.exec(stderr) ?? [];
  const imported =
    name === undefined ? undefined : copies?.find(new RegExp(`\\bimport\\s+"[^;]*\\b${name}\\b`));
  if (imported !== undefined)
    return new BuildError(`no file of C or C++ defines ${name}, which is imported here`, imported);
  const own = copies && /^(\S.*?:\d+):(?:\d+:)? (?:fatal )?error: (.*)$/m.exec(copies.translate(stderr));
  if (own !== undefined && own !== null)
    return new BuildError(own[2] as string, own[1], { tool: "the C++ compiler" });
  return new ToolError(`the C++ compiler failed: ${copies?.translate(first) ?? first}`);
}

/** A line for each port of the top module, from the generated class: its members are the interface that Verilator documents. */
function portsOf(header: string): string {
  const ports = [
    ...header.matchAll(/^\s*VL_(IN|OUT|INOUT)(?:8|16|64|W)?\(&?(\w+),(\d+),(\d+)(?:,\d+)?\);/gm),
  ];
  return ports
    .map(([, direction, name, high, low]) => {
      const width = Number(high) - Number(low) + 1;
      return `HILT_${direction === "IN" ? "INPUT" : "OUTPUT"}("${name}", ${width}, top->${name})\n`;
    })
    .join("");
}

/** As `Promise.all`, but rejects only when all have ended: a compiler that still writes needs its folder. */
async function allEnded<T extends readonly unknown[] | []>(
  work: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(work);
  return await Promise.all(work);
}
