import { readFileSync } from "node:fs";
import { join } from "node:path";

const NESTED_LIST = "-f ";
const INCLUDE_DIRECTORY = "+incdir+";

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
