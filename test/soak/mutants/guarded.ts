import type { Numbered } from "./side-by-side.ts";
import type { Verdict, Workplace } from "./workplace.ts";

/** A guard. */
export interface Stage {
  readonly name: string;
  /** `on`: of several mutants in the build the one that is on; by default none. */
  readonly run: (place: Workplace, on?: Numbered) => Promise<Verdict>;
}

/** Verilog whose mutants are drawn, and what guards it. */
export interface Guarded {
  readonly folder: string;
  /** They see what the built-in engine has built, and nothing else of the Verilog: several mutants may be in one build. */
  readonly quick: readonly Stage[];
  /** The same, for what those let live. */
  readonly thorough: readonly Stage[];
  /** Tools that read the Verilog themselves, for what lives. */
  readonly after: readonly Stage[];
  /** All of them, for a change that no switch can stand before: of parameters, mostly. */
  readonly alone: readonly Stage[];
}

/** Each mutant would be a build of Verilator; that both engines compute the same is for other tests. */
const BUILT_IN = "^((?!erilator|mutants).)*$";
const ALL = "";
const SOAK_SECONDS = 240;
const TEST_SECONDS = 120;

export const rings = (variant: string, runs: number): Stage => ({
  name: `${variant}, ${runs} runs`,
  run: (place, on) => place.rings(variant, runs, on),
});
const soaked = (variant: string, runs: number): Stage => ({
  name: `${variant}, ${runs} runs`,
  run: (place, on) => place.soak(variant, runs, { cpuSeconds: SOAK_SECONDS, on }),
});
export const tested = (name: string, files: readonly string[], names = BUILT_IN): Stage => ({
  name,
  run: (place, on) => place.tests(files, names, { cpuSeconds: TEST_SECONDS, on }),
});

const registers = tested("registers", [
  "test/system/register-map.test.ts",
  "test/system/ring-registers.test.ts",
]);
const wide = rings("wide", 10);
const controller = [
  rings("registers", 10),
  rings("plain", 10),
  rings("narrow", 10),
  registers,
  tested("pins", ["test/system/pins"]),
  tested("cut short", ["test/system/cut-short.test.ts", "test/system/controller.test.ts"]),
  rings("wide", 150),
  rings("plain", 60),
  rings("narrow", 60),
  rings("registers", 60),
  tested("driver", ["test/system/driver.test.ts"]),
];
const controllerX = tested("four states", ["test/system/four-states/known-after-reset.test.ts"], ALL);
const controllerLint = tested("lint", ["test/system/lint.test.ts"], "dma|controller");

const harnessModules = [
  tested("rules", ["test/system/harness/rules.test.ts"]),
  tested(
    "memory",
    ["memory", "chance", "bursts"].map((name) => `test/system/harness/${name}.test.ts`),
  ),
];
const harness = [
  tested("rough", ["test/system/harness/rough.test.ts"]),
  soaked("wide", 60),
  soaked("narrow", 40),
  tested("contract", ["test/contract/simulator-wasm.test.ts"]),
  tested("foreign", ["test/system/foreign-device.test.ts"]),
];
const harnessX = tested("four states", ["test/system/four-states/harness.test.ts"], ALL);
const harnessLint = tested("lint", ["test/system/lint.test.ts"], "hilt_harness");

/** The cheapest guard first. */
export const guarded = {
  "device-mutants": {
    folder: "rtl/dma",
    quick: [wide],
    thorough: controller,
    after: [controllerX, controllerLint],
    alone: [controllerLint, registers, wide, ...controller.filter((one) => one !== registers), controllerX],
  },
  "harness-mutants": {
    folder: "sim/harness",
    quick: harnessModules,
    thorough: harness,
    after: [harnessX, harnessLint],
    alone: [harnessLint, ...harnessModules, ...harness, harnessX],
  },
} as const satisfies Readonly<Record<string, Guarded>>;
