import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { isProof, type RunResult } from "./run-result.ts";

/**
 * The results of a run on one target, as JSON Lines: the run, each bench (after a failure with what crossed the link
 * last), problems outside benches, and the end. A file without an end is of a run that did not get there.
 */
export function writeResults(file: string, result: RunResult): void {
  const { id, benches, problems, target, seed, profile, isInterrupted, wallMs, notChecked, freshBy } = result;
  const verdict = isProof(result) ? "passed" : isInterrupted ? "interrupted" : "failed";
  const lines = [
    { kind: "run", id, target, seed, profile, notChecked, freshBy },
    ...benches.map((bench) => ({ kind: "bench", ...bench })),
    ...problems.map((problem) => ({ kind: "problem", ...problem })),
    { kind: "end", verdict, benches: benches.length, wallMs: Math.round(wallMs) },
  ];
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
}
