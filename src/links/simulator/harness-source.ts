import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ModelSource } from "../../engine/engine.ts";

/** Root of the installation: the folder that holds `rtl` and `sim`, the same from `src` and from `dist`. */
const ROOT: string = fileURLToPath(new URL("../../..", import.meta.url));

/** Sizes that the Verilog and the host must agree on; passed to the harness as parameters. */
export const RAM_BYTES_LOG2 = 25;
export const REGION_BYTES_LOG2 = 24;

const NESTED_LIST = "-f ";
const INCLUDE_DIRECTORY = "+incdir+";

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

/**
 * Reads a `.f` file list: per line a path, `+incdir+path`, or `-f path` for another list, all relative to `root`; `//`
 * starts a comment.
 */
export function parseFileList(
  path: string,
  root: string,
): { files: readonly string[]; includeDirectories: readonly string[] } {
  const files: string[] = [];
  const includeDirectories: string[] = [];
  for (const text of readFileSync(path, "utf8").split("\n")) {
    const line = text.replace(/\/\/.*/, "").trim();
    if (line === "") continue;
    if (line.startsWith(NESTED_LIST)) {
      const nested = parseFileList(join(root, line.slice(NESTED_LIST.length).trim()), root);
      files.push(...nested.files);
      includeDirectories.push(...nested.includeDirectories);
    } else if (line.startsWith(INCLUDE_DIRECTORY)) {
      includeDirectories.push(join(root, line.slice(INCLUDE_DIRECTORY.length)));
    } else {
      files.push(join(root, line));
    }
  }
  return { files, includeDirectories };
}
