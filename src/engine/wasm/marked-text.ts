import { BuildError, UnsupportedConstructError } from "../errors.ts";
import type { SourceTree } from "../source-tree.ts";

/** Lines of a source between `translate_off` and `translate_on`: for simulators, and seldom part of what a design does. */
export interface MarkedText {
  readonly path: string;
  /** Of the marks themselves; they count from 1. */
  readonly from: number;
  readonly to: number;
}

const MARK = /(?:\/\/|\/\*).*\btranslate_(off|on)\b/i;

/**
 * Tries to read a design; where Yosys cannot read something between such marks, it is left out, with a warning. Of a
 * design that can be read nothing is.
 */
export async function readable<T>(
  tree: SourceTree,
  read: (omitted: readonly MarkedText[]) => Promise<T>,
): Promise<{ result: T; warnings: readonly string[] }> {
  const omitted: MarkedText[] = [];
  for (;;) {
    try {
      const result = await read(omitted);
      return { result, warnings: omitted.map(warning) };
    } catch (error) {
      const marked = placeOf(error) === undefined ? undefined : markedText(placeOf(error) as string, tree);
      const isKnown = omitted.some(({ path, from }) => path === marked?.path && from === marked.from);
      if (marked === undefined || isKnown) throw error;
      omitted.push(marked);
    }
  }
}

function warning({ path, from, to }: MarkedText): string {
  return `${path}:${from}: the text between the translate marks, up to line ${to}, is left out: the built-in engine cannot read it`;
}

function placeOf(error: unknown): string | undefined {
  return error instanceof BuildError || error instanceof UnsupportedConstructError ? error.place : undefined;
}

function markedText(place: string, tree: SourceTree): MarkedText | undefined {
  const [, path = "", line] = /^(.*):(\d+)$/.exec(place) ?? [];
  const lines = tree.files.get(path)?.toString("utf8").split("\n") ?? [];
  const marks = lines.flatMap((text, index) => {
    const [, kind] = MARK.exec(text) ?? [];
    return kind === undefined ? [] : [{ line: index + 1, isOff: kind.toLowerCase() === "off" }];
  });
  const before = marks.findLastIndex((mark) => mark.line <= Number(line));
  const [off, on] = [marks[before], marks[before + 1]];
  if (off?.isOff !== true || on?.isOff !== false) return undefined;
  return { path, from: off.line, to: on.line };
}

/** A source without these lines, which are empty then. */
export function withoutMarked(text: string, path: string, omitted: readonly MarkedText[]): string {
  const own = omitted.filter((each) => each.path === path);
  if (own.length === 0) return text;
  const isOmitted = (line: number): boolean => own.some(({ from, to }) => line > from && line < to);
  return text
    .split("\n")
    .map((line, index) => (isOmitted(index + 1) ? "" : line))
    .join("\n");
}
