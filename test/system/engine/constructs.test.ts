import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { VerilatorEngine } from "../../../src/engine/verilator-engine.ts";
import { WasmEngine } from "../../../src/engine/wasm-engine.ts";
import {
  type Construct,
  type Outcome,
  type Played,
  playOn,
  playOnIcarus,
  playTogether,
  readConstructs,
} from "./constructs.ts";

/**
 * The table of constructs in docs/engine.md, row by row: a row names a module of test/constructs, and what it says of the
 * two engines is tried on that module. Icarus Verilog is the reference.
 */
interface Row {
  readonly name: string;
  readonly builtIn: string;
  readonly verilator: string;
}

const page = readFileSync("docs/engine.md", "utf8");
const rows = [...page.matchAll(/^\| .* \| (.*) \| (.*) \| `([\w-]+)` \|$/gm)].map(
  ([, builtIn = "", verilator = "", name = ""]): Row => ({ name, builtIn, verilator }),
);
const constructs = new Map(readConstructs().map((construct) => [construct.name, construct]));

const folder = mkdtempSync(join(tmpdir(), "hilt-constructs-"));
afterAll(() => rmSync(folder, { recursive: true }));
const wasm = new WasmEngine({ cacheDirectory: join(folder, "cache") });
const verilator = new VerilatorEngine({ cacheDirectory: join(folder, "cache") });

const constructOf = ({ name }: Row): Construct => {
  const construct = constructs.get(name);
  if (construct === undefined) throw new Error(`test/constructs has no ${name}`);
  return construct;
};
const isReal = (cell: string): boolean => !cell.startsWith("refused");

type Play = (
  construct: Construct,
) => (made: Construct["circuit"], steps: Construct["steps"]) => Promise<Played>;

/** What each row's module does: all of them in one build, and those that cannot share one on their own. */
async function outcomes(
  chosen: readonly Row[],
  play: Play,
  others: readonly string[] = [],
): Promise<Map<string, Outcome>> {
  const found = new Map<string, Outcome>();
  const all = chosen.map(constructOf);
  const isAlone = (each: Construct): boolean => each.isAlone || others.includes(each.name);
  const together = all.filter((each) => !isAlone(each));
  for (const group of [together, ...all.filter(isAlone).map((each) => [each])]) {
    if (group.length === 0) continue;
    const played = await playTogether(group, play(group[0] as Construct));
    for (const [{ name }, outcome] of played) found.set(name, outcome);
  }
  return found;
}

function check({ name }: Row, cell: string, engine: string, outcome: Outcome | undefined): void {
  const { expected } = constructs.get(name) as Construct;
  const own = expected.get(engine);
  // A cell that says more than "taken" says what is different.
  expect(own !== undefined, `${name}: ${engine} has lines of its own, or is "taken"`).toBe(cell !== "taken");
  const common = expected.get("all") as Outcome;
  compare(outcome, own ?? common, own === undefined || own.says.length > 0);
}

/** A line of its own may leave open what an engine says. */
function compare(outcome: Outcome | undefined, { values, says }: Outcome, areSaid = true): void {
  for (const [output, wanted] of values) {
    const seen = outcome?.values.get(output);
    expect([output, wanted.map((value, cycle) => (value === "x" ? "x" : seen?.[cycle]))]).toEqual([
      output,
      wanted,
    ]);
  }
  // Those that run longer than their own steps may go on.
  if (areSaid) expect(outcome?.says.slice(0, Math.max(1, says.length))).toEqual(says);
}

describe("the table of constructs", () => {
  let icarusDoes: Map<string, Outcome>;
  let builtInDoes: Map<string, Outcome>;
  let verilatorDoes: Map<string, Outcome>;

  beforeAll(async () => {
    const isPlain = (row: Row): boolean => extname(constructOf(row).file) === ".v";
    icarusDoes = await outcomes(
      rows.filter(isPlain),
      () => (made, steps) => playOnIcarus(join(folder, "reference.v"), made, steps),
    );
    builtInDoes = await outcomes(
      rows.filter(({ builtIn }) => isReal(builtIn)),
      ({ file }) =>
        (made, steps) =>
          playOn(wasm, join(folder, `built-in${extname(file)}`), made, steps),
    );
    verilatorDoes = await outcomes(
      rows.filter((row) => isReal(row.verilator)),
      () => (made, steps) => playOn(verilator, join(folder, "verilator.sv"), made, steps),
    );
  }, 300_000);

  test("has a row for each module, and a module for each row", () => {
    expect(rows.map(({ name }) => name).sort()).toEqual([...constructs.keys()].sort());
  });

  test.each(rows)("$name", async (row) => {
    const construct = constructOf(row);
    const reference = icarusDoes.get(row.name);
    if (reference !== undefined) compare(reference, construct.expected.get("all") as Outcome);
    if (isReal(row.builtIn)) check(row, row.builtIn, "built-in", builtInDoes.get(row.name));
    else {
      const { words, line } = construct.refused as NonNullable<Construct["refused"]>;
      const source = { top: "top", files: [construct.file], clock: "clk" };
      const error = await wasm.build(source).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: "E_UNSUPPORTED_CONSTRUCT" });
      expect((error as Error).message).toContain(`${construct.file}:${line}: `);
      expect((error as Error).message).toContain(words);
      expect((error as Error).message.includes("verilator"), "offers Verilator").toBe(isReal(row.verilator));
    }
    if (isReal(row.verilator)) check(row, row.verilator, "verilator", verilatorDoes.get(row.name));
    else {
      const source = { top: "top", files: [construct.file], clock: "clk" };
      await expect(verilator.build(source)).rejects.toThrow(
        /Unsupported|require|Illegal|Replication|Internal Error/,
      );
    }
  });
});
