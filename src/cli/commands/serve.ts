import type { Argv } from "yargs";
import type { LinkCommand } from "../../session/link-commands.ts";
import { interruptSignal } from "../interrupt-signal.ts";
import { createLog } from "../logger.ts";
import type { Command } from "../main.ts";
import { type Arguments, CommandLineError } from "../options.ts";

function builder(yargs: Argv) {
  return yargs.positional("target", { type: "string", describe: "the target of hilt.config.ts" }).options({
    json: { type: "boolean", default: false, describe: "as JSON" },
    verbose: { type: "boolean", default: false, describe: "say more on stderr" },
  } as const);
}

/** `hilt <link> [target]`: serves a target to a program of the user's own, until Ctrl-C. */
export function serveCommand({ link, describe }: LinkCommand): Command {
  return {
    command: `${link} [target]`,
    describe,
    builder,
    async handler({ target: name, json, verbose }: Arguments<typeof builder>): Promise<number> {
      const [{ loadConfig }, { servedTarget, serveTarget }] = await Promise.all([
        import("../../config/load-config.ts"),
        import("../../session/link-commands.ts"),
      ]);
      const config = await loadConfig(process.cwd());
      const found = servedTarget(config, link, name);
      if (found === undefined)
        throw new CommandLineError(`hilt ${link}: no target ${name} with link: ${JSON.stringify(link)}`);
      using interrupt = interruptSignal();
      const { signal } = interrupt;
      const log = createLog(verbose);
      await using served = await serveTarget(config.root, found.name, found.target, { log, signal });
      if (served === undefined) return 0;
      const text = json ? JSON.stringify(served.facts) : served.lines.join("\n");
      process.stdout.write(`${text}\n`);
      const interrupted = new Promise<void>((resolve) => {
        if (signal.aborted) resolve();
        signal.addEventListener("abort", () => resolve());
      });
      await Promise.race([interrupted, served.lost]);
      return 0;
    },
  };
}
