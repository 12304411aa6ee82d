import { afterAll, expect, test } from "vitest";
import type { Guarded, Stage } from "../../soak/mutants/guarded.ts";
import { type Drawn, Judging } from "../../soak/mutants/judging.ts";
import { mutationsOf } from "../../soak/mutants/mutations.ts";
import { Workplace } from "../../soak/mutants/workplace.ts";

const FILE = "rtl/dma/dma_ring.v";
const place = new Workplace();
afterAll(() => place[Symbol.dispose]());

const conditions = mutationsOf(FILE, place.read(FILE)).filter(
  ({ kind, to }) => kind === "condition" && to === "(1'b0)",
);

/** Changes of conditions that stand apart; each text is the condition in its place. */
const drawn = (...texts: readonly string[]): Drawn[] =>
  texts.map((to, number) => ({ number, mutation: { ...conditions[number + 4], to } as Drawn["mutation"] }));

/** It finds what it is told to, and what a build must not have breaks it; it notes what was given to it. */
function guard(name: string, finds: string, breaks = "(no such text)"): Stage & { readonly given: string[] } {
  const given: string[] = [];
  const run: Stage["run"] = async (here, on) => {
    const text = here.read(FILE);
    given.push(on?.mutation.to ?? "all");
    if (text.includes(breaks)) return { passed: false, output: "syntax error", isLate: false };
    const is =
      on === undefined ? text.includes(finds) && !text.includes("hilt_mutant") : on.mutation.to === finds;
    return { passed: !is, output: `Error: ${name} finds ${finds}`, isLate: false };
  };
  return { name, run, given };
}

async function judge(guarded: Omit<Guarded, "folder">, some: readonly Drawn[]): Promise<string[]> {
  const ends: string[] = [];
  const note = ({ number }: Drawn, { stage = "lives" }: { stage: string | undefined }): void => {
    ends[number] = stage;
  };
  await new Judging(place, { folder: "rtl/dma", ...guarded }, note).judge(some);
  return ends;
}

test("of several in one build each is given to the guards until one finds it; a build fails for itself alone", async () => {
  const [first, second, last] = [
    guard("first", "(c1)", "(bad)"),
    guard("second", "(c3)"),
    guard("last", "(c4)"),
  ];
  const guarded = { quick: [first], thorough: [second], after: [last], alone: [first, second, last] };
  const ends = await judge(guarded, drawn("(c0)", "(c1)", "(bad)", "(c3)", "(c4)"));
  expect(ends).toEqual(["lives", "first", "refused", "second", "last"]);
  expect(second.given).not.toContain("(c1)");
  expect(second.given).not.toContain("(bad)");
  // Once the three of the first half, then the two of which one builds, then the other half.
  expect(first.given.filter((one) => one === "(c3)")).toHaveLength(1);
});

test("what a guard says that fails without any change counts for nothing", async () => {
  const blind = guard("blind", "(c0)");
  const broken: Stage = { ...blind, run: async () => ({ passed: false, output: "no", isLate: false }) };
  const some = drawn("(c0)", "(c1)");
  await expect(judge({ quick: [broken], thorough: [], after: [], alone: [broken] }, some)).rejects.toThrow(
    /without a change does not pass: blind: no/,
  );
  await expect(judge({ quick: [], thorough: [], after: [broken], alone: [] }, some)).rejects.toThrow(
    /does not pass/,
  );
});

test("parameters that the design takes no more are a fault, and no Verilog is none", async () => {
  const says = (output: string): Stage => ({
    name: "build",
    run: async (here) => ({ passed: !here.read(FILE).includes("(c0)"), output, isLate: false }),
  });
  const ends = async (output: string): Promise<string[]> =>
    await judge({ quick: [], thorough: [], after: [says(output)], alone: [says(output)] }, drawn("(c0)"));
  expect(await ends("ERROR: Module `ADDR_W_must_be_32_to_64' is not part of the design.")).toEqual(["build"]);
  expect(await ends("ERROR: syntax error")).toEqual(["refused"]);
});
