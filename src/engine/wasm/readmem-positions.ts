import type { MemoryDescription } from "./netlist.ts";

/** A place in a source: line and column count from 1. */
export interface Position {
  readonly file: string;
  readonly from: readonly [line: number, column: number];
}

/** Of two places in one file; false for places in different files. */
export function isBefore(a: Position, b: Position): boolean {
  if (a.file !== b.file) return false;
  return a.from[0] < b.from[0] || (a.from[0] === b.from[0] && a.from[1] < b.from[1]);
}

const SKIPPED = [/\/\/[^\n]*/, /\/\*[\s\S]*?\*\//, /"(?:\\.|[^"\\\n])*"/]
  .map(({ source }) => source)
  .join("|");
/** The memory is the second argument. */
const CALL = new RegExp(
  `${SKIPPED}|\\$readmem[bh]\\s*\\((?:"(?:\\\\.|[^"\\\\\\n])*"|\\([^()]*\\)|[^,"();])*,\\s*\\\\?([\\w$]+)`,
  "g",
);
const MODULE_END = new RegExp(`${SKIPPED}|\\b(endmodule)\\b`, "g");

/** Where the module that declares a memory reads a file into it. */
export function readmemPositions(memory: MemoryDescription, files: ReadonlyMap<string, string>): Position[] {
  const [, file, line] = /^(.*):(\d+)$/.exec(memory.place) ?? [];
  const text = file === undefined ? undefined : files.get(file);
  if (file === undefined || text === undefined) return [];
  const declared = text
    .split("\n")
    .slice(0, Number(line) - 1)
    .join("\n").length;
  const ends = [...text.matchAll(MODULE_END)]
    .filter((match) => match[1] !== undefined)
    .map(({ index }) => index);
  const from = ends.filter((end) => end < declared).at(-1) ?? 0;
  const to = ends.find((end) => end > declared) ?? text.length;
  const name = memory.name.split(".").at(-1);
  return [...text.matchAll(CALL)]
    .filter((match) => match[1] === name && match.index > from && match.index < to)
    .map(({ index }) => ({ file, from: lineAndColumn(text, index) }));
}

function lineAndColumn(text: string, index: number): [number, number] {
  const before = text.slice(0, index).split("\n");
  return [before.length, (before.at(-1) as string).length + 1];
}
