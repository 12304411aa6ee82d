import type { Argv } from "yargs";
import { explain } from "../explain.ts";
import { interruptSignal } from "../interrupt-signal.ts";
import { createLog } from "../logger.ts";
import { type Arguments, targetsOf } from "../options.ts";

export const command = "build [targets..]";
export const describe = "build the device models of targets, all of them by default, into the cache";

export function builder(yargs: Argv) {
  return yargs
    .positional("targets", { type: "string", array: true, describe: "targets of hilt.config.ts; a,b is two" })
    .options({
      verbose: { type: "boolean", default: false, describe: "say more on stderr" },
    } as const);
}

/**
 * `hilt build`: what `hilt run` would build first, for CI and for whoever wants to see errors of the Verilog alone. One that
 * cannot be built does not keep the others from it; the exit code is the greatest.
 */
export async function handler(args: Arguments<typeof builder>): Promise<number> {
  const [{ loadConfig }, { prepareTarget }] = await Promise.all([
    import("../../config/load-config.ts"),
    import("../../session/prepare-target.ts"),
  ]);
  const config = await loadConfig(process.cwd());
  using interrupt = interruptSignal();
  const { signal } = interrupt;
  const words = args.targets ?? [];
  const targets = targetsOf(config, words.length > 0 ? words : Object.keys(config.targets));
  const log = createLog(args.verbose);
  let code = 0;
  for (const { name, settings } of targets) {
    try {
      await using preparation = await prepareTarget(config.root, name, settings, { log, signal });
      const { build, warnings } = preparation;
      for (const warning of warnings) log.warn(warning);
      process.stdout.write(`target ${name}: ${describeBuild(build)}\n`);
    } catch (error) {
      if (targets.length > 1) process.stdout.write(`target ${name}: not built\n`);
      code = Math.max(code, explain(error, args.verbose));
    }
    if (signal.aborted) return code;
  }
  return code;
}

function describeBuild(build: { readonly fromCache: boolean; readonly buildMs: number } | undefined): string {
  if (build === undefined) return "nothing to build";
  return `device model ${build.fromCache ? "was in the cache" : `built in ${(build.buildMs / 1000).toFixed(2)} s`}`;
}
