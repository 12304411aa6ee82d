import { existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Argv } from "yargs";
import { withCommas } from "../../core/counted.ts";
import { modelsDirectory } from "../../session/project-folders.ts";

export const command = "cache <action>";
export const describe = "clean: delete the built models of this project";

export function builder(yargs: Argv) {
  return yargs.positional("action", {
    choices: ["clean"] as const,
    demandOption: true,
    describe: "what to do with the cache",
  });
}

/** `hilt cache clean`: the next run builds anew. */
export async function handler(): Promise<number> {
  const { root } = await (await import("../../config/load-config.ts")).loadConfig(process.cwd());
  const directory = modelsDirectory(root);
  const files = existsSync(directory)
    ? readdirSync(directory, { recursive: true, encoding: "utf8" }).map((name) =>
        statSync(join(directory, name)),
      )
    : [];
  const bytes = files.reduce((sum, file) => sum + (file.isFile() ? file.size : 0), 0);
  rmSync(directory, { recursive: true, force: true });
  process.stdout.write(`deleted ${withCommas(Math.ceil(bytes / 1024))} KiB in ${directory}\n`);
  return 0;
}
