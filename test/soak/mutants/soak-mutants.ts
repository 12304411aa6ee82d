import { readdirSync } from "node:fs";
import { join } from "node:path";
import { Random } from "../../../src/core/random.ts";
import { whyEquivalent } from "./equivalent-mutants.ts";
import { drawn, type Mutation, mutationsOf } from "./mutations.ts";
import { canBeSwitched, type Numbered } from "./side-by-side.ts";
import { type Verdict, Workplace } from "./workplace.ts";

/** One guard after the other, the cheapest first. */
export interface Stage {
  readonly name: string;
  readonly run: (place: Workplace) => Promise<Verdict>;
}

/** Verilog whose mutants are drawn, and what guards it. */
export interface Guarded {
  readonly folder: string;
  /** Slices of the soak of rings, before the other stages: by build, and the runs. Several mutants are in one build of each. */
  readonly rings: readonly (readonly [variant: string, runs: number])[];
  readonly stages: readonly Stage[];
}

/** Of the built-in engine: a change that is no Verilog, or none that it takes, or that it does not build in time. */
const REFUSED =
  /of CPU time with|E_BUILD|E_UNSUPPORTED|does not take|ERROR:|syntax error|combinational loop|is used but has no driver/;
/** Mutants in one build. */
const TOGETHER = 25;
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
    rings: [
      ["wide", 10],
      ["registers", 10],
      ["plain", 10],
      ["narrow", 10],
    ],
    stages: [
      tested("four states", ["test/system/four-states/known-after-reset.test.ts"], ALL),
      tested("registers", ["test/system/register-map.test.ts", "test/system/ring-registers.test.ts"]),
      tested("pins", ["test/system/pins"]),
      rings("wide", 150),
      rings("plain", 60),
      rings("narrow", 60),
      rings("registers", 60),
      tested("cut short", ["test/system/cut-short.test.ts", "test/system/controller.test.ts"]),
      tested("lint", ["test/system/lint.test.ts"], "dma|controller"),
      tested("driver", ["test/system/driver.test.ts"]),
    ],
  },
  "harness-mutants": {
    folder: "sim/harness",
    rings: [],
    stages: [
      // In CPU seconds without a change: 3, 13 and 23.
      tested("rules", ["test/system/harness/rules.test.ts"]),
      tested(
        "memory",
        ["memory", "chance", "bursts"].map((name) => `test/system/harness/${name}.test.ts`),
      ),
      tested("rough", ["test/system/harness/rough.test.ts"]),
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
  { folder, rings: slices, stages }: Guarded,
  { mutants, seed, path, onMutant }: MutantRequest,
): Promise<MutantReport> {
  using place = new Workplace();
  const all = mutationsIn(place, folder);
  const alone = [...slices.map(([variant, runs]) => rings(variant, runs)), ...stages];
  if (path === undefined) await checkGuards(place, alone);
  const killed = new Map<string, number>();
  const survivors: string[] = [];
  let refused = 0;
  let equivalent = 0;
  const note = ({ number, mutation }: Drawn, end: End | string): void => {
    if (typeof end === "string") equivalent++;
    else if (end.stage === "refused") refused++;
    else if (end.stage === undefined) survivors.push(textOf(mutation));
    else killed.set(end.stage, (killed.get(end.stage) ?? 0) + 1);
    const what = typeof end === "string" ? `equivalent: ${end}` : `${end.stage ?? "LIVES"}: ${end.why}`;
    onMutant?.(`${number}: ${textOf(mutation)}: ${what}`);
  };
  const asked = drawn(all, mutants, new Random(BigInt(seed)))
    .map((mutation, number) => ({ number, mutation }))
    .filter(({ number }) => isAsked(number, path));
  const left = asked.filter((one) => {
    const why = whyEquivalent(one.mutation, lineOf(place, one.mutation));
    if (why !== undefined) note(one, why);
    return why === undefined;
  });
  // What the rings let live is given to the tests when that of all is known: those take most of the time.
  const tried = new Map<Drawn, End | undefined>();
  for (let at = 0; at < left.length; at += TOGETHER) {
    for (const [one, end] of await together(place, left.slice(at, at + TOGETHER), slices)) {
      tried.set(one, end);
      if (end !== undefined) note(one, end);
    }
  }
  for (const one of left.filter((each) => tried.get(each) === undefined)) {
    const guards = tried.has(one) ? stages : alone;
    note(one, await place.with(one.mutation, () => judged(place, guards)));
  }
  return { killed, refused, survivors, equivalent };
}

interface Drawn {
  readonly number: number;
  readonly mutation: Mutation;
}

/** `stage`: the guard that found it; undefined if none did. */
interface End {
  readonly stage: string | undefined;
  readonly why: string;
}

/**
 * What the rings find of mutants in one build, those that can be: undefined of one that they let live, nothing of one that has to be
 * built alone. A build that fails is made again in halves.
 */
async function together(
  place: Workplace,
  some: readonly Drawn[],
  slices: Guarded["rings"],
): Promise<Map<Drawn, End | undefined>> {
  const found = new Map<Drawn, End | undefined>();
  const here = some.filter(({ mutation }) => canBeSwitched(place.read(mutation.file), mutation));
  if (here.length < 2 || slices.length === 0) return found;
  if (await place.withAll(numbered(here), () => ringsFind(place, here, slices, found))) return found;
  const half = Math.ceil(here.length / 2);
  const [first, second] = [here.slice(0, half), here.slice(half)];
  return new Map([...(await together(place, first, slices)), ...(await together(place, second, slices))]);
}

const numbered = (some: readonly Drawn[]): Numbered[] =>
  some.map(({ mutation }, index) => ({ mutation, number: index + 1 }));

/** Whether all of them are built. */
async function ringsFind(
  place: Workplace,
  here: readonly Drawn[],
  slices: Guarded["rings"],
  found: Map<Drawn, End | undefined>,
): Promise<boolean> {
  for (const [variant, runs] of slices) {
    // Without any of them on, so that what fails is the build.
    if (!(await place.rings(variant, 1)).passed) return false;
    for (const [index, one] of here.entries()) {
      if (found.get(one) !== undefined) continue;
      const { passed, output } = await place.rings(variant, runs, numbered(here)[index]);
      found.set(one, passed ? undefined : { stage: variant, why: reasonIn(output) });
    }
  }
  return true;
}

function lineOf(place: Workplace, { file, line }: Mutation): string {
  return place.read(file).split("\n")[line - 1] as string;
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
  const { stage, why } = await judged(place, stages);
  if (stage !== undefined) throw new Error(`the Verilog without a change does not pass: ${stage}: ${why}`);
}

async function judged(place: Workplace, stages: readonly Stage[]): Promise<End> {
  for (const { name, run } of stages) {
    const { passed, output, isLate } = await run(place);
    if (isLate) return { stage: name, why: "did not end in time" };
    if (passed) continue;
    return { stage: REFUSED.test(output) ? "refused" : name, why: reasonIn(output) };
  }
  return { stage: undefined, why: "" };
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
