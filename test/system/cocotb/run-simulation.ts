import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** Of test/requirements.txt, which npm test installs. */
const PYTHON = `${ROOT}.cache/python/bin/python`;

export interface SimulationRequest {
  readonly simulator: "icarus" | "ghdl" | "verilator";
  readonly top: string;
  /** A module of Python in this folder, or on the path. */
  readonly module: string;
  /** Where everything goes that is made. */
  readonly folder: string;
  readonly sources: readonly string[];
  readonly includeDirectories?: readonly string[];
  readonly parameters?: Readonly<Record<string, number>>;
  readonly buildArguments?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** Runs cocotb tests; the last line says how many passed, and which did not. */
export function runSimulation(request: SimulationRequest): { summary: string; output: string } {
  const { simulator, top, module, folder, sources } = request;
  const { includeDirectories = [], parameters = {}, buildArguments = [], environment } = request;
  const options = [
    ...includeDirectories.map((directory) => `-I${directory}`),
    ...Object.entries(parameters).map(([name, value]) => `-P${name}=${value}`),
    ...buildArguments.map((argument) => `--build-argument=${argument}`),
  ];
  const script = fileURLToPath(new URL("run_simulation.py", import.meta.url));
  const { stdout, stderr, error } = spawnSync(
    PYTHON,
    [script, ...options, simulator, top, module, folder, ...sources],
    { encoding: "utf8", env: { ...process.env, COCOTB_LOG_LEVEL: "WARNING", ...environment } },
  );
  if (error !== undefined) throw error;
  const summary = stdout.trim().split("\n").at(-1) ?? "";
  return { summary, output: `${stdout}${stderr}` };
}
