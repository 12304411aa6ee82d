import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Random } from "../../../src/core/random.ts";
import { applied, type Mutation, mutationsOf } from "./mutations.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const FOLDERS = ["src/wdm", "src/memory"];

export interface Mutant extends Mutation {
  /** From the project's folder. */
  readonly file: string;
  /** Of the whole file, as it is. */
  readonly text: string;
  /** That is changed. */
  readonly from: string;
}

/** A mutant by what it changes where, whatever else its file gains or loses. */
export interface Place {
  readonly file: string;
  /** Text that stands once in the file, round what is changed. */
  readonly place: string;
  readonly from: string;
  readonly to: string;
}

/** Different ones, in an order that the seed decides. */
export function drawn(count: number, seed: number): readonly Mutant[] {
  return new Random(BigInt(seed)).fork("mutants").shuffle(allMutants()).slice(0, count);
}

export function allMutants(): Mutant[] {
  return FOLDERS.flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith(".ts"))
      .sort()
      .flatMap((name) => mutantsOf(`${folder}/${name}`)),
  );
}

/** The mutant at a place, or what is wrong with the place. */
export function mutantAt({ file, place, from, to }: Place): Mutant | string {
  const mutants = mutantsOf(file);
  const start = (mutants[0] as Mutant).text.indexOf(place);
  if ((mutants[0] as Mutant).text.split(place).length !== 2) return `${file}: "${place}" does not stand once`;
  const found = mutants.filter(
    (one) => one.start >= start && one.end <= start + place.length && one.from === from && one.to === to,
  );
  return found.length === 1
    ? (found[0] as Mutant)
    : `${file}: ${found.length} mutants make "${to}" of "${from}" in "${place}"`;
}

export function textOf(mutant: Mutant): string {
  return applied(mutant.text, mutant);
}

export function describe({ file, text, start, kind, from, to }: Mutant): string {
  const short = (words: string): string => words.replace(/\s+/g, " ").slice(0, 60);
  const line = text.slice(0, start).split("\n").length;
  return `${file}:${line} ${kind}: ${short(from)} -> ${short(to)}`;
}

function mutantsOf(file: string): Mutant[] {
  const text = readFileSync(join(root, file), "utf8");
  return mutationsOf(text).map((mutation) => {
    return { ...mutation, file, text, from: text.slice(mutation.start, mutation.end) };
  });
}
