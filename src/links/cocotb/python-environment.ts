import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { runTool } from "../../engine/run-tool.ts";
import { onPath } from "../../engine/verilator/toolchain.ts";
import { CocotbPairError } from "./errors.ts";

/** The package `hilt_cocotb`, and the Verilog that belongs to it; the same from `src` and from `dist`. */
export const PACKAGE: string = fileURLToPath(new URL("../../../sim/cocotb", import.meta.url));

const LIMIT_SECONDS = 60;

/** A Python interpreter with cocotb. */
export interface PythonEnvironment {
  /** Absolute path. */
  readonly interpreter: string;
  /** Of Python, cocotb and cocotbext-axi, as `2.1.0`. */
  readonly python: string;
  readonly cocotb: string | undefined;
  readonly cocotbextAxi: string | undefined;
}

/** A virtual environment, an interpreter, or the one on the PATH; undefined where there is none. */
export function interpreterOf(named: string | undefined): string | undefined {
  if (named === undefined) return onPath("python3");
  const path = resolve(named);
  return [join(path, "bin/python"), path].find((each) => onPath(each) !== undefined);
}

// As importlib.metadata does, which takes longer to load than Python to start, and is asked where this finds nothing.
const PROBE = `
import os, sys
def listed(start, end):
    for folder in sys.path:
        try:
            names = os.listdir(folder or ".")
        except OSError:
            continue
        for name in names:
            version = name[len(start):-len(end)]
            if name.startswith(start) and name.endswith(end) and version[:1].isdigit():
                return version
def of(name):
    found = listed(name.replace("-", "_") + "-", ".dist-info")
    if found is not None:
        return found
    from importlib.metadata import PackageNotFoundError, version
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
print(sys.version.split()[0], of("cocotb"), of("cocotbext-axi"), sep=",")
`;

/** Throws `CocotbPairError` where there is no interpreter. */
export async function probePython(named: string | undefined): Promise<PythonEnvironment> {
  const interpreter = interpreterOf(named);
  if (interpreter === undefined) {
    const what =
      named === undefined ? "there is no python3 on the PATH" : `${resolve(named)} is not a Python`;
    throw new CocotbPairError(
      existsSync(resolve(named ?? "")) && named !== undefined ? `${what}: it has no bin/python` : what,
    );
  }
  const { status, stdout, stderr } = await runTool({
    ...{ name: "Python", command: interpreter, args: ["-c", PROBE] },
    ...{ limitSeconds: LIMIT_SECONDS, work: "the versions of its packages" },
  });
  if (status !== 0) throw new CocotbPairError(`${interpreter} ended with status ${status}: ${stderr.trim()}`);
  const [python = "", cocotb, cocotbextAxi] = stdout.trim().split(",");
  return { interpreter, python, cocotb: cocotb || undefined, cocotbextAxi: cocotbextAxi || undefined };
}
