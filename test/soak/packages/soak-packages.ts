import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { engineRows } from "../icarus.ts";
import { type EngineName, engineIn } from "../judges.ts";
import { type Experiment, prepare } from "./compare-design.ts";
import { installedPackage } from "./installed.ts";
import { type Answer, type Kind, type Outcome, outcomeOf } from "./outcome.ts";
import { designsOf } from "./packages.ts";
import { answersOf } from "./verilator-answers.ts";

/** Why a module has this outcome, by module. */
type Reasons = Readonly<Record<string, string>>;

/** What came of the modules of a package: how many are equal, and what is with each of the others. */
export interface PackageOutcomes {
  /** Not compared. */
  readonly "no verdict": Reasons;
  readonly wasm: EngineOutcomes;
  readonly verilator: EngineOutcomes;
}

export type EngineOutcomes = { readonly equal: number } & Readonly<
  Partial<Record<Exclude<Kind, "equal">, Reasons>>
>;

/**
 * The modules of a package under random inputs, in both engines and in Icarus Verilog: every output in every cycle. What has no
 * initial value starts at 0 in all. `folder` takes their files.
 */
export async function soakPackage(name: string, folder: string): Promise<PackageOutcomes> {
  const own = join(folder, name);
  mkdirSync(own, { recursive: true });
  const withoutPaths = (why: string): string =>
    why.replaceAll(`${installedPackage(name)}/`, `${name}/`).replaceAll(`${own}/`, "");
  const skipped: Record<string, string> = {};
  const experiments: Experiment[] = [];
  for (const design of designsOf(name)) {
    const prepared = prepare(design, own);
    if (typeof prepared === "string") skipped[design.name] = withoutPaths(prepared);
    else experiments.push(prepared);
  }
  const wasm = engineIn(own, "wasm");
  const answers: Record<EngineName, Answer[]> = { wasm: [], verilator: [] };
  for (const { circuit, steps } of experiments)
    answers.wasm.push(await engineRows(wasm, circuit, steps).catch((error: Error) => error));
  answers.verilator = await answersOf(engineIn(own, "verilator"), experiments, own);
  const outcomes = (engine: EngineName, third: EngineName): EngineOutcomes =>
    tallied(
      experiments.map(({ name: module }) => module),
      experiments.map((each, index) =>
        outcomeOf(each, answers[engine][index] as Answer, answers[third][index] as Answer),
      ),
      withoutPaths,
    );
  return {
    "no verdict": skipped,
    wasm: outcomes("wasm", "verilator"),
    verilator: outcomes("verilator", "wasm"),
  };
}

function tallied(
  modules: readonly string[],
  outcomes: readonly Outcome[],
  withoutPaths: (why: string) => string,
): EngineOutcomes {
  const others: Partial<Record<Exclude<Kind, "equal">, Record<string, string>>> = {};
  for (const [index, { kind, why }] of outcomes.entries()) {
    if (kind === "equal") continue;
    others[kind] ??= {};
    others[kind][modules[index] as string] = withoutPaths(why);
  }
  return { equal: outcomes.filter(({ kind }) => kind === "equal").length, ...others };
}
