import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { WasmEngine } from "../../../src/engine/wasm-engine.ts";

const folder = mkdtempSync(join(tmpdir(), "hilt macros ü-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function build(
  definitions: readonly [string, string],
  items: string,
): { file: string; built: Promise<unknown> } {
  const file = join(folder, "macros.v");
  const macros = `\`ifdef NOWHERE\n\`define M${definitions[0]}\n\`else\n\`define M${definitions[1]}\n\`endif\n`;
  const ports = "input clk, input [3:0] i, input [7:0] d, output reg [7:0] v, output [3:0] q";
  writeFileSync(
    file,
    `${macros}module top(${ports});\nparameter W = 8; reg [1:8] m [0:3];\n${items}\nendmodule\n`,
  );
  const engine = new WasmEngine({ cacheDirectory: folder });
  return { file, built: engine.build({ top: "top", files: [file], clock: "clk" }) };
}

test.each([
  [[" [i -: 4]", " [i -: 3]"], "always @(posedge clk) v`M <= d;"],
  [[" i +: 4", " 0 +: 4"], "assign q = v[`M];"],
  [["(a) a[i -: 4]", "(a) a[i -: 3]"], "assign q = `M(v);"],
  [[" [1:4]", " [2:5]"], "assign q = m[i]`M;"],
  [[" v[i -: 4] <= d;", ""], "always @(posedge clk) begin `M end"],
] as const)(
  "a macro that may be a part is refused with its line where it has several definitions: %j",
  async (definitions, items) => {
    const { file, built } = build(definitions, items);
    await expect(built).rejects.toThrow(
      `${file}:8: the built-in engine does not take a macro with several definitions that is a part`,
    );
  },
);

test.each([
  [[" [W - 1 -: 4]", " [3:0]"], "assign q = d`M;"],
  [[" posedge", " negedge"], "always @(`M clk) v <= d;"],
  [
    [" [i -: 4]", " [i -: 3]"],
    "`ifdef M\nassign q = 0;\n`endif\n`ifdef NOWHERE\nassign q = d`M;\n`endif\n`undef M",
  ],
] as const)("any other is taken: %j", async (definitions, items) => {
  await expect(build(definitions, items).built).resolves.toBeDefined();
});
