import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import type { Argv } from "yargs";
import type { Check } from "../../session/describe-targets.ts";
import { exitCodes } from "../exit-codes.ts";
import type { Arguments } from "../options.ts";

export const command = "doctor";
export const describe = "show what is installed, what is missing, and what installs it";

export function builder(yargs: Argv) {
  return yargs.options({ json: { type: "boolean", default: false, describe: "as JSON" } } as const);
}

/** One of them is enough. */
const waveViewers = ["surfer", "gtkwave"];

/** As package.json says it under "engines": these majors from a minor on, and everything from 24 on. */
const OLDEST_MINOR: Readonly<Record<number, number>> = { 20: 19, 22: 12 };

/** `hilt doctor`: what is installed, what is missing, and the command that installs it. */
export async function handler({ json }: Arguments<typeof builder>): Promise<number> {
  const [{ loadConfig }, { checkTargets }, { checkBitstreamTools }] = await Promise.all([
    import("../../config/load-config.ts"),
    import("../../session/describe-targets.ts"),
    import("../../session/boards.ts"),
  ]);
  const checks: Check[] = [
    {
      what: `Node ${process.version}`,
      isNeeded: true,
      isThere: isNodeTaken(process.versions.node),
      remedy: "install Node 20.19, 22.12 or 24, or a later one of these",
    },
    {
      what: `write access to ${process.cwd()}, for built models`,
      isNeeded: true,
      isThere: isWritable(process.cwd()),
      remedy: "run hilt in a folder that you may write to",
    },
    ...(await checkTargets(await loadConfig(process.cwd()))),
    ...checkBitstreamTools(),
    {
      what: `${waveViewers.join(" or ")} (to look at waves)`,
      isNeeded: false,
      isThere: waveViewers.some((tool) => spawnSync("sh", ["-c", `command -v ${tool}`]).status === 0),
      remedy: "apt-get install gtkwave",
    },
  ];
  if (json) process.stdout.write(`${JSON.stringify(checks, undefined, 2)}\n`);
  else {
    for (const { what, isThere, remedy } of checks) {
      process.stdout.write(isThere ? `ok       ${what}\n` : `missing  ${what}: ${remedy}\n`);
    }
  }
  return checks.some(({ isNeeded, isThere }) => isNeeded && !isThere) ? exitCodes.environment : 0;
}

function isNodeTaken(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major >= 24 || (major in OLDEST_MINOR && minor >= (OLDEST_MINOR[major] as number));
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
