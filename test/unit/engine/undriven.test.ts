import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { Model, ModelSource } from "../../../src/engine/engine.ts";
import { WasmEngine } from "../../../src/engine/wasm-engine.ts";

const folder = mkdtempSync(join(tmpdir(), "hilt-undriven-"));
afterAll(() => rmSync(folder, { recursive: true }));
const engine = new WasmEngine({ cacheDirectory: join(folder, "cache") });
let count = 0;

function build(text: string, more: Partial<ModelSource> = {}): Promise<Model> {
  const file = join(folder, `design${count++}.v`);
  writeFileSync(file, text);
  return engine.build({ top: "top", files: [file], clock: "clk", ...more });
}

/** Without the folder. */
function placed(warnings: readonly string[]): string[] {
  return warnings.map((warning) => warning.replace(/^.*design\d+/, ""));
}

const LOOSE =
  `module top(input clk, input [3:0] d, output [3:0] y, output [7:0] h, output m, output reg [7:0] p,
  output [3:0] a, output e, output w, output [1:0] n, output c);
sub s(.a(d), .b(), .z(y));
wire [7:0] half;
assign half[3:0] = d;
assign h = half;
and g(m, misspelt, d[0]);
reg [7:0] start; initial start[3:0] = 5;
always @(posedge clk) p <= start;
wire [0:7] up; assign up[0:2] = d[2:0]; assign a = {up[1], up[3:5]};
empty x(.clk(clk), .o(e));
reg written; always @(posedge clk) if (d == 9) written <= 1; assign w = written;
wire nobody; reg kept; always @(posedge clk) kept <= nobody;
parameters_only #(.N(3)) po();
assign n = s.b ? 1 : 2;
wire no_clock; reg k; always @(posedge no_clock) k <= ~k; assign c = k;
endmodule
module sub(input [3:0] a,
  input b, output [3:0] z); assign z = b ? ~a : a; endmodule
module empty(input clk,
  output o);
endmodule
module parameters_only #(parameter N = 1); localparam M = N + 1; endmodule
`.replace("assign n = s.b ? 1 : 2;\n", "assign n = {2{d[1]}};\n");

describe("what nothing drives", () => {
  test("is warned of by name, bits, file and line, as often as the model is built, and holds what the seed gives", async () => {
    const model = await build(LOOSE);
    expect(placed(model.warnings).sort()).toEqual(
      [
        ".v:19: nothing drives s.b",
        ".v:4: nothing drives half[7:4]",
        ".v:7: nothing drives misspelt",
        ".v:8: nothing drives start[7:4]",
        ".v:10: nothing drives up[3:5]",
        ".v:21: nothing drives x.o",
        ".v:16: nothing drives no_clock",
      ]
        .map((warning) => `${warning}: it holds what the seed gives it`)
        .sort(),
    );
    expect((await build(LOOSE)).warnings).toHaveLength(model.warnings.length);
    const halves = [1n, 2n, 3n, 4n, 5n, 6n].map((seed) => {
      const simulation = model.open({ seed });
      simulation.port("d").write(3);
      simulation.run(2);
      const [h, p] = [simulation.port("h").read(), simulation.port("p").read()];
      expect([h & 15, p & 15]).toEqual([3, 5]);
      return h >> 4;
    });
    expect(new Set(halves).size).toBeGreaterThan(1);
    const simulation = model.open();
    simulation.port("d").write(3);
    simulation.run(2);
    expect([simulation.port("y").read(), simulation.port("h").read()]).toEqual([3, 3]);
  });

  test("a warning comes again with a model from the cache", async () => {
    const text = "module top(input clk, output y); wire w; assign y = w; endmodule\n";
    const file = join(folder, "cached.v");
    writeFileSync(file, text);
    const again = () =>
      new WasmEngine({ cacheDirectory: join(folder, "own") }).build({
        top: "top",
        files: [file],
        clock: "clk",
      });
    const first = await again();
    const second = await again();
    expect(second.fromCache).toBe(true);
    expect(first.warnings).toEqual([`${file}:1: nothing drives w: it holds what the seed gives it`]);
    expect(second.warnings).toEqual(first.warnings);
  });
});

describe("dead logic is not a reason for a refusal", () => {
  const DEAD = `module top(input clk, input c2, input rst, input [7:0] d, output reg [7:0] a, output reg [7:0] b);
integer k;
always @(posedge clk) if (rst) for (k = 0; k < 8; k = k + 1) a[k] <= 0; else a <= d;
always @(posedge c2) for (k = 0; k < 7; k = k + 1) b[k + 1] <= d[k];
always @(posedge c2) b[0] <= d[7];
wire bus = rst ? d[0] : 1'bz;
wire copy = bus ^ d[1];
reg later; always @(posedge clk) later <= copy;
wire loop = ~loop; wire on = loop & d[0];
reg loaded; always @(posedge clk or posedge rst) if (rst) loaded <= d[1]; else loaded <= ~d[1];
reg fine; always @(posedge clk) fine <= d[7];
endmodule
`;

  test.each([{}, { waves: ["**"] }])("%o", async (more) => {
    const model = await build(DEAD, more);
    expect(model.warnings).toEqual([]);
    const simulation = model.open();
    simulation.port("d").write(0x5a);
    simulation.run(1);
    for (const level of [1, 0]) {
      simulation.port("c2").write(level);
      simulation.run(0);
    }
    expect([simulation.port("a").read(), simulation.port("b").read()]).toEqual([0x5a, 0xb4]);
  });

  test.each([
    [
      "the loop variable of two blocks, by a third",
      "output reg [31:0] y",
      "integer k; always @(posedge clk) for (k = 0; k < 8; k = k + 1) a[k] <= d;\nalways @(posedge c2) for (k = 0; k < 7; k = k + 1) b[k] <= d;\nalways @(posedge clk) y <= k;",
      /:2: .*several drivers of k \(at .*:[23] and .*:[23]\)/,
    ],
    [
      "a tri-state bus, by an output",
      "output y",
      "wire bus = d ? c2 : 1'bz;\nassign y = bus;",
      /:2: .*tri-state/,
    ],
    ["an output that is z", "output y", "assign y = 1'bz;", /:1: .*value z/],
    [
      "an input that the design drives, by an output",
      "output y",
      "assign d = c2 & clk;\nassign y = d;",
      /several drivers of d/,
    ],
    ["a constant and a cell", "output y", "assign y = 1'b0;\nassign y = d & c2;", /:3: .*several drivers/],
    [
      "a loop of one inverter",
      "output y",
      "wire l;\nassign l = ~l;\nassign y = l;",
      /:3: .*a combinational loop through \w+ \(.*:[12]\)/,
    ],
    [
      "a loop of two inverters",
      "output y",
      "wire l, m;\nassign l = ~m;\nassign m = ~l; assign y = l & d;",
      /combinational loop through (l|m) \(.*:2\), (l|m) \(.*:2\)/,
    ],
  ])("but it is one when something reads %s", async (_name, port, body, message) => {
    const text = `module top(input clk, input c2, input d, output reg [7:0] a, output reg [7:0] b, ${port});\n${body}\nendmodule\n`;
    await expect(build(text)).rejects.toThrow(message);
  });
});
