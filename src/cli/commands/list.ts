import { relative } from "node:path";
import type { Argv } from "yargs";
import type { TargetConfig } from "../../config/config.ts";
import { columns, oneLine } from "../../report/columns.ts";
import { findBenches } from "../../session/bench-files.ts";
import type { Arguments } from "../options.ts";

export const command = "list";
export const describe = "show benches, targets with their traits, and profiles";

export function builder(yargs: Argv) {
  return yargs.options({ json: { type: "boolean", default: false, describe: "as JSON" } } as const);
}

/** `hilt list`: what there is to run, and on what. */
export async function handler({ json }: Arguments<typeof builder>): Promise<number> {
  const [{ limitsElements }, { loadConfig }, { describeTargets }, { traitTable }] = await Promise.all([
    import("../../config/complete-config.ts"),
    import("../../config/load-config.ts"),
    import("../../session/describe-targets.ts"),
    import("../../session/trait-table.ts"),
  ]);
  const config = await loadConfig(process.cwd());
  const benches = findBenches(config.root, config.benches).map((file) => relative(process.cwd(), file));
  const descriptions = await describeTargets(config);
  const targets = descriptions.map(({ target: name, traits }) => ({ name, ...config.targets[name], traits }));
  const profiles = Object.entries(config.profiles).map(([name, profile]) => ({ name, ...profile }));
  if (json) {
    process.stdout.write(`${JSON.stringify({ benches, targets, profiles }, plain, 2)}\n`);
    return 0;
  }
  const mib = (bytes: number): string => `${bytes / 2 ** 20} MiB`;
  const lines = [
    "benches:",
    ...benches.map((file) => `  ${file}`),
    "targets:",
    ...descriptions.map(({ target: name, what }) => {
      const target = config.targets[name] as TargetConfig;
      const device = "device" in target ? target.device : undefined;
      return `  ${oneLine(name)}  (${target.link}, ${what}${device === undefined ? "" : `, device ${device.top}`})`;
    }),
    "traits:",
    ...columns(traitTable(descriptions)).map((line) => `  ${line}`),
    "profiles:",
    ...profiles.map((profile) => {
      const { name, banks, fragmentation, deviceAddressBits, bounces, logicalAddresses } = profile;
      const ram = mib(banks.reduce((sum, { bytes }) => sum + bytes, 0));
      const more = [
        ...(bounces === "everything" ? ["everything bounced"] : []),
        ...(logicalAddresses === "shuffled" ? ["logical addresses shuffled"] : []),
        ...(limitsElements(profile) ? ["elements limited"] : []),
      ];
      return `  ${name}${name === config.profile ? "*" : ""}  (${[`${ram} in ${banks.length} banks`, fragmentation, `device of ${deviceAddressBits} address bits`, ...more].join(", ")})`;
    }),
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
  return 0;
}

/** A parameter may be a BigInt, which JSON does not know. */
function plain(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}
