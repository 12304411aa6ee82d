import { countedWithCommas } from "../core/counted.ts";
import type { SourceTree } from "./source-tree.ts";

/** Seconds of CPU time that each program of a build may take, where the target does not say otherwise. */
export const BUILD_LIMIT_SECONDS = 600;

/** How large a design is, as far as its sources show it, for the message of a build that met its limit. */
export function describeBuild(top: string, { files }: SourceTree): string {
  const texts = [...files.values()].map((bytes) => bytes.toString("latin1"));
  const count = (pattern: RegExp): number =>
    texts.reduce((sum, text) => sum + [...text.matchAll(pattern)].length, 0);
  const size = [
    countedWithCommas(count(/\n/g), "line"),
    countedWithCommas(files.size, "file"),
    countedWithCommas(count(/^[ \t]*(?:macro)?module\b/gm), "module"),
  ];
  return `${top}: ${size.join(", ")}, before parameters, generate blocks and loops make more of them; buildLimitSeconds of the target sets the limit`;
}
