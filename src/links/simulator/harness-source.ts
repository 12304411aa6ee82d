import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ModelSource } from "../../engine/engine.ts";

/** Root of the installation: the folder that holds `rtl` and `sim`, the same from `src` and from `dist`. */
const ROOT: string = fileURLToPath(new URL("../../..", import.meta.url));

/** Sizes that the Verilog and the host must agree on; passed to the harness as parameters. */
export const RAM_BYTES_LOG2 = 25;
export const REGION_BYTES_LOG2 = 24;

/** The harness round our own device, as an engine builds it. */
export function harnessSource(trace: readonly string[] = [], root: string = ROOT): ModelSource {
  const { files, includeDirectories } = parseFileList(join(root, "sim/harness/top.f"), root);
  return {
    top: "top",
    files,
    includeDirectories,
    parameters: { RAM_BYTES_LOG2, REGION_BYTES_LOG2 },
    clock: "clk",
    stop: "stop",
    trace,
  };
}

/** Reads a `.f` file list: a path or `+incdir+path` per line, relative to `root`; `//` starts a comment. */
export function parseFileList(
  path: string,
  root: string,
): { files: readonly string[]; includeDirectories: readonly string[] } {
  const lines = readFileSync(path, "utf8")
    .split("\n")
    .map((line) => line.replace(/\/\/.*/, "").trim())
    .filter((line) => line !== "");
  const prefix = "+incdir+";
  return {
    files: lines.filter((line) => !line.startsWith("+")).map((line) => join(root, line)),
    includeDirectories: lines
      .filter((line) => line.startsWith(prefix))
      .map((line) => join(root, line.slice(prefix.length))),
  };
}
