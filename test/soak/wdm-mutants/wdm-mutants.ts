import { equivalentMutants } from "./equivalent-mutants.ts";
import { MutantTests } from "./mutant-tests.ts";
import { describe, drawn, type Mutant, mutantAt } from "./mutants.ts";

export interface MutantRequest {
  readonly mutants: number;
  readonly seed: number;
  /** Only the mutant of this number. */
  readonly path?: string;
  readonly log: (line: string) => void;
}

/** Draws mutants of the DMA system and of host memory, and runs their unit tests on each. True if one survived. */
export async function runWdmMutants({ mutants, seed, path, log }: MutantRequest): Promise<boolean> {
  const all = [...drawn(mutants, seed).entries()].filter(
    ([index]) => path === undefined || path === String(index),
  );
  const reasons = equivalences();
  const survivors: string[] = [];
  let killed = 0;
  await using tests = new MutantTests();
  await tests.checkBaseline(drawn(1, 1)[0] as Mutant);
  for (const [index, mutant] of all) {
    const words = describe(mutant);
    const why = reasons.get(keyOf(mutant));
    const killedBy = why === undefined ? await tests.try(mutant) : null;
    if (killedBy !== null) killed++;
    else if (why === undefined) survivors.push(`${index}: ${words}`);
    const outcome = killedBy === null ? "SURVIVES" : `killed by ${killedBy}`;
    log(`${index}: ${words}: ${why === undefined ? outcome : `equivalent: ${why}`}`);
  }
  const count = killed + survivors.length;
  const same = all.length - count;
  log(
    `\n${killed} of ${count} mutants killed, ${((100 * killed) / count).toFixed(1)} %, seed ${seed}; ${same} more changed nothing`,
  );
  for (const survivor of survivors) log(`survives ${survivor}`);
  return survivors.length > 0;
}

/** Why mutants change nothing, by mutant. Throws when the place of one has gone. */
function equivalences(): ReadonlyMap<string, string> {
  return new Map(
    equivalentMutants.map((one) => {
      const mutant = mutantAt(one);
      if (typeof mutant === "string") throw new Error(mutant);
      return [keyOf(mutant), one.why];
    }),
  );
}

function keyOf({ file, start, end, to }: Mutant): string {
  return `${file} ${start} ${end} ${to}`;
}
