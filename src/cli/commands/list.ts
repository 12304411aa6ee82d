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
  const [{ loadConfig }, { describeTargets }] = await Promise.all([
    import("../../config/load-config.ts"),
    import("../../session/describe-targets.ts"),
  ]);
  const config = await loadConfig(process.cwd());
  const benches = findBenches(config.root, config.benches).map((file) => relative(process.cwd(), file));
  const targets = Object.entries(config.targets).map(([name, target]) => ({ name, ...target }));
  const profiles = Object.entries(config.profiles).map(([name, profile]) => ({ name, ...profile }));
  if (json) {
    process.stdout.write(`${JSON.stringify({ benches, targets, profiles }, undefined, 2)}\n`);
    return 0;
  }
  const mib = (bytes: number): string => `${bytes / 2 ** 20} MiB`;
  const descriptions = await describeTargets(config);
  const lines = [
    "benches:",
    ...benches.map((file) => `  ${file}`),
    "targets:",
    ...Object.entries(config.targets).map(([name, target]) => {
      const device = "device" in target ? target.device : undefined;
      return `  ${name}  (${target.link}, ${descriptions.get(name)}${device === undefined ? "" : `, device ${device.top}`})`;
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
