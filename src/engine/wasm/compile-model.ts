import type { Log } from "../../core/log.ts";
import type { ModelSource } from "../engine.ts";
import type { SourceTree } from "../source-tree.ts";
import { elaborateDesign } from "./elaborate-design.ts";
import { generateModule } from "./generate-module.ts";
import type { Artefact } from "./model-cache.ts";
import { parseNetlist } from "./netlist.ts";
import { pruneNetlist } from "./prune-netlist.ts";
import { undrivenWarnings } from "./undriven-warnings.ts";
import { elaborate } from "./yosys.ts";

/** Verilog to WebAssembly. */
export async function compileModel(
  source: ModelSource,
  tree: SourceTree,
  { log, limitSeconds }: { readonly log: Log; readonly limitSeconds?: number | undefined },
): Promise<Artefact> {
  const netlist = pruneNetlist(parseNetlist(await elaborate(source, tree, { limitSeconds })));
  const files = new Map([...tree.files].map(([path, bytes]) => [path, bytes.toString("utf8")]));
  const { bytes, layout } = generateModule(elaborateDesign(netlist, source, files));
  log.debug(`built ${source.top}: ${netlist.cells.length} cells, ${bytes.length} bytes of WebAssembly`);
  return { layout, warnings: undrivenWarnings(netlist), module: bytes };
}
