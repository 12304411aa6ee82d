import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { WasmEngine } from "../../../src/engine/wasm-engine.ts";

const folder = mkdtempSync(join(tmpdir(), "hilt-reversed ü-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const wasm = new WasmEngine({ cacheDirectory: join(folder, "cache") });

/** `top` and `others` have constants of one name and of other ranges. */
const moduleOf = (
  values: readonly string[],
): string => `module others #(parameter [0:3] P = 3)(output y); assign y = P[0:1] == 0;
endmodule
module top #(parameter [LOW:HIGH] A = 8'h5a, E = 4, parameter int I = 7, parameter HIGH = 7, LOW = 0)
  (input clk, input a, c, ${values.map((_, at) => `output [7:0] y${at}`).join(", ")});
  parameter [HIGH:LOW] P = 8'hd6;
  parameter integer N = 32'hd6;
  localparam X = 9'h1d6, untyped = 12;
  localparam signed [HIGH + 4:LOW + 4] S = 8'hd6;
  reg [7:0] n [0:1][0:1]; reg [LOW:HIGH] o [0:1][0:1];
  initial begin n[0][0] = 8'hd6; n[0][1] = 0; n[1][0] = 0; n[1][1] = 0; o[0][0] = 8'hd6; o[0][1] = 0; o[1][0] = 0; o[1][1] = 0; end
  always @(posedge clk) begin n[a][c] <= 3; o[c][a] <= a; end
  ${values.map((value, at) => `assign y${at} =\n${value};`).join(" ")}
endmodule
`;

const parts: readonly (readonly [reversed: string, right: string, value: number])[] = [
  ["A[3:LOW]", "A[LOW:3]", 0x5],
  ["E[HIGH:5]", "E[5:HIGH]", 4],
  ["I[LOW:3]", "I[3:LOW]", 7],
  ["P[0:3]", "P[3:0]", 6],
  ["N[LOW:3]", "N[3:LOW]", 6],
  ["X[LOW + 1:HIGH]", "X[HIGH:LOW + 1]", 0x6b],
  ["untyped[0:3]", "untyped[3:0]", 12],
  ["S[5:8]", "S[8:5]", 0xb],
  ["n[0][0][LOW:3]", "n[0][0][3:LOW]", 6],
  ["o[0][0][3:LOW]", "o[0][0][LOW:3]", 0xd],
];

async function build(values: readonly string[]) {
  const file = join(folder, `${values.length} ${values[0]?.replace(/\W/g, "_")}.sv`);
  writeFileSync(file, moduleOf(values));
  return wasm.build({ top: "top", files: [file], clock: "clk" });
}

test.each(parts)("%s is refused with its line", async (reversed) => {
  const error = await build([reversed]).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: "E_UNSUPPORTED_CONSTRUCT" });
  expect((error as Error).message).toMatch(/ü-\w+\/1 \w+\.sv:13: .*a part whose sides are in another order/);
});

test("the same parts in the order of their declarations are taken", async () => {
  const simulation = (await build(parts.map(([, right]) => right))).open({});
  simulation.run(0);
  expect(parts.map(([, right], at) => [right, simulation.port(`y${at}`).read()])).toEqual(
    parts.map(([, right, value]) => [right, value]),
  );
  simulation.close();
});

test("what a directive says of nets that are not declared is not a declaration", async () => {
  const file = join(folder, "nettype.v");
  writeFileSync(
    file,
    `\`default_nettype wire
module top #(parameter W = 128) (input clk, output [7:0] y);
  localparam [7:0] BYTES = W[3 + $clog2(W / 8):3];
  assign y = BYTES;
endmodule
`,
  );
  const simulation = (await wasm.build({ top: "top", files: [file], clock: "clk" })).open({});
  simulation.run(0);
  expect(simulation.port("y").read()).toBe(16);
  simulation.close();
});
