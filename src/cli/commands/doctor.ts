import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import type { Argv } from "yargs";
import { exitCodes } from "../exit-codes.ts";
import type { Arguments } from "../options.ts";

export const command = "doctor";
export const describe = "show what is installed, what is missing, and what installs it";

export function builder(yargs: Argv) {
  return yargs.options({ json: { type: "boolean", default: false, describe: "as JSON" } } as const);
}

interface Check {
  readonly what: string;
  readonly isNeeded: boolean;
  readonly isThere: boolean;
  readonly remedy: string;
}

/** One of each is enough. */
const optionalTools = [
  { tools: ["genhtml"], use: "for the HTML of --coverage", remedy: "apt-get install lcov" },
  { tools: ["surfer", "gtkwave"], use: "to look at waves", remedy: "apt-get install gtkwave" },
  { tools: ["iverilog"], use: "only for hilt's own tests", remedy: "apt-get install iverilog" },
  { tools: ["yosys"], use: "only for hilt's own tests", remedy: "apt-get install yosys" },
] as const;

/** As package.json says it under "engines": these majors from a minor on, and everything from 24 on. */
const OLDEST_MINOR: Readonly<Record<number, number>> = { 20: 19, 22: 12 };

/** `hilt doctor`: what is installed, what is missing, and the command that installs it. */
export async function handler({ json }: Arguments<typeof builder>): Promise<number> {
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
    {
      what: "Yosys, as the package @yowasp/yosys",
      isNeeded: true,
      isThere: isResolved("@yowasp/yosys"),
      remedy: "npm install",
    },
    ...(await verilatorChecks()),
    ...optionalTools.map(({ tools, use, remedy }) => ({
      what: `${tools.join(" or ")} (${use})`,
      isNeeded: false,
      isThere: tools.some((tool) => spawnSync("sh", ["-c", `command -v ${tool}`]).status === 0),
      remedy,
    })),
  ];
  if (json) process.stdout.write(`${JSON.stringify(checks, undefined, 2)}\n`);
  else {
    for (const { what, isThere, remedy } of checks) {
      process.stdout.write(isThere ? `ok       ${what}\n` : `missing  ${what}: ${remedy}\n`);
    }
  }
  return checks.some(({ isNeeded, isThere }) => isNeeded && !isThere) ? exitCodes.environment : 0;
}

/** Which Verilator each target gets, and why. A machine without one is no fault as long as no target asks for it. */
async function verilatorChecks(): Promise<Check[]> {
  const [{ loadConfig }, { describeVerilator }] = await Promise.all([
    import("../../config/load-config.ts"),
    import("../../session/describe-verilator.ts"),
  ]);
  const { targets } = await loadConfig(process.cwd());
  const users = Object.entries(targets).filter(([, { engine }]) => engine === "verilator");
  const named = new Set([undefined, ...users.map(([, { verilator }]) => verilator)]);
  return [...named].map((path) => {
    const names = users.filter(([, { verilator }]) => verilator === path).map(([name]) => name);
    const reason = path === undefined ? "the one on the PATH" : "named in the configuration";
    const use = names.length === 0 ? "no target uses it" : `for ${names.join(", ")}`;
    const found = describeVerilator(path);
    return {
      what: `${found.what} (${reason}; ${use})`,
      isNeeded: names.length > 0,
      isThere: found.isThere,
      remedy:
        path === undefined
          ? "apt-get install verilator g++ zlib1g-dev liblz4-dev"
          : `look at verilator: "${path}"`,
    };
  });
}

function isNodeTaken(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major >= 24 || (major in OLDEST_MINOR && minor >= (OLDEST_MINOR[major] as number));
}

function isResolved(name: string): boolean {
  try {
    import.meta.resolve(name);
    return true;
  } catch {
    return false;
  }
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
