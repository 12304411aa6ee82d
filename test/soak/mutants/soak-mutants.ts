import { readdirSync } from "node:fs";
import { join } from "node:path";
import { Random } from "../../../src/core/random.ts";
import { whyEquivalent } from "./equivalent-mutants.ts";
import { drawn, type Mutation, mutationsOf } from "./mutations.ts";
import { type Verdict, Workplace } from "./workplace.ts";

/** One guard after the other, the cheapest first. */
export interface Stage {
  readonly name: string;
  readonly run: (place: Workplace) => Promise<Verdict>;
}

/** Verilog whose mutants are drawn, and what guards it. */
export interface Guarded {
  readonly folder: string;
  readonly stages: readonly Stage[];
}

/** Of the built-in engine: a change that is no Verilog, or none that it takes, or that it does not build in time. */
const REFUSED =
  /of CPU time with|E_BUILD|E_UNSUPPORTED|does not take|ERROR:|syntax error|combinational loop|is used but has no driver/;
const SOAK_SECONDS = 240;
const TEST_SECONDS = 600;
/** Each mutant would be a build of Verilator; that both engines compute the same is for other tests. */
const BUILT_IN = "^((?!erilator|mutants).)*$";
const ALL = "";

const rings = (variant: string, runs: number): Stage => ({
  name: variant,
  run: (place) => place.rings(variant, runs),
});
const soaked = (variant: string, runs: number): Stage => ({
  name: variant,
  run: (place) => place.soak(variant, runs, SOAK_SECONDS),
});
const tested = (name: string, files: readonly string[], names = BUILT_IN): Stage => ({
  name,
  run: (place) => place.tests(files, names, TEST_SECONDS),
});

export const guarded = {
  "device-mutants": {
    folder: "rtl/dma",
    stages: [
      rings("wide", 40),
      rings("plain", 30),
      rings("narrow", 30),
      rings("registers", 20),
      tested("four states", ["test/system/four-states/known-after-reset.test.ts"], ALL),
      tested("registers", ["test/system/register-map.test.ts", "test/system/ring-registers.test.ts"]),
      tested("pins", ["test/system/pins"]),
      rings("wide", 150),
      tested("cut short", ["test/system/cut-short.test.ts", "test/system/controller.test.ts"]),
      tested("lint", ["test/system/lint.test.ts"], "dma|controller"),
      tested("driver", ["test/system/driver.test.ts"]),
    ],
  },
  "harness-mutants": {
    folder: "sim/harness",
    stages: [
      tested("rules", ["test/system/harness"]),
      soaked("wide", 60),
      soaked("narrow", 40),
      tested("contract", ["test/contract/simulator-wasm.test.ts"]),
      tested("foreign", ["test/system/foreign-device.test.ts"]),
      tested("four states", ["test/system/four-states/harness.test.ts"], ALL),
      tested("lint", ["test/system/lint.test.ts"], "hilt_harness"),
    ],
  },
} as const satisfies Readonly<Record<string, Guarded>>;

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
  { folder, stages }: Guarded,
  { mutants, seed, path, onMutant }: MutantRequest,
): Promise<MutantReport> {
  using place = new Workplace();
  const all = mutationsIn(place, folder);
  if (path === undefined) await checkGuards(place, stages);
  const killed = new Map<string, number>();
  const survivors: string[] = [];
  let refused = 0;
  let equivalent = 0;
  for (const [number, mutation] of drawn(all, mutants, new Random(BigInt(seed))).entries()) {
    if (!isAsked(number, path)) continue;
    const line = place.read(mutation.file).split("\n")[mutation.line - 1] as string;
    const why = whyEquivalent(mutation, line);
    if (why !== undefined) {
      equivalent++;
      onMutant?.(`${number}: ${textOf(mutation)}: equivalent: ${why}`);
      continue;
    }
    const end = await place.with(mutation, () => judged(place, stages));
    if (end === "refused") refused++;
    else if (end === undefined) survivors.push(textOf(mutation));
    else killed.set(end.stage, (killed.get(end.stage) ?? 0) + 1);
    const what = end === undefined ? "LIVES" : end === "refused" ? end : `${end.stage}: ${end.why}`;
    onMutant?.(`${number}: ${textOf(mutation)}: ${what}`);
  }
  return { killed, refused, survivors, equivalent };
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

/** A guard that fails without any change would kill whatever it is given. */
async function checkGuards(place: Workplace, stages: readonly Stage[]): Promise<void> {
  const end = await judged(place, stages);
  if (end === undefined) return;
  const what = end === "refused" ? end : `${end.stage}: ${end.why}`;
  throw new Error(`the Verilog without a change does not pass: ${what}`);
}

async function judged(
  place: Workplace,
  stages: readonly Stage[],
): Promise<{ stage: string; why: string } | "refused" | undefined> {
  for (const { name, run } of stages) {
    const { passed, output, isLate } = await run(place);
    if (isLate) return { stage: name, why: "did not end in time" };
    if (passed) continue;
    if (REFUSED.test(output)) return "refused";
    return { stage: name, why: reasonIn(output) };
  }
  return undefined;
}

function reasonIn(output: string): string {
  const [, why] = /(?:FAILED|Error\S*): (.*)/.exec(output) ?? [];
  return (why ?? output.trim().split("\n").at(-1) ?? "").slice(0, 120);
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
