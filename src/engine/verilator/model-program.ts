import { createHash } from "node:crypto";
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ToolError } from "../errors.ts";
import { runTool } from "../run-tool.ts";
import { keepSealed, readSealed } from "../sealed-file.ts";
import { SHIM } from "./compile.ts";
import { type Toolchain, toolchainKey } from "./toolchain.ts";

/** The C++ of a virtual board, and the Verilog of the far end of its line. */
export const BOARD_SOURCES: string = join(SHIM, "board");

const FLAGS: readonly string[] = ["-std=gnu++17", "-O2", "-w"];
/** Of every program: the model that it opens, and the control channel. */
const SHARED: readonly string[] = ["board/loaded_model", "board/control"];

/** Programs that run a model in a process of its own, by what they are called in messages. */
const programs = {
  "virtual board": ["adapter", "board", "line_rate", "main", "port", "requests"].map(
    (name) => `board/${name}`,
  ),
  "simulated slot": ["config_space", "dma_map", "function", "main", "slot", "slot_requests", "vfio_user"].map(
    (name) => `slot/${name}`,
  ),
} as const satisfies Readonly<Record<string, readonly string[]>>;
/** Headers without a source. */
const HEADERS: readonly string[] = ["program.h", "board/schedule.h", "slot/host_memory.h", "slot/payload.h"];

export type ProgramName = keyof typeof programs;

/**
 * The program that runs a model as a virtual board or as a slot, compiled once for each version of its sources and of the
 * compiler and kept in `directory`. It knows nothing of the model that it opens.
 */
export async function modelProgram(
  name: ProgramName,
  toolchain: Toolchain,
  directory: string,
): Promise<string> {
  const units = [...programs[name], ...SHARED];
  const sources = units.map((unit) => `${unit}.cpp`);
  const headers = [...units.filter((unit) => !unit.endsWith("/main")).map((unit) => `${unit}.h`), ...HEADERS];
  const hash = createHash("sha256").update(`${toolchainKey(toolchain, directory)} ${FLAGS.join(" ")}\n`);
  for (const file of [...sources, ...headers])
    hash.update(`${file}\n`).update(readFileSync(join(SHIM, file)));
  const key = hash.digest("hex").slice(0, 32);
  const program = join(directory, "programs", key);
  if (readSealed(program, key) === undefined)
    keepSealed(program, key, await compile(name, toolchain.compiler, sources));
  chmodSync(program, 0o755);
  return program;
}

/** As one unit: the headers cost more than the rest. */
async function compile(name: ProgramName, compiler: string, sources: readonly string[]): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), "hilt-build-"));
  const program = join(folder, "program");
  try {
    const { status, stderr } = await runTool({
      ...{ name: "the C++ compiler", command: compiler, limitSeconds: 600, work: `the ${name}` },
      args: [...FLAGS, `-I${SHIM}`, `-I${BOARD_SOURCES}`, "-o", program, "-x", "c++", "-", "-ldl", "-lutil"],
      input: sources.map((file) => `#include "${file}"\n`).join(""),
    });
    if (status !== 0) throw new ToolError(`the C++ compiler failed with the ${name}: ${stderr.trim()}`);
    return readFileSync(program);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
