import type { Traits } from "../bus/traits.ts";
import type { TargetDescription } from "./describe-targets.ts";

const yesNo = (value: boolean): string => (value ? "yes" : "no");

/** Each trait, with its value in a word or two. */
const rows: { readonly [T in keyof Traits]: readonly [title: string, value: (traits: Traits) => string] } = {
  time: ["time", ({ time }) => time],
  interrupts: ["interrupts", ({ interrupts }) => interrupts],
  vectors: ["interrupt vectors", ({ vectors }) => String(vectors)],
  windows: ["windows (read/write unit)", windowsOf],
  registerErrors: ["register errors", ({ registerErrors }) => registerErrors],
  observes: ["observed accesses", ({ observes }) => observes],
  busRules: ["bus rules checked", ({ busRules }) => yesNo(busRules)],
  errors: ["injected errors", ({ errors }) => yesNo(errors)],
  waves: ["waves, on request", ({ waves }) => yesNo(waves)],
  signals: ["signals inside", ({ signals }) => yesNo(signals)],
  registerBits: ["registers", ({ registerBits }) => `${registerBits} bits`],
  users: ["processes at a time", ({ users }) => users],
};

function windowsOf({ windows }: Traits): string {
  if (windows === "unchecked") return windows;
  const { readUnit, writeUnit, reportsFaults } = windows;
  return `${readUnit}/${writeUnit} bytes${reportsFaults ? "" : ", silent"}`;
}

/** Rows of cells: the names of the targets, then a trait each. */
export function traitTable(targets: readonly TargetDescription[]): string[][] {
  return [
    ["", ...targets.map(({ target }) => target)],
    ...Object.values(rows).map(([title, value]) => [title, ...targets.map(({ traits }) => value(traits))]),
  ];
}
