import { readdirSync } from "node:fs";
import { join } from "node:path";
import { Random } from "../../../src/core/random.ts";
import { whyEquivalent } from "./equivalent-mutants.ts";
import type { Guarded } from "./guarded.ts";
import { type Drawn, Judging, REFUSED_STAGE } from "./judging.ts";
import { drawn, type Mutation, mutationsOf } from "./mutations.ts";
import { Workplace } from "./workplace.ts";

export interface MutantRequest {
  readonly mutants: number;
  readonly seed: number;
  /** Of the drawn ones only number `17`, `17-39`, or `17-` on. */
  readonly path?: string;
  readonly onMutant?: (line: string) => void;
}

export interface MutantReport {
  readonly killed: ReadonlyMap<string, number>;
  /** Changes that are not Verilog of the engine's: they are not counted. */
  readonly refused: number;
  readonly survivors: readonly string[];
  /** Not given to the guards: known to do what the original does. */
  readonly equivalent: number;
}

/** Draws mutants of Verilog by seed, and gives each to one guard after the other until one finds it. */
export async function soakMutants(
  guards: Guarded,
  { mutants, seed, path, onMutant }: MutantRequest,
): Promise<MutantReport> {
  using place = new Workplace();
  const killed = new Map<string, number>();
  const survivors: string[] = [];
  let refused = 0;
  let equivalent = 0;
  const tell = ({ number, mutation }: Drawn, what: string): void =>
    onMutant?.(`${number}: ${textOf(mutation)}: ${what}`);
  const judging = new Judging(place, guards, (one, { stage, why }) => {
    if (stage === REFUSED_STAGE) refused++;
    else if (stage === undefined) survivors.push(textOf(one.mutation));
    else killed.set(stage, (killed.get(stage) ?? 0) + 1);
    tell(one, `${stage ?? "LIVES"}: ${why}`);
  });
  const left: Drawn[] = [];
  const all = mutationsIn(place, guards.folder);
  for (const [number, mutation] of drawn(all, mutants, new Random(BigInt(seed))).entries()) {
    if (!isAsked(number, path)) continue;
    const why = whyEquivalent(mutation, linesOf(place, mutation));
    if (why === undefined) left.push({ number, mutation });
    else {
      equivalent++;
      tell({ number, mutation }, `equivalent: ${why}`);
    }
  }
  await judging.judge(left);
  return { killed, refused, survivors, equivalent };
}

function linesOf(place: Workplace, { file }: Mutation): string[] {
  return place.read(file).split("\n");
}

function isAsked(number: number, path = "0-"): boolean {
  const [first, last = first] = path.split("-");
  return number >= Number(first) && (last === "" || number <= Number(last));
}

function mutationsIn(place: Workplace, folder: string): Mutation[] {
  const files = readdirSync(join(place.path, folder)).filter((name) => name.endsWith(".v"));
  return files.flatMap((name) => {
    const file = `${folder}/${name}`;
    return mutationsOf(file, place.read(file));
  });
}

function textOf({ file, line, from, to }: Mutation): string {
  const short = (text: string): string => JSON.stringify(text.replaceAll(/\s+/g, " "));
  return `${file}:${line} ${short(from)} -> ${short(to)}`;
}

/** For people. */
export function summaryOf({ killed, refused, survivors, equivalent }: MutantReport): string {
  const dead = [...killed.values()].reduce((sum, count) => sum + count, 0);
  const share = ((100 * dead) / Math.max(1, dead + survivors.length)).toFixed(1);
  const stages = [...killed].map(([stage, count]) => `${stage} ${count}`).join(", ");
  const lines = survivors.map((one) => `\n  lives: ${one}`);
  return `${dead} of ${dead + survivors.length} mutants killed (${share} %): ${stages}; ${refused} not counted, ${equivalent} equivalent${lines.join("")}`;
}
