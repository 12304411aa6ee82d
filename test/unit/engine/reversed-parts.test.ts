import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { WasmEngine } from "../../../src/engine/wasm-engine.ts";

const folder = mkdtempSync(join(tmpdir(), "hilt-reversed ü-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const wasm = new WasmEngine({ cacheDirectory: join(folder, "cache") });

/** `ours` and `others` have constants of one name and of other ranges. */
const moduleOf = (
  value: string,
): string => `module others #(parameter [0:3] P = 3)(output y); assign y = P[0:1] == 0;
endmodule
module top #(parameter [LOW:HIGH] A = 8'h5a, E = 4, parameter int I = 7, parameter HIGH = 7, LOW = 0)
  (input clk, input a, c, output [7:0] y);
  parameter [HIGH:LOW] P = 8'hd6;
  parameter integer N = 32'hd6;
  localparam X = 9'h1d6, signedless = 12;
  localparam signed [HIGH + 4:LOW + 4] S = 8'hd6;
  reg [7:0] n [0:1][0:1]; reg [LOW:HIGH] o [0:1][0:1];
  initial begin n[0][0] = 8'hd6; n[0][1] = 0; n[1][0] = 0; n[1][1] = 0; o[0][0] = 8'hd6; o[0][1] = 0; o[1][0] = 0; o[1][1] = 0; end
  always @(posedge clk) begin n[a][c] <= 3; o[c][a] <= a; end
  assign y =
    ${value};
endmodule
`;

test.each([
  ["A[3:LOW]", "A[LOW:3]", 0x5],
  ["E[HIGH:5]", "E[5:HIGH]", 4],
  ["I[LOW:3]", "I[3:LOW]", 7],
  ["P[0:3]", "P[3:0]", 6],
  ["N[LOW:3]", "N[3:LOW]", 6],
  ["X[LOW + 1:HIGH]", "X[HIGH:LOW + 1]", 0x6b],
  ["signedless[0:3]", "signedless[3:0]", 12],
  ["S[5:8]", "S[8:5]", 0xb],
  ["n[0][0][LOW:3]", "n[0][0][3:LOW]", 6],
  ["o[0][0][3:LOW]", "o[0][0][LOW:3]", 0xd],
])("%s is refused with its line, and %s is taken", async (reversed, right, value) => {
  const files = [reversed, right].map((part, at) => {
    const file = join(folder, `${at} ${part.replace(/\W/g, "_")}.sv`);
    writeFileSync(file, moduleOf(part));
    return file;
  }) as [string, string];
  const build = (file: string) => wasm.build({ top: "top", files: [file], clock: "clk" });
  const error = await build(files[0]).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: "E_UNSUPPORTED_CONSTRUCT" });
  expect((error as Error).message).toContain(`${files[0]}:13: `);
  expect((error as Error).message).toContain("a part whose sides are in another order");
  const simulation = (await build(files[1])).open({});
  simulation.run(0);
  expect(simulation.port("y").read()).toBe(value);
  simulation.close();
});
