/** The names of other files that a source shows. Comments and what an `ifdef leaves out count too: too many do no harm. */
export interface FileNames {
  /** Of `include directives. */
  readonly includes: readonly string[];
  /** It includes what a macro stands for. */
  readonly includesMacro: boolean;
  readonly readsData: boolean;
  /** Strings in the directives of C. */
  headers(): readonly string[];
  /** Strings in its macros. */
  macros(): readonly string[];
  /** All strings in it. */
  strings(): readonly string[];
}

const STRING = /"([^"\\\n]+)"/g;
/** Up to the end of its last line; a backslash before a line's end continues it. */
const MACRO = /`define\b(?:\\\r?\n|[^\n])*/g;
export const INCLUDE: RegExp = /(`include\s*")([^"\n]+)(?=")/g;
export const READ_DATA: RegExp = /(\$readmem[hb]\s*\(\s*")([^"\\\n]+)(?=")/g;
const C_DIRECTIVE = /^[ \t]*#[^"\n]*"([^"\n]+)"/gm;

export function namesIn(bytes: Buffer): FileNames {
  // Bytes stay what they are, whatever the encoding; only names become text. A program has none.
  const text = bytes.includes(0) ? "" : bytes.toString("latin1");
  const all = (pattern: RegExp, within = text, group = 1): string[] =>
    [...within.matchAll(pattern)].map((match) => nameOf(match[group] as string));
  // Most files have neither, and each search takes its time at every start.
  const isIncluding = text.includes("`include");
  return {
    includes: isIncluding ? all(INCLUDE, text, 2) : [],
    includesMacro: isIncluding && /`include\s*`/.test(text),
    readsData: text.includes("$readmem"),
    headers: () => all(C_DIRECTIVE),
    macros: () => [...text.matchAll(MACRO)].flatMap(([macro]) => all(STRING, macro)),
    strings: () => all(STRING),
  };
}

function nameOf(text: string): string {
  return Buffer.from(text, "latin1").toString("utf8");
}
