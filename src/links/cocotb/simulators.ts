import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import {
  COMPILER_VARIABLES,
  environmentOf,
  findToolchain,
  onPath,
} from "../../engine/verilator/toolchain.ts";
import { CocotbPairError } from "./errors.ts";
import { takesVhdlAlone, VHDL_STANDARD } from "./languages.ts";
import type { PythonEnvironment } from "./python-environment.ts";
import type { CocotbTarget, SimulatorName } from "./settings.ts";

/** The oldest Verilator that cocotb 2 can be compiled with. */
const OLDEST_VERILATOR = 5.036;
const OLDEST_ICARUS = 11;
/** Stands for the folder of the build, which is not known before. */
export const BUILD_MARK = "@hilt-build@";
/** What a simulator is called on the PATH, of those that are only looked for. */
const commands: Readonly<Record<string, string>> = {
  ghdl: "ghdl",
  nvc: "nvc",
  questa: "vsim",
  riviera: "vsim",
  xcelium: "xrun",
  vcs: "vcs",
  dsim: "dsim",
};

/** A simulator that works with the cocotb that is to drive it. */
export interface Simulator {
  /** With its version, for messages. */
  readonly what: string;
  /** Absolute path of its command. */
  readonly path: string;
  readonly buildArguments: readonly string[];
  /** For its start, beside those of cocotb's runner. */
  readonly testArguments: readonly string[];
  /** Arguments of cocotb's runner that are left out. */
  readonly without: readonly string[];
  /** Of its build and of its process. */
  readonly env: NodeJS.ProcessEnv;
}

/** Throws `CocotbPairError` for what is missing, and for a pair that does not work: before anything is built. */
export function findSimulator(settings: CocotbTarget, python: PythonEnvironment): Simulator {
  const { cocotb, interpreter } = python;
  if (cocotb === undefined)
    throw new CocotbPairError(`${interpreter} (Python ${python.python}) has no cocotb`);
  const major = Number.parseInt(cocotb, 10);
  if (major < 2 && (settings.simulator !== "icarus" || !cocotb.startsWith("1.9")))
    throw new CocotbPairError(
      `cocotb ${cocotb} with ${settings.simulator}: hilt takes cocotb 2, and cocotb 1.9 with Icarus alone`,
    );
  if (settings.simulator === "icarus") return icarus();
  if (settings.simulator === "verilator") return verilator(settings, cocotb);
  const command = commands[settings.simulator] as string;
  const path = onPath(command);
  if (path === undefined)
    throw new CocotbPairError(`${settings.simulator} is not installed: there is no ${command} on the PATH`);
  const what = versionOf(settings.simulator, path);
  return { what, path, ...argumentsOf(settings.simulator), without: [], env: process.env };
}

/** Of the environment of a build: what its tools go by. All else may differ from one terminal to the next. */
const READ_BY_TOOLS = [
  ...COMPILER_VARIABLES,
  ...["CC", "CXX", "AR", "CFLAGS", "CXXFLAGS", "CPPFLAGS", "LDFLAGS", "MAKEFLAGS", "VERILATOR_ROOT"],
];

/** What of a simulator decides what a build gives. */
export function buildKey({ env, ...simulator }: Simulator): string {
  const programs = ["make", env["CXX"] ?? "g++"].map((name) => onPath(name) ?? null);
  return JSON.stringify([simulator, READ_BY_TOOLS.map((name) => env[name] ?? null), programs]);
}

/** The first line that it says of itself names the version, where it says one. */
function versionOf(simulator: SimulatorName, path: string): string {
  if (!takesVhdlAlone(simulator)) return simulator;
  const { stdout = "" } = spawnSync(path, ["--version"], { encoding: "utf8" });
  const version = /\d+\.\d+(?:\.\d+)?/.exec(stdout)?.[0];
  return [simulator.toUpperCase(), version].filter(Boolean).join(" ");
}

/** GHDL elaborates once more when it starts, and needs the same then. */
function argumentsOf(simulator: SimulatorName): Pick<Simulator, "buildArguments" | "testArguments"> {
  if (simulator === "nvc") return { buildArguments: [VHDL_STANDARD], testArguments: [] };
  const both = simulator === "ghdl" ? [VHDL_STANDARD, `--workdir=${BUILD_MARK}`] : [];
  return { buildArguments: both, testArguments: both };
}

function icarus(): Simulator {
  const path = onPath("iverilog");
  if (path === undefined)
    throw new CocotbPairError("Icarus Verilog is not installed: there is no iverilog on the PATH");
  const version = versionOfIcarus(join(dirname(path), "vvp")) ?? versionOfIcarus(path);
  if (version !== null && Number(version[1]) < OLDEST_ICARUS)
    throw new CocotbPairError(
      `Icarus Verilog ${version[1]}.${version[2]} (${path}) is too old for cocotb: it takes ${OLDEST_ICARUS} and newer`,
    );
  const what = version === null ? "Icarus Verilog" : `Icarus Verilog ${version[1]}.${version[2]}`;
  return { what, path, buildArguments: [], testArguments: [], without: [], env: process.env };
}

/** Its runtime, which is asked first, starts one process to answer; its compiler starts five. */
function versionOfIcarus(path: string): RegExpExecArray | null {
  const { stdout } = spawnSync(path, ["-V"], { encoding: "utf8" });
  return /version (\d+)\.(\d+)/.exec(stdout ?? "");
}

function verilator(settings: CocotbTarget, cocotb: string): Simulator {
  const toolchain = findToolchain(settings.verilator);
  const { version, verilator: path, root } = toolchain;
  if (version !== undefined && Number(version) < OLDEST_VERILATOR)
    throw new CocotbPairError(
      `Verilator ${version} (${path}) is too old for cocotb ${cocotb}: it takes ${OLDEST_VERILATOR.toFixed(3)} and newer`,
    );
  const env = environmentOf(toolchain);
  return {
    ...{ what: `Verilator ${version ?? "of an unknown version"}`, path },
    // Of warnings that the sources have, the engines and lint tell.
    testArguments: [],
    buildArguments: ["--timing", "-Wno-fatal", "-Wno-lint", "-O3", "--x-assign", "fast", "--noassert"],
    // Every signal public makes a model several times as slow; those of a crossing are by their own attribute. Code of the
    // user's may look at any.
    without: settings.modules === undefined ? ["--public-flat-rw"] : [],
    env: {
      ...env,
      PATH: [dirname(path), env["PATH"]].join(delimiter),
      MAKEFLAGS: makeFlags(root, env["MAKEFLAGS"]),
    },
  };
}

/**
 * Verilator's rules optimise for size, and take no variable of the environment for that. Packages for Python lack two variables
 * more, without which large designs and delays do not compile.
 */
function makeFlags(root: string, own: string = ""): string {
  const rules = readFileSync(join(root, "include/verilated.mk"), "utf8");
  const lacks = /^CFG_CXXFLAGS_PCH_I *= *$/m.test(rules);
  const flags = [
    ...["OPT_FAST=-O2", "OPT_GLOBAL=-O2"],
    ...(lacks ? ["CFG_CXXFLAGS_PCH_I=-include", "CFG_CXXFLAGS_COROUTINES=-fcoroutines"] : []),
  ];
  return `${own}${own.includes(" -- ") ? " " : " -- "}${flags.join(" ")}`;
}
