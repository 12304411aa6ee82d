import { fileURLToPath } from "node:url";
import { BUILD_LIMIT_SECONDS, describeBuild } from "../design-size.ts";
import type { ModelSource } from "../engine.ts";
import {
  BuildError,
  MissingFileError,
  PortWidthError,
  ToolError,
  UnsupportedConstructError,
} from "../errors.ts";
import { parameterLiteral } from "../parameter-literal.ts";
import { runTool } from "../run-tool.ts";
import type { SourceTree } from "../source-tree.ts";
import { CUT, cutLoops } from "./cut-loops.ts";
import { sizeElementParts } from "./element-parts.ts";
import { countFromZero } from "./element-ranges.ts";
import { refuseEmptyValues } from "./empty-values.ts";
import { flattenChains } from "./if-chains.ts";
import { isImplicitNet } from "./implicit-nets.ts";
import { widenPositions } from "./indexed-parts.ts";
import { Macros } from "./macros.ts";
import { markRefused } from "./mark-refused.ts";
import { type MarkedText, withoutMarked } from "./marked-text.ts";
import { splitMovingTargets } from "./moving-targets.ts";
import type { YosysJson } from "./netlist.ts";
import { compareOpenItems } from "./open-cases.ts";
import { PackedTypes } from "./packed-types.ts";
import { plainVerilog } from "./plain-verilog.ts";
import { PortConnections } from "./port-connections.ts";
import { refuseReversedParts } from "./reversed-parts.ts";
import { separateLoopVariables } from "./shared-variables.ts";
import { simulationView } from "./simulation-view.ts";
import { markSingleEdges, SINGLE_EDGE } from "./single-edges.ts";
import { markTasks } from "./system-tasks.ts";
import { typeLoopVariables } from "./typed-loops.ts";
import { UndefinedItems } from "./undefined-items.ts";
import { VirtualFiles } from "./virtual-files.ts";
import { hierarchicalReference, yosysError } from "./yosys-error.ts";

const CHILD: string = fileURLToPath(new URL("./yosys-child.js", import.meta.url));

/** Yosys recurses as deep as a chain of values is long; the main thread has 8 MB of stack, of which V8 uses one by itself. */
const FLAGS = ["--liftoff-only", "--wasm-lazy-validation", "--stack-size=7000"];

export interface ElaborateOptions {
  readonly limitSeconds?: number | undefined;
  /** What becomes of each source before Yosys reads it. */
  readonly prepare?: (text: string) => string;
  /** What it does not read. */
  readonly omitted?: readonly MarkedText[];
}

/**
 * The word-level netlist of a design, module by module. Passes are light on purpose: a full `opt` takes ten times as long and
 * the code generator folds constants itself.
 */
export async function elaborate(
  source: ModelSource,
  tree: SourceTree,
  { limitSeconds = BUILD_LIMIT_SECONDS, prepare = (text) => text, omitted = [] }: ElaborateOptions = {},
): Promise<YosysJson> {
  const sources = [...tree.files.values()].map((bytes) => bytes.toString("utf8"));
  const connections = new PortConnections(sources);
  const packed = new PackedTypes(sources);
  const undefinedItems = new UndefinedItems(sources);
  const macros = new Macros(tree.files, Object.keys(source.defines ?? {}));
  const viewOf = (text: string, path: string): string => {
    const plain = connections.plain(
      plainVerilog(path, macros.expand(path, withoutMarked(text, path, omitted))),
    );
    const seen = splitMovingTargets(refuseEmptyValues(simulationView(prepare(plain), source)));
    const sized = sizeElementParts(typeLoopVariables(cutLoops(separateLoopVariables(flattenChains(seen)))));
    const view = widenPositions(countFromZero(refuseReversedParts(packed.refuse(sized))));
    return markSingleEdges(
      markTasks(markRefused(undefinedItems.separate(compareOpenItems(view)), /\.svh?$/.test(path))),
    );
  };
  const virtual = new VirtualFiles(source.files, tree, viewOf);
  const { status, stdout, stderr } = await runTool({
    name: "Yosys",
    command: process.execPath,
    args: [...FLAGS, CHILD],
    limitSeconds,
    work: describeBuild(source.top, tree),
    input: JSON.stringify({ files: virtual.files, script: scriptOf(source, virtual) }),
  });
  const messages = virtual.translate(stderr);
  if (status !== 0) throw yosysError(messages, tree);
  for (const line of messages.split("\n")) refuseWarning(line, tree, sources);
  checkWidths(source, messages);
  const firstLine = stdout.indexOf("\n");
  const [opened, netlist] = [stdout.slice(0, firstLine), stdout.slice(firstLine)];
  const unknown = virtual.unknown(JSON.parse(opened) as string[]);
  if (unknown.length > 0) throw new MissingFileError(`Yosys has read ${unknown.join(", ")}`, unknown);
  return withPaths(parsed(netlist), virtual);
}

function parsed(netlist: string): YosysJson {
  try {
    return JSON.parse(netlist) as YosysJson;
  } catch (cause) {
    throw new ToolError(`Yosys left ${netlist.length} characters that are not a netlist`, { cause });
  }
}

/** With the user's paths where the netlist says what something was made from. */
function withPaths(json: YosysJson, virtual: VirtualFiles): YosysJson {
  for (const module of Object.values(json.modules)) {
    const { cells, netnames, memories = {} } = module;
    for (const items of [[module], ...[cells, netnames, memories].map((each) => Object.values(each))])
      for (const { attributes } of items)
        if (attributes["src"] !== undefined) attributes["src"] = virtual.translate(attributes["src"]);
  }
  return json;
}

function scriptOf(source: ModelSource, virtual: VirtualFiles): string {
  const defines = Object.entries(source.defines ?? {}).map(([name, value]) => `-D${name}=${value}`);
  // Deferred: with the parameters that it has in the design a module is elaborated once, and not with its defaults before.
  const reads = source.files.map((file) => {
    // Without -noblackbox a module without contents, or with declarations alone, is not there.
    const standard = ["-defer", "-nosynthesis", "-noblackbox", ...(file.endsWith(".sv") ? ["-sv"] : [])];
    return `read_verilog ${[...standard, ...defines].join(" ")} ${virtual.path(file)}`;
  });
  const parameters = Object.entries(source.parameters ?? {}).map(
    ([name, value]) => `-chparam ${name} ${parameterLiteral(value)}`,
  );
  return [
    ...reads,
    `hierarchy -check -top ${source.top} ${parameters.join(" ")}`,
    // No opt_clean: it would drop memories that only the host reads. The generator drops what nothing uses. No `flatten`
    // and nothing after it: each module is written once, and `flatten` puts instances together.
    `${PROCESSES.join("; ")}; opt_expr * ${KEPT} %d`,
  ].join("; ");
}

/**
 * `proc -noopt`, with two of its passes only for blocks in which they find something, or are fast. Assignments that
 * are overwritten, which `proc_prune` drops, come to nothing in the generator too.
 */
const PROCESSES = [
  ...[
    "proc_clean",
    "proc_rmdead",
    `proc_prune * a:${CUT} %d`,
    "proc_init",
    `proc_arst * a:${SINGLE_EDGE} %d`,
  ],
  ...["proc_rom", "proc_mux", "proc_dlatch", "proc_dff", "proc_memwr", "proc_clean"],
];

/**
 * What constants are not folded in: two inverters in a loop would become a wire, and a power of a constant a shift by 32 bits
 * of the exponent, whatever they mean. Yosys could find the loops by `scc`, but that recurses deeper and takes long.
 */
const KEPT = "t:$not t:$pow %u";

/** `Resizing cell port top.instance.port from 64 bits to 32 bits.` */
function checkWidths({ top, instance }: ModelSource, messages: string): void {
  if (instance === undefined) return;
  const resized = /^Warning: Resizing cell port (\S+)\.(\S+)\.(\S+) from (\d+) bits to (\d+) bits\.$/gm;
  const misfits = [...messages.matchAll(resized)]
    .filter(([, parent, cell]) => parent === top && cell === instance.name)
    .map(([, , , port = "", connected, bits]) => ({ port, bits: Number(bits), connected: Number(connected) }))
    .filter(({ port }) => !instance.loose.includes(port));
  if (misfits.length > 0) throw new PortWidthError(instance.name, misfits);
}

/** Of names without a declaration: those with a dot come from hierarchical references, which Yosys drops without an error. */
function refuseWarning(line: string, tree: SourceTree, sources: readonly string[]): void {
  const match = /^(.*?):(\d+)(?:\.[-\d.]+)?: Warning: Identifier `\\?(\S+)' is implicitly declared/.exec(
    line,
  );
  if (match === null) return;
  const [, path, number, name] = match as unknown as [string, string, string, string];
  const place = `${path}:${number}`;
  if (name.includes(".")) throw new UnsupportedConstructError(hierarchicalReference(name, tree), place);
  const text = tree.files.get(path)?.toString("utf8");
  if (text === undefined || !/^[A-Za-z_]\w*$/.test(name)) return;
  if (!isImplicitNet(name, text, Number(number), sources))
    throw new BuildError(`${name} is not declared`, place);
}
