import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { Random } from "../../../src/core/random.ts";
import { WasmEngine } from "../../../src/engine/wasm-engine.ts";
import { type Circuit, compareWithIcarus, randomSteps } from "../../soak/icarus.ts";
import { playOn } from "./constructs.ts";

const folder = mkdtempSync(join(tmpdir(), "hilt-chains-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ARMS = 80;

/** `if (...) ... else if (...) ...` of many arms. */
function chain(condition: (arm: number) => string, statement: (arm: number) => string, last = ""): string {
  const arms = Array.from({ length: ARMS }, (_, arm) => `if (${condition(arm)}) ${statement(arm)}`);
  return `${arms.join("\n  else ")}${last === "" ? "" : `\n  else ${last}`}`;
}

const plain = (arm: number): string => `y = ${(arm * 37) % 251};`;
/** By the name of its output: what some arms compare decides whether all of them are one choice. */
const blocks: Readonly<Record<string, string>> = {
  constants: chain((arm) => `a == ${arm * 3}`, plain, "y = 255;"),
  sized: chain(
    (arm) => (arm % 2 === 0 ? `a == 12'd${arm + 100}` : `a == 8'h${arm.toString(16)}`),
    plain,
    "y = a;",
  ),
  twice: chain((arm) => `a == ${arm % 40}`, plain, "y = a;"),
  negative: chain((arm) => `s == ${arm - 40}`, plain, "y = 255;"),
  unsigned: chain((arm) => (arm === 70 ? "s == 8'd200" : `s == -8'sd${arm}`), plain, "y = 255;"),
  names: chain((arm) => (arm === 7 ? "a == P" : arm === 9 ? "a == b" : `a == ${arm * 2}`), plain, "y = b;"),
  part: chain((arm) => `a[6:0] == ${arm}`, plain, "y = a;"),
  selectors: chain((arm) => (arm === 50 ? "b == 8" : `a == ${arm * 2}`), plain, "y = a;"),
  bits: chain((arm) => (arm % 2 === 0 ? `a & ${255 - arm}` : `a == ${arm} || b == ${arm}`), plain, "y = b;"),
  nested: chain(
    (arm) => `a == ${arm}`,
    (arm) =>
      arm === 3
        ? chain((inner) => `b == ${inner * 3}`, plain, "y = 9;")
        : `if (b[0]) ${plain(arm)} else y = ${arm};`,
    "begin : last y = a; end",
  ),
  held: chain((arm) => `a == ${arm * 3}`, plain),
  parted: `${chain((arm) => `a == ${arm}`, plain)}\n\`ifdef NOT\nelse y = 1;\n\`endif\nelse y = 77;`,
};

test("a long chain of if and else, which becomes a case, does what it says", async () => {
  const names = Object.keys(blocks);
  const texts = Object.values(blocks).map((block, index) => {
    const own = block.replace(/\by\b/g, `y${index}`);
    return names[index] === "held"
      ? `always @(posedge clk)\n  ${own}`
      : `always @* begin y${index} = 0;\n  ${own} end`;
  });
  const generated = chain(
    (arm) => `P == ${arm}`,
    (arm) => `assign g = a + ${arm};`,
    "assign g = 0;",
  );
  const outputs = [
    ...names.map((_, index) => ({ name: `y${index}`, width: 8 })),
    { name: "g", width: 8 },
    { name: "f", width: 8 },
  ];
  const ports = outputs.map(({ name }) => `output ${/y/.test(name) ? "reg " : ""}[7:0] ${name}`).join(", ");
  const circuit: Circuit = {
    inputs: [
      { name: "a", width: 8, signed: false },
      { name: "b", width: 4, signed: false },
      { name: "s", width: 8, signed: true },
    ],
    outputs,
    text: `module top(input clk, input [7:0] a, input [3:0] b, input signed [7:0] s, ${ports});
parameter P = 41;
${texts.join("\n")}
generate ${generated} endgenerate
function [7:0] of(input [7:0] v); begin ${chain(
      (arm) => `v == ${arm}`,
      (arm) => `of = ${(arm * 37) % 251};`,
      "of = v;",
    )} end endfunction
assign f = of(a);
endmodule
`,
  };
  const { difference, compared } = await compareWithIcarus(
    "chains",
    circuit,
    randomSteps(circuit, new Random(3n), 400),
    { folder },
  );
  expect(difference?.split("\n")[0]).toBeUndefined();
  expect(compared).toBeGreaterThan(390 * outputs.length);
});

/** Deeper than Yosys' stack. */
test("a chain of 3,000 arms, of constants and of conditions in their order", async () => {
  const arms = Array.from({ length: 3_000 }, (_, arm) => arm);
  const join_ = (condition: (arm: number) => string): string =>
    arms.map((arm) => `if (${condition(arm)}) q = ${(arm * 7) % 64};`).join("\nelse ");
  const text = `module top(input clk, input [12:0] a, output [5:0] y, output [5:0] z);
reg [5:0] v, w; assign y = v; assign z = w;
always @* begin v = 63;\n${join_((arm) => `a == ${arm}`).replaceAll("q", "v")}\nend
always @* begin w = 63;\n${join_((arm) => `a > ${8_000 - arm}`).replaceAll("q", "w")}\nend
endmodule
`;
  const circuit: Circuit = {
    inputs: [{ name: "a", width: 13, signed: false }],
    outputs: [
      { name: "y", width: 6 },
      { name: "z", width: 6 },
    ],
    text,
  };
  const values = [0, 1, 2_999, 3_000, 8_001, 8_191, 5_002];
  const engine = new WasmEngine({ cacheDirectory: join(folder, "cache") });
  const { rows } = await playOn(
    engine,
    join(folder, "deep.v"),
    circuit,
    values.map((a) => [BigInt(a)]),
  );
  const first = (a: number): number | undefined => arms.find((arm) => a > 8_000 - arm);
  const textOf = (arm: number | undefined): string => (arm === undefined ? 63 : (arm * 7) % 64).toString(16);
  expect(rows).toEqual(values.map((a) => [textOf(a < 3_000 ? a : undefined), textOf(first(a))]));
});

test("a chain of 10,000 choices (?:), too deep for Yosys, is refused with its length and its line", async () => {
  const file = join(folder, "choices.v");
  const choices = Array.from({ length: 10_000 }, (_, at) => `a == ${at} ? 14'd${(at * 7) % 9_973} :`);
  writeFileSync(
    file,
    `module top(input clk, input [13:0] a, output [13:0] y);\n\nassign y =\n${choices.join("\n")} 0;\nendmodule\n`,
  );
  const built = new WasmEngine({ cacheDirectory: folder }).build({ top: "top", files: [file], clock: "clk" });
  await expect(built).rejects.toMatchObject({
    code: "E_UNSUPPORTED_CONSTRUCT",
    construct: expect.stringContaining("an expression of 10000 choices (?:)"),
    place: `${file}:4`,
  });
});
