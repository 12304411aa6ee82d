import { createHash } from "node:crypto";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
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

/**
 * The program that runs a model as a virtual board, compiled once for each version of its sources and of the compiler and
 * kept in `directory`. It knows nothing of the model that it opens.
 */
export async function boardProgram(toolchain: Toolchain, directory: string): Promise<string> {
  const names = readdirSync(BOARD_SOURCES).filter((name) => /\.(?:cpp|h)$/.test(name));
  const hash = createHash("sha256").update(`${toolchainKey(toolchain, directory)} ${FLAGS.join(" ")}\n`);
  for (const name of names.sort()) hash.update(`${name}\n`).update(readFileSync(join(BOARD_SOURCES, name)));
  const key = hash.digest("hex").slice(0, 32);
  const program = join(directory, "boards", key);
  if (readSealed(program, key) === undefined) {
    const sources = names.filter((name) => name.endsWith(".cpp"));
    keepSealed(program, key, await compile(toolchain.compiler, sources));
  }
  chmodSync(program, 0o755);
  return program;
}

/** As one unit: the headers cost more than the rest. */
async function compile(compiler: string, sources: readonly string[]): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), "hilt-build-"));
  const program = join(folder, "board");
  try {
    const { status, stderr } = await runTool({
      ...{ name: "the C++ compiler", command: compiler, limitSeconds: 600, work: "the virtual board" },
      args: [...FLAGS, `-I${BOARD_SOURCES}`, "-o", program, "-x", "c++", "-", "-ldl", "-lutil"],
      input: sources.map((name) => `#include "${name}"\n`).join(""),
    });
    if (status !== 0) throw new ToolError(`the C++ compiler failed with the virtual board: ${stderr.trim()}`);
    return readFileSync(program);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
