import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { Random } from "../../../src/core/random.ts";
import { type Circuit, compareWithIcarus, randomSteps } from "../../soak/icarus.ts";

const folder = mkdtempSync(join(tmpdir(), "hilt-parts-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/**
 * Indices with and without a sign that are often a few bits outside, those of 32 bits also just below 2^32. Icarus Verilog
 * reads with the latter as with negative ones, unlike its writes, and ends with an assertion where a part of an element
 * lies wholly below it: of these there are none.
 */
const items = `
wire [31:0] i = {{28{r[0]}}, r[4:1]}; wire signed [31:0] k = i; wire signed [2:0] n = r[4:2];
wire signed [31:0] p = {1'b0, r[4:1]}; reg [15:0] m0 [0:3], m1 [0:3], m2 [0:3], m3 [0:3]; integer j;
initial begin
  for (j = 0; j < 4; j = j + 1) begin m0[j] = 0; m1[j] = 0; m2[j] = 0; m3[j] = 0; end
  v0 = 0; v1 = 0; v2 = 0; v3 = 0; v4 = 0;
end
always @(posedge clk) begin
  v0[(i - 1) +: 4] <= d; v1[(k - 1) +: 4] <= d; v2[i - s -: 4] <= d; v3[k + 2 -: 4] <= d; v4[n -: N] <= d;
  m0[a][i +: 4] <= d; m1[a][(i - 3) -: 5] <= d; m2[a][p +: 4] <= d; m3[a][n +: N] <= d;
end
assign e0 = m0[a], e1 = m1[a], e2 = m2[a], e3 = m3[a];
assign q0 = v1[k - 2 +: 4], q1 = m3[a][n -: N], q2 = m2[a][p - 2 +: 4], q3 = v0[i -: 4];
genvar g; generate for (g = 0; g < 4; g = g + 1) begin : parts assign q4[4 * g +: 4] = v0[6 * g - 2 +: 4] ^ v1[g -: 4]; end endgenerate`;

test("an element of a memory whose range begins below 0 is the one that its index says", async () => {
  const input = (name: string, width: number, signed = false) => ({ name, width, signed });
  const circuit: Circuit = {
    inputs: [input("i", 3, true), input("r", 32), input("d", 8), input("u", 4)],
    outputs: ["q0", "q1", "q2", "q3"].map((name) => ({ name, width: 8 })),
    text: `module top(input clk, input signed [2:0] i, input [31:0] r, input [7:0] d, input [3:0] u,
  output [7:0] q0, output [7:0] q1, output [7:0] q2, output [7:0] q3);
reg [7:0] m [-3:2], n [4:-4]; reg [7:0] p [-2:9]; integer k;
initial begin
  for (k = -4; k <= 4; k = k + 1) begin n[k] = k; if (k > -4 && k < 3) m[k] = 3 * k; end
  for (k = -2; k < 10; k = k + 1) p[k] = k;
end
wire signed [31:0] j = {{29{r[0]}}, r[3:1]};
always @(posedge clk) begin m[i] <= d; n[j] <= d; p[u - 2] <= d; end
assign q0 = m[i], q1 = n[j], q2 = p[u], q3 = n[-2] + m[-1];\nendmodule\n`,
  };
  const steps = randomSteps(circuit, new Random(7n), 100);
  const { difference, compared } = await compareWithIcarus("below", circuit, steps, { folder });
  expect(difference?.split("\n")[0]).toBeUndefined();
  expect(compared).toBeGreaterThan(300);
});

test("what is a memory whose range begins below 0 its declaration says: not a part of a vector, nor the same name elsewhere", async () => {
  const input = (name: string, width: number, signed = false) => ({ name, width, signed });
  const circuit: Circuit = {
    inputs: [input("i", 3, true), input("s", 3), input("d", 12)],
    outputs: ["q0", "q1", "q2", "q3", "q4"].map((name) => ({ name, width: 12 })),
    text: `module top(input clk, input signed [2:0] i, input [2:0] s, input [11:0] d,
  output [11:0] q0, output [11:0] q1, output [11:0] q2, output [11:0] q3, output [11:0] q4);
reg [8:-3] v; reg [11:0] m [-3:2], \\m.x [2:-3], other; reg [2:0] w; initial begin v = 0; w = 0; end
function [2:0] f(input [5:-3] m, input signed [2:0] i); f = {m[i], m[3:-3]}; endfunction
always @(posedge clk) begin v <= d; m[i] <= d; \\m.x [i] <= ~d; end
always @(posedge clk) begin : block reg [3:-3] m; m = d; w <= {m[i], m[s - 2], m[2:-3]}; end
sub u(i, d, q4);
assign q0 = {v[s], v[i], v[8:-3]}, q1 = {v[s], v[8:-2]}, q2 = m[i] ^ \\m.x [i], q3 = {w, f(d, i)};
endmodule
module sub(input signed [2:0] i, input [11:0] d, output [11:0] q);
reg [8:-3] m; always @* m = d; assign q = {m[i], m[d[2:0]], m[i - 2]};
endmodule\n`,
  };
  const steps = randomSteps(circuit, new Random(7n), 100);
  const { difference, compared } = await compareWithIcarus("names", circuit, steps, { folder });
  expect(difference?.split("\n")[0]).toBeUndefined();
  expect(compared).toBeGreaterThan(400);
});

// Icarus Verilog finds another element where one of several indices lies outside its own dimension: of these there are none.
test("an index of an array of several dimensions counts in its own, with its own sign", async () => {
  const input = (name: string, width: number, signed = false) => ({ name, width, signed });
  const circuit: Circuit = {
    inputs: [input("j", 3, true), input("a", 2), input("b", 2), input("d", 8)],
    outputs: ["q0", "q1", "q2", "q3"].map((name) => ({ name, width: 8 })),
    text: `module top(input clk, input signed [2:0] j, input [1:0] a, b, input [7:0] d,
  output reg [7:0] q0, output reg [7:0] q1, output reg [7:0] q2, output reg [7:0] q3);
parameter LAST = 4, first = 1; integer x, y;
reg [7:0] m [0:3][0:3], n [0:3][-3:2], p [LAST:first][2:-1]; wire [7:0] w [0:3][0:2];
wire signed [2:0] i = j == -4 || j == 3 ? 2 : j; genvar g;
initial for (x = 0; x < 4; x = x + 1) for (y = 0; y < 3; y = y + 1) begin
  m[x][y] = 16 * x + y; n[x][y] = x + y; n[x][y - 3] = 9 * x + y; p[x + 1][y] = x; p[first + x][-1] = 7;
end
always @(posedge clk) begin
  m[a][b] <= d; n[d[1:0]][i] <= d; p[(d[0] ? a : b) + 1][$signed({1'b0, b}) - 1] <= d;
  q0 <= m[b][a]; q1 <= n[a][i]; q2 <= p[3'd1 + a][i < -1 ? 2 : i]; q3 <= w[a][b % 3];
end
generate for (g = 0; g < 3; g = g + 1) begin : each
  assign w[0][g] = d + g, w[1][g] = d - g, w[2][g] = d ^ g, w[3][g] = a;
end endgenerate\nendmodule\n`,
  };
  const steps = randomSteps(circuit, new Random(7n), 300);
  const { difference, compared } = await compareWithIcarus("dimensions", circuit, steps, { folder });
  expect(difference?.split("\n")[0]).toBeUndefined();
  expect(compared).toBeGreaterThan(1000);
});

test("an indexed part lies where its index says, with or without a sign, in vectors and in elements of memories", async () => {
  const names = ["v0", "v1", "v2", "v3", "v4", "e0", "e1", "e2", "e3", "q0", "q1", "q2", "q3", "q4"];
  const ranges: Record<string, string> = { v2: "[0:15]", v3: "[17:2]" };
  const ports = names.map(
    (name) => `output ${name.startsWith("v") ? "reg " : ""}${ranges[name] ?? "[15:0]"} ${name}`,
  );
  const input = (name: string, width: number) => ({ name, width, signed: false });
  const circuit: Circuit = {
    inputs: [input("r", 32), input("s", 3), input("d", 8), input("a", 2)],
    outputs: names.map((name) => ({ name, width: 16 })),
    text: `module top(input clk, input [31:0] r, input [2:0] s, input [7:0] d, input [1:0] a, ${ports.join(", ")});
parameter [3:0] N = 5;${items}\nendmodule\n`,
  };
  const steps = randomSteps(circuit, new Random(7n), 200);
  const { difference, compared } = await compareWithIcarus("parts", circuit, steps, { folder });
  expect(difference?.split("\n")[0]).toBeUndefined();
  expect(compared).toBeGreaterThan(2500);
});
