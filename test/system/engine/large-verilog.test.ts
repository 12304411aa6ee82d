import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { WasmEngine } from "../../../src/engine/wasm-engine.ts";

const folder = mkdtempSync(join(tmpdir(), "hilt large "));
afterAll(() => rmSync(folder, { recursive: true }));

const COUNT = 10_000;

/** Longer than any call stack is deep, in Yosys or here. */
test("a case of 10,000 computed arms and the first of 10,000 bits, from Verilog", async () => {
  const file = join(folder, "large.v");
  const indices = Array.from({ length: COUNT }, (_, index) => index);
  const choiceOf = (index: number): number => (index * 7) % 5;
  writeFileSync(
    file,
    `module top(input clk, input [13:0] d, output reg [2:0] q, output [2:0] first);
reg [${COUNT - 1}:0] r;
initial begin q = 0; r = 0; end
always @(posedge clk) begin
  r[d] <= 1;
  case (d)
${indices.map((index) => `14'd${index}: q <= q ${index % 2 === 0 ? "^" : "+"} 3'd${choiceOf(index)};`).join("\n")}
  default: q <= 7;
  endcase
end
wire [2:0] w${COUNT} = 7;
${indices.map((index) => `wire [2:0] w${index} = r[${index}] ? 3'd${choiceOf(index)} : w${index + 1};`).join("\n")}
assign first = w0;
endmodule
`,
  );
  const engine = new WasmEngine({ cacheDirectory: join(folder, "cache") });
  const simulation = (await engine.build({ top: "top", files: [file], clock: "clk" })).open({ seed: 1n });
  let q = 0;
  let first = COUNT;
  for (const d of [9_999, 9_998, 5_001, 0x3fff, 5_002, 4_000, 17, 18, 0]) {
    simulation.port("d").write(d);
    simulation.run(1);
    q = d >= COUNT ? 7 : (d % 2 === 0 ? q ^ choiceOf(d) : q + choiceOf(d)) & 7;
    if (d < first) first = d;
    expect([simulation.port("q").read(), simulation.port("first").read()]).toEqual([q, choiceOf(first)]);
  }
});

/** Yosys alone does not end: it cuts the values that are left in two with each item. */
test("a casez whose items have ever more open digits, the longest last", async () => {
  const file = join(folder, "open.v");
  const items = Array.from({ length: 32 }, (_, top) => `32'b${"1".padStart(top + 1, "?").padEnd(32, "0")}`);
  writeFileSync(
    file,
    `module top(input clk, input [31:0] a, output reg [5:0] trailing);
always @* casez (a)
${items.map((item, index) => `${item}: trailing = ${31 - index};`).join("\n")}
default: trailing = 32;
endcase
endmodule
`,
  );
  const engine = new WasmEngine({ cacheDirectory: join(folder, "cache") });
  const simulation = (await engine.build({ top: "top", files: [file], clock: "clk" })).open();
  const trailing = [0, 1, 0x8000_0000, 0xc000_0000, 0x0100_1000, 0xffff_ffff, 0x40].map((a) => {
    simulation.port("a").write(a);
    simulation.run(0);
    return simulation.port("trailing").read();
  });
  expect(trailing).toEqual([32, 0, 31, 30, 12, 0, 6]);
});
