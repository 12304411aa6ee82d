import { expect, test } from "vitest";
import { type Guarded, tested } from "../soak/mutants/guarded.ts";
import { soakMutants } from "../soak/mutants/soak-mutants.ts";

const map = tested("register map", ["test/system/register-map.test.ts"], "small, without rings");
const request = { mutants: 2, seed: 5 } as const;

async function endsOf(guarded: Omit<Guarded, "folder">): Promise<string[]> {
  const lines: string[] = [];
  const onMutant = (line: string): void => void lines.push(line);
  await soakMutants({ folder: "rtl/dma", ...guarded }, { ...request, onMutant });
  // Without what the guard says.
  return lines.map((line) => line.replace(/(LIVES|refused|register map|equivalent): .*$/, "$1")).sort();
}

test("a mutant behind a switch ends as it does alone", { timeout: 600_000 }, async () => {
  const apart = await endsOf({ quick: [], thorough: [], after: [map], alone: [map] });
  expect(await endsOf({ quick: [map], thorough: [], after: [], alone: [map] })).toEqual(apart);
  expect(new Set(apart.map((line) => line.split(": ").at(-1)))).toEqual(new Set(["LIVES", "register map"]));
});
