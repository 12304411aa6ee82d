import { fileURLToPath } from "node:url";
import type { ModelSource } from "../engine.ts";
import { BuildError, ToolError, UnsupportedConstructError } from "../errors.ts";
import { parameterLiteral } from "../parameter-literal.ts";
import { runTool } from "../run-tool.ts";
import type { YosysJson } from "./netlist.ts";
import { simulationView } from "./simulation-view.ts";
import { markTasks } from "./system-tasks.ts";

const CHILD: string = fileURLToPath(new URL("./yosys-child.js", import.meta.url));
/** The largest designs that the engine is meant for take Yosys some ten seconds. */
const LIMIT_MS = 120_000;

/**
 * The word-level netlist of a design, flattened. Passes are light on purpose: a full `opt` takes ten times as long and
 * the code generator folds constants itself.
 */
export async function elaborate(
  source: ModelSource,
  files: ReadonlyMap<string, string>,
  dataFiles: ReadonlyMap<string, string>,
): Promise<YosysJson> {
  const virtual: Record<string, string> = {};
  for (const [name, text] of dataFiles) virtual[virtualDataPath(name)] = text;
  for (const [path, text] of files)
    virtual[virtualPath(path)] = markTasks(simulationView(nameDataFiles(text, dataFiles), source));
  const { status, stdout, stderr } = await runTool({
    name: "Yosys",
    command: process.execPath,
    args: ["--liftoff-only", CHILD],
    limitMs: LIMIT_MS,
    input: JSON.stringify({ files: virtual, script: scriptOf(source) }),
  });
  const messages = stderr.replaceAll("hilt-sources/", "/");
  if (status !== 0) throw yosysError(messages);
  for (const line of messages.split("\n")) refuseWarning(line);
  try {
    return JSON.parse(stdout) as YosysJson;
  } catch (cause) {
    throw new ToolError(`Yosys left ${stdout.length} characters that are no netlist`, { cause });
  }
}

/** Paths keep their names under one folder of Yosys' own file system, so that its messages can be mapped back. */
function virtualPath(path: string): string {
  return `hilt-sources${path}`;
}

/** Yosys' own file system has nothing above its root. */
function virtualDataPath(name: string): string {
  const parts = name.split("/").filter((part) => part !== "" && part !== ".");
  return parts.map((part) => (part === ".." ? "up" : part)).join("/");
}

function nameDataFiles(text: string, dataFiles: ReadonlyMap<string, string>): string {
  return [...dataFiles.keys()].reduce(
    (named, name) => named.replaceAll(`"${name}"`, `"${virtualDataPath(name)}"`),
    text,
  );
}

function scriptOf(source: ModelSource): string {
  const defines = Object.entries(source.defines ?? {}).map(([name, value]) => `-D${name}=${value}`);
  const includes = (source.includeDirectories ?? []).map((directory) => `-I${virtualPath(directory)}`);
  const reads = source.files.map((file) => {
    // Without -noblackbox a module without contents, or with declarations alone, is not there.
    const standard = ["-nosynthesis", "-noblackbox", ...(file.endsWith(".sv") ? ["-sv"] : [])];
    const options = [...standard, ...defines, ...includes];
    return `read_verilog ${options.join(" ")} ${virtualPath(file)}`;
  });
  const parameters = Object.entries(source.parameters ?? {}).map(
    ([name, value]) => `-chparam ${name} ${parameterLiteral(value)}`,
  );
  return [
    ...reads,
    `hierarchy -check -top ${source.top} ${parameters.join(" ")}`,
    // No opt_clean: it would drop memories that only the host reads. The generator drops what nothing uses. What two
    // instances say is said twice, so `$print` and `$check` cells are not merged.
    `proc -noopt; ${FOLD}; flatten; ${FOLD}; opt_merge * t:$print t:$check %u %d`,
  ].join("; ");
}

/** Folding of constants, which takes two inverters in a loop for a wire: the loop has to be left to be refused. */
const FOLD = "scc -set_attr hilt_loop 1; opt_expr * a:hilt_loop t:$not %i %d";

function yosysError(messages: string): Error {
  const line = messages.split("\n").find((text) => text.includes("ERROR:")) ?? messages.trim();
  const match = /^(.*?):(\d+)(?:\.[-\d.]+)?: ERROR: (.*)$/.exec(line);
  if (match !== null) return new BuildError(match[3] as string, `${match[1]}:${match[2]}`);
  // Yosys quotes names as `\\name\'.
  return new BuildError(line.replace(/^ERROR: /, "").replace(/`\\?(\S+)'/g, "$1"));
}

/** Names with a dot that have no driver come from hierarchical references, which Yosys drops without an error. */
function refuseWarning(line: string): void {
  const match = /^(.*?):(\d+)(?:\.[-\d.]+)?: Warning: Identifier `\\?(\S+\.\S+)' is implicitly declared/.exec(
    line,
  );
  if (match === null) return;
  throw new UnsupportedConstructError(`the hierarchical reference ${match[3]}`, `${match[1]}:${match[2]}`);
}
