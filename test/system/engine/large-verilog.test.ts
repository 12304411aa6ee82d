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

/** More than a minute where blocks, or the steps of a loop, are compared with each other. */
const STEPS = 4_000;

test("loops of 4,000 steps that look for a bit, and as many clocked blocks", async () => {
  const file = join(folder, "loops.v");
  writeFileSync(
    file,
    `module top(input clk, input [13:0] high, low, input on, output reg [31:0] last, output reg [13:0] first, output [7:0] count);
localparam N = ${STEPS};
reg [N-1:0] r;
always @* begin r = 0; r[high] = on; r[low] = on; end
integer i, j;
always @* begin last = 32'hffff_ffff; for (i = 0; i < N; i = i + 1) if (r[i]) last = i; end
always @(posedge clk) begin first <= N; for (j = N - 1; j >= 0; j = j - 1) if (r[j]) first <= j; end
wire [N-1:0] q;
genvar g;
generate for (g = 0; g < ${STEPS}; g = g + 1) begin : bits
  reg b = 0;
  always @(posedge clk) if (g == low) b <= !b;
  assign q[g] = b;
end endgenerate
assign count = q[high] + q[low] + q[0];
endmodule
`,
  );
  const engine = new WasmEngine({ cacheDirectory: join(folder, "cache") });
  const simulation = (await engine.build({ top: "top", files: [file], clock: "clk" })).open({ seed: 1n });
  const seen = [];
  for (const [high, low, on] of [
    [3_999, 0, 1],
    [3_998, 63, 1],
    [64, 63, 1],
    [3_968, 3_967, 1],
    [5, 5, 0],
    [0, 5, 1],
  ] as const) {
    for (const [name, value] of Object.entries({ high, low, on })) simulation.port(name).write(value);
    simulation.run(1);
    seen.push(["last", "first", "count"].map((name) => simulation.port(name).read()));
  }
  expect(seen).toEqual([
    [3_999, 0, 2],
    [3_998, 63, 2],
    [64, 63, 1],
    [3_968, 3_967, 2],
    [0xffff_ffff, STEPS, 3],
    [5, 0, 2],
  ]);
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
