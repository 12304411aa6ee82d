import { relative } from "node:path";
import type { Argv } from "yargs";
import { findBenches } from "../../session/bench-files.ts";
import type { Arguments } from "../options.ts";

export const command = "list";
export const describe = "show benches, targets and profiles";

export function builder(yargs: Argv) {
  return yargs.options({ json: { type: "boolean", default: false, describe: "as JSON" } } as const);
}

/** `hilt list`: what there is to run, and on what. */
export async function handler({ json }: Arguments<typeof builder>): Promise<number> {
  const config = await (await import("../../config/load-config.ts")).loadConfig(process.cwd());
  const benches = findBenches(config.root, config.benches).map((file) => relative(process.cwd(), file));
  const targets = Object.entries(config.targets).map(([name, target]) => ({ name, ...target }));
  const profiles = Object.entries(config.profiles).map(([name, profile]) => ({ name, ...profile }));
  if (json) {
    process.stdout.write(`${JSON.stringify({ benches, targets, profiles }, undefined, 2)}\n`);
    return 0;
  }
  const mib = (bytes: number): string => `${bytes / 2 ** 20} MiB`;
  const lines = [
    "benches:",
    ...benches.map((file) => `  ${file}`),
    "targets:",
    ...targets.map(({ name, link, engine, device }) => {
      return `  ${name}  (${link}, engine ${engine}${device === undefined ? "" : `, device ${device.top}`})`;
    }),
    "profiles:",
    ...profiles.map(({ name, banks, fragmentation, deviceAddressBits }) => {
      const ram = mib(banks.reduce((sum, { bytes }) => sum + bytes, 0));
      return `  ${name}${name === config.profile ? "*" : ""}  (${ram} in ${banks.length} banks, ${fragmentation}, device of ${deviceAddressBits} address bits)`;
    }),
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
  return 0;
}
