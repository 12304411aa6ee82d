import { spawnSync } from "node:child_process";
import { HiltError } from "../../core/errors.ts";
import { findToolchain } from "../../engine/verilator/toolchain.ts";
import type { Check, NamedSettings } from "../link-kind.ts";
import type { SimulationSettings } from "./simulator-model.ts";

const optionalTools = [
  { tool: "genhtml", use: "for the HTML of --coverage", remedy: "apt-get install lcov" },
  { tool: "iverilog", use: "only for hilt's own tests", remedy: "apt-get install iverilog" },
  { tool: "yosys", use: "only for hilt's own tests", remedy: "apt-get install yosys" },
] as const;

export function simulatorChecks(targets: readonly NamedSettings<SimulationSettings>[]): Check[] {
  return [
    {
      what: "Yosys, as the package @yowasp/yosys",
      isNeeded: true,
      isThere: isResolved("@yowasp/yosys"),
      remedy: "npm install",
    },
    ...verilatorChecks(targets),
    ...optionalTools.map(({ tool, use, remedy }) => ({
      what: `${tool} (${use})`,
      isNeeded: false,
      isThere: spawnSync("sh", ["-c", `command -v ${tool}`]).status === 0,
      remedy,
    })),
  ];
}

/** Which Verilator each target gets, and why. A machine without one is no fault as long as no target asks for it. */
function verilatorChecks(targets: readonly NamedSettings<SimulationSettings>[]): Check[] {
  const users = targets.filter(({ settings }) => settings.engine === "verilator");
  const named = new Set([undefined, ...users.map(({ settings }) => settings.verilator)]);
  return [...named].map((path) => {
    const names = users.filter(({ settings }) => settings.verilator === path).map(({ name }) => name);
    return verilatorCheck(path, names);
  });
}

/** Of the Verilator at `path`, or the one on the PATH, that the targets `names` use. */
export function verilatorCheck(path: string | undefined, names: readonly string[]): Check {
  const reason = path === undefined ? "the one on the PATH" : "named in the configuration";
  const use = names.length === 0 ? "no target uses it" : `for ${names.join(", ")}`;
  const found = describeToolchain(path);
  return {
    what: `${found.what} (${reason}; ${use})`,
    isNeeded: names.length > 0,
    isThere: found.isThere,
    remedy:
      path === undefined
        ? "apt-get install verilator g++ zlib1g-dev liblz4-dev"
        : `look at verilator: "${path}"`,
  };
}

/** Version and paths of a Verilator and its compiler, or what is missing for it. */
function describeToolchain(path: string | undefined): Pick<Check, "what" | "isThere"> {
  try {
    const { version, verilator, compiler } = findToolchain(path);
    const number = version ?? "of an unknown version";
    return { isThere: true, what: `Verilator ${number}, ${verilator}, with ${compiler}` };
  } catch (error) {
    if (error instanceof HiltError) return { isThere: false, what: `Verilator: ${error.message}` };
    throw error;
  }
}

/** The engine in a few words; a Verilator that is missing has no version. */
export function describeEngine({ engine, verilator }: SimulationSettings): string {
  if (engine === "wasm") return "built-in engine";
  try {
    const { version } = findToolchain(verilator);
    return version === undefined ? "Verilator" : `Verilator ${version}`;
  } catch (error) {
    if (error instanceof HiltError) return "Verilator (missing)";
    throw error;
  }
}

function isResolved(name: string): boolean {
  try {
    import.meta.resolve(name);
    return true;
  } catch {
    return false;
  }
}
