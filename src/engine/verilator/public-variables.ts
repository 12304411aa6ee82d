import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Signals by what may be the last part of their patterns, without an element's number: the only way to name them without
 * knowing the modules. Of what is after `**`, and in an escaped name, a dot does not begin another part.
 */
export function publicVariables(patterns: readonly string[]): string {
  const names = new Set(patterns.flatMap(lastParts));
  return [
    "`verilator_config",
    ...[...names].map((name) => `public_flat_rd -module "*" -var "${name}"`),
    "",
  ].join("\n");
}

function lastParts(pattern: string): string[] {
  const parts = pattern.split(".");
  const ends = parts.map((_, index) =>
    parts
      .slice(index)
      .join(".")
      .replace(/^.*\*\*/, "*"),
  );
  // What no plain name holds, and two underscores, Verilator has in a spelling of its own by then.
  return ends
    .flatMap((end) => [end, end.replace(/\[[^[]*\]$/, "")])
    .map((end) => end.replace(/(?:[^\w*]|__)+/g, "*"))
    .filter((end) => end !== "");
}

/** A line that makes a member of the model known by its name. */
const INSERTION = /varInsert\(.*&\(\w+\.(\w+)\)/;
/** A line that gives a member the value that it starts from. */
const RESET = /^ *(?:vlSelf->|vlSelfRef\.)(\w+) = VL_\w*RAND_RESET_/;
/** Versions before the type VLVT_REAL take a `real` for 64 bits. */
const REAL = /\bdouble (\w+);/g;

/**
 * Verilator goes on to mention loop variables that it has unrolled or made local, and then nothing declares them: a C++
 * compiler would refuse the model. What is no number of bits is not made known.
 */
export function dropUndeclared(folder: string): void {
  const names = readdirSync(folder);
  const read = (name: string): string => readFileSync(join(folder, name), "utf8");
  const headers = names.filter((name) => name.endsWith(".h")).map(read);
  const declared = new Set(headers.flatMap((text) => text.match(/\w+/g) ?? []));
  const known = new Set(declared);
  for (const text of headers) for (const [, name = ""] of text.matchAll(REAL)) known.delete(name);
  const isSound = (line: string): boolean => {
    const [, inserted] = INSERTION.exec(line) ?? [];
    const [, reset] = RESET.exec(line) ?? [];
    return (inserted === undefined || known.has(inserted)) && (reset === undefined || declared.has(reset));
  };
  for (const name of names.filter((each) => /__(?:Syms|Slow).*\.cpp$/.test(each))) {
    const text = read(name);
    const lines = text.split("\n");
    const kept = lines.filter(isSound);
    if (kept.length < lines.length) writeFileSync(join(folder, name), kept.join("\n"));
  }
}
