import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Log } from "../../core/log.ts";
import type { ModelSource, PortShape } from "../engine.ts";
import { BuildError, MissingFileError, PortWidthError } from "../errors.ts";
import { parameterLiteral } from "../parameter-literal.ts";
import { runTool, type ToolLimit } from "../run-tool.ts";
import { isForeign } from "../source-tree.ts";
import { openedByVerilator } from "./opened-files.ts";
import { dropUndeclared, publicVariables } from "./public-variables.ts";
import type { SourceCopies } from "./source-copies.ts";
import { environmentOf, type Toolchain } from "./toolchain.ts";
import { UNDRIVEN_OPTIONS, undrivenWarnings } from "./undriven.ts";

/** Name of the generated class, whatever the top module is called. */
export const PREFIX = "Vmodel";

/**
 * Verilog to C++ in `folder`. What has no value starts from the seed (`--x-initial unique`, `--x-assign unique`), so that a
 * missing reset shows. Resolves with warnings of what nothing drives. Rejects with `BuildError`.
 */
export async function translate(
  source: ModelSource,
  copies: SourceCopies,
  toolchain: Toolchain,
  log: Log,
  limit: ToolLimit,
  extra: readonly string[] = [],
): Promise<readonly string[]> {
  const { folder } = copies;
  const publics = join(folder, "public.vlt");
  writeFileSync(publics, publicVariables(source.trace ?? []));
  const args = [
    ...["--cc", "-O3", "--assert", "--x-assign", "unique", "--x-initial", "unique", "--no-timing"],
    ...["-Wno-fatal", "-Wno-lint", "-Wno-style"],
    ...UNDRIVEN_OPTIONS,
    ...(source.instance === undefined ? [] : ["-Wwarn-WIDTH"]),
    ...["--top-module", source.top, "--prefix", PREFIX, "--Mdir", folder],
    ...(source.waves !== undefined ? ["--trace-fst", "--trace-structs"] : []),
    ...(source.coverage === true ? ["--coverage-line", "--coverage-toggle", "--coverage-user"] : []),
    ...dataFlowOptions(toolchain.version),
    ...extra,
    // The list of what it reads; and headers may stand beside their source.
    ...["--skip-identical", "--relative-includes"],
    ...copies.searched.map((directory) => `-I${copies.copyOf(directory)}`),
    ...Object.entries(source.defines ?? {}).map(([name, value]) => `-D${name}=${value}`),
    ...Object.entries(source.parameters ?? {}).map(([name, value]) => `-G${name}=${parameterLiteral(value)}`),
    publics,
    ...source.files.filter((file) => !isForeign(file)).map((file) => copies.copyOf(file)),
  ];
  const { verilator: command } = toolchain;
  const env = { ...environmentOf(toolchain), ...namedIn(args) };
  const run = { name: "Verilator", command, args, cwd: folder, env, ...limit };
  const { status, stderr } = await runTool(run);
  const messages = copies.translate(stderr);
  if (status !== 0) throw buildError(messages);
  const opened = openedByVerilator(join(folder, `${PREFIX}__verFiles.dat`));
  copies.check("Verilator", opened, [toolchain.root, ...toolchain.programs]);
  checkWidths(source, messages);
  for (const line of messages.split("\n"))
    if (line.startsWith("%Warning") && !line.startsWith("%Warning-WIDTH")) log.debug(line);
  dropUndeclared(folder);
  finishGenerated(copies);
  return undrivenWarnings(messages, copies);
}

/** In the source of the instance alone: what fits where in the rest is not asked. */
function checkWidths({ instance }: ModelSource, messages: string): void {
  if (instance === undefined) return;
  const resized =
    /^%Warning-WIDTH\w*: (.*?):\d+:\d+: \w+ port connection '(\w+)' expects (\d+) bits .* generates (\d+) bits/gm;
  const misfits = [...messages.matchAll(resized)]
    .filter(([, file]) => file === instance.file)
    .map(([, , port = "", bits, connected]) => ({ port, bits: Number(bits), connected: Number(connected) }))
    .filter(({ port }) => !instance.loose.includes(port));
  if (misfits.length > 0) throw new PortWidthError(instance.name, misfits);
}

/** The inputs and outputs of the generated class, after `translate`. */
export function portShapes(folder: string): PortShape[] {
  const header = readFileSync(join(folder, `${PREFIX}.h`), "utf8");
  return [...header.matchAll(/^\s*VL_(IN|OUT)(?:8|16|64|W)?\(&?(\w+),/gm)].map(
    ([, direction, name = ""]) => ({
      name,
      direction: direction === "IN" ? "input" : "output",
    }),
  );
}

/** Verilator replaces `$NAME` and `${NAME}` in a path by a variable of the environment: here by itself. */
function namedIn(args: readonly string[]): NodeJS.ProcessEnv {
  const named = args.flatMap((arg) => [...arg.matchAll(/\$(?:\{(\w+)\}|\((\w+)\)|(\w+))/g)]);
  return Object.fromEntries(named.map(([spelled, ...names]) => [names.find(Boolean) as string, spelled]));
}

/**
 * With some of its data-flow passes Verilator miscompiles correct RTL without a word: 5.006 with the one behind inlining
 * (upstream issues 3679, 4709), 5.044 to 5.052 where bits of a vector have no driver (8377). What `extra` says comes later
 * and wins.
 */
function dataFlowOptions(version: string | undefined): string[] {
  if (version === undefined || version < "5.002") return [];
  if (version < "5.044") return ["-fno-dfg-post-inline"];
  return version <= "5.052" ? ["-fno-dfg"] : [];
}

/** What it looked for, when it looks for a file; of a module or a package it knows the name alone. */
const SOUGHT = /^%Error.*(?:[Cc]annot find|missing|not found)[^'\n]*?'?([^'\s]+)'?$/gm;

function buildError(messages: string): Error {
  const line = messages.split("\n").find((text) => text.startsWith("%Error")) ?? messages.trim();
  const [, file, number, text] = /^%Error(?:-\w+)?: (.*?):(\d+):(?:\d+:)? (.*)$/.exec(line) ?? [];
  const place = file === undefined ? undefined : `${file}:${number}`;
  const message = text ?? line.replace(/^%Error(?:-\w+)?: /, "");
  const sought = [...messages.matchAll(SOUGHT)].map((match) => match[1] as string);
  if (sought.length === 0) return new BuildError(message, place, { tool: "Verilator" });
  const names = sought.flatMap((name) => [name, `${name}.v`, `${name}.sv`]);
  return new MissingFileError(message, names, place, { tool: "Verilator" });
}

/** In a loop over a memory. */
const RESET_OF_ELEMENT = /^.*\[__Vi\d+\].*VL_(?:SCOPED_)?RAND_RESET_.*\n/gm;
/** What is left of that loop. What runs once is compiled as it stands: 4 million turns of nothing take 2 ms. */
const EMPTY_LOOP = /^ *for \(int (__Vi\d+) = 0; \1 < \d+; \+\+\1\) \{\s*\}\n/gm;

/**
 * Memories start at 0, as in the built-in engine: the block that holds the model is zero when it is made, and to fill
 * millions of elements would take longer than most tests. And places are those of the user's files.
 */
function finishGenerated(copies: SourceCopies): void {
  for (const name of readdirSync(copies.folder).filter((file) => /\.(?:cpp|h)$/.test(file))) {
    const path = join(copies.folder, name);
    const text = readFileSync(path, "utf8");
    const plain = /Slow\.cpp$/.test(name) ? withoutResets(text) : text;
    const lines = plain.split("\n");
    const kept = lines
      .map((line) => copies.translate(line, FORMAT.test(line) ? inFormat : inString))
      .join("\n");
    if (kept !== text) writeFileSync(path, kept);
  }
}

function withoutResets(text: string): string {
  let rest = text.replace(RESET_OF_ELEMENT, "");
  // Loops over memories of several dimensions lie in each other.
  for (let before = ""; before !== rest; ) {
    before = rest;
    rest = rest.replace(EMPTY_LOOP, "");
  }
  return rest;
}

/** Calls whose string is a format. */
const FORMAT = /\bVL_\w*(?:WRITE|FORMAT)\w*\(/;

function inString(path: string): string {
  return JSON.stringify(path).slice(1, -1);
}

function inFormat(path: string): string {
  return inString(path).replaceAll("%", "%%");
}
