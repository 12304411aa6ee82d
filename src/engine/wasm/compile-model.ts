import type { Log } from "../../core/log.ts";
import type { ModelSource } from "../engine.ts";
import { MissingFileError, ToolLimitError } from "../errors.ts";
import type { SourceTree } from "../source-tree.ts";
import { elaborateDesign } from "./elaborate-design.ts";
import { generateModule } from "./generate-module.ts";
import { type InitialMark, takeInitialLoops } from "./initial-loops.ts";
import { type MarkedText, readable } from "./marked-text.ts";
import type { Artefact } from "./model-cache.ts";
import type { Netlist } from "./netlist.ts";
import { parseNetlist } from "./parse-netlist.ts";
import { pruneNetlist } from "./prune-netlist.ts";
import { runInitialLoops } from "./run-initial-loops.ts";
import { undrivenWarnings } from "./undriven-warnings.ts";
import { elaborate } from "./yosys.ts";

/** Verilog to WebAssembly. */
export async function compileModel(
  source: ModelSource,
  tree: SourceTree,
  { log, limitSeconds }: { readonly log: Log; readonly limitSeconds?: number | undefined },
): Promise<Artefact> {
  const read = await readable(tree, (omitted) => elaborated(source, tree, limitSeconds, omitted));
  const netlist = pruneNetlist(read.result);
  const files = new Map([...tree.files].map(([path, bytes]) => [path, bytes.toString("utf8")]));
  const { bytes, layout } = generateModule(elaborateDesign(netlist, source, files));
  log.debug(`built ${source.top}: ${netlist.cells.length} cells, ${bytes.length} bytes of WebAssembly`);
  return { layout, warnings: [...read.warnings, ...undrivenWarnings(netlist)], module: bytes };
}

/** Without the loops that take Yosys long; with them where one cannot be taken, or for the message of an error. */
async function elaborated(
  source: ModelSource,
  tree: SourceTree,
  limitSeconds: number | undefined,
  omitted: readonly MarkedText[],
): Promise<Netlist> {
  const marks: InitialMark[] = [];
  const prepare = (text: string): string => takeInitialLoops(text, marks);
  try {
    return runInitialLoops(
      parseNetlist(await elaborate(source, tree, { limitSeconds, prepare, omitted })),
      marks,
    );
  } catch (error) {
    const isFinal = error instanceof ToolLimitError || error instanceof MissingFileError;
    if (marks.length === 0 || isFinal) throw error;
  }
  return parseNetlist(await elaborate(source, tree, { limitSeconds, omitted }));
}
