import { readFileSync } from "node:fs";

/** What Verilator has read, from the list of files that it keeps: a line for each, a source's starts with S. */
export function openedByVerilator(list: string): string[] {
  return [...readFileSync(list, "utf8").matchAll(/^S\s.*?"(.*)"$/gm)].map((match) => match[1] as string);
}

/** What a C++ compiler has read: a rule of make, in which a backslash stands before a space and before a line's end. */
export function openedByCompiler(rule: string): string[] {
  const [, files = ""] = readFileSync(rule, "utf8").replaceAll("\\\n", " ").split(/:\s/, 2);
  const names = files.match(/(?:\\.|[^\s\\])+/g) ?? [];
  return names.map((name) => name.replace(/\\(.)/g, "$1").replaceAll("$$", "$"));
}
