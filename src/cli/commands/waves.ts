import { relative } from "node:path";
import type { Argv } from "yargs";
import type { RunFolder } from "../../session/run-folder.ts";
import { keptRuns, resultOf, wavesIn } from "../../session/run-folder.ts";
import { type Arguments, CommandLineError } from "../options.ts";
import { findViewer, openViewer, viewerCommands } from "../wave-viewer.ts";

export const command = "waves [run]";
export const describe = "open the waves of a run, of the last one that has some by default";

/** Windows at a time. */
const MOST_WINDOWS = 5;

export function builder(yargs: Argv) {
  return yargs
    .positional("run", { type: "string", describe: "the id that hilt run has printed" })
    .options({ list: { type: "boolean", default: false, describe: "show the runs that are kept" } } as const);
}

/** `hilt waves`: in a viewer if there is one, and in any case where the files are. */
export async function handler(args: Arguments<typeof builder>): Promise<number> {
  const { root } = await (await import("../../config/load-config.ts")).loadConfig(process.cwd());
  const runs = keptRuns(root);
  process.stdout.write(args.list ? runs.map(listed).join("") : shown(runOf(runs, args.run)));
  return 0;
}

function listed(run: RunFolder): string {
  const benches = resultOf(run)?.benches;
  const failed = benches?.filter(({ verdict }) => verdict === "failed").length;
  const verdict = benches === undefined ? "did not end" : `benches: ${benches.length}, failed: ${failed}`;
  return `${run.id}  ${verdict}, files of waves: ${wavesIn(run).length}\n`;
}

function runOf(runs: readonly RunFolder[], id: string | undefined): RunFolder {
  const run = runs.find((one) => (id === undefined ? wavesIn(one).length > 0 : one.id === id));
  if (run !== undefined && wavesIn(run).length > 0) return run;
  if (run !== undefined)
    throw new CommandLineError(`run ${run.id} has no waves; --waves on or on-failure records them`);
  throw new CommandLineError(
    id === undefined
      ? "no run has waves; hilt run records them with --waves on or on-failure"
      : `no run ${id} is kept; hilt waves --list shows those that are`,
  );
}

function shown(run: RunFolder): string {
  const viewer = findViewer();
  const lines = wavesIn(run).flatMap((path, index) => {
    const file = relative(process.cwd(), path);
    if (viewer === undefined || index >= MOST_WINDOWS)
      return [file, ...viewerCommands(file).map((text) => `    ${text}`)];
    openViewer(viewer, path);
    return [`${file}: opened with ${viewer.command}`];
  });
  const why =
    viewer === undefined
      ? [`run ${run.id}: no viewer of waves on the PATH, or no display to show it on`]
      : [];
  return `${[...why, ...lines].join("\n")}\n`;
}
