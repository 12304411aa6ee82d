import type { EngineName } from "../judges.ts";
import type { EngineOutcomes, PackageOutcomes } from "./soak-packages.ts";

const ENGINES: readonly EngineName[] = ["wasm", "verilator"];
/** From the best to the worst. */
const KINDS = ["icarus alone", "undecided", "refused", "slow", "wrong", "crashed"] as const;

/**
 * What is worse in a package than it was: a module that is wrong or crashes, whatever it did before; one
 * that has another outcome than equal and had a better one; one that is no longer there.
 */
export function regressionsOf(
  name: string,
  before: PackageOutcomes | undefined,
  now: PackageOutcomes,
): string[] {
  return ENGINES.flatMap((engine) => {
    const [own, last] = [now[engine], before?.[engine]];
    const worse = KINDS.flatMap((kind, rank) =>
      Object.entries(own[kind] ?? {})
        .filter(([module]) => rank > rankOf(module, last) || kind === "wrong" || kind === "crashed")
        .map(([module, why]) => `${name} ${module} in ${engine}: ${kind}: ${why}`),
    );
    const [all, once] = [
      countOf(own, now),
      last === undefined ? 0 : countOf(last, before as PackageOutcomes),
    ];
    return all < once ? [...worse, `${name} in ${engine}: ${all} modules, ${once} before`] : worse;
  });
}

/** An engine's modules with an outcome. */
function countOf(outcomes: EngineOutcomes, { "no verdict": skipped }: PackageOutcomes): number {
  const others = KINDS.reduce((sum, kind) => sum + Object.keys(outcomes[kind] ?? {}).length, 0);
  return outcomes.equal + others + Object.keys(skipped).length;
}

/** -1 for equal, also of a module that was not there. */
function rankOf(module: string, outcomes: EngineOutcomes | undefined): number {
  return KINDS.findIndex((kind) => outcomes?.[kind]?.[module] !== undefined);
}
