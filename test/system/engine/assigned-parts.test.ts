import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { Random } from "../../../src/core/random.ts";
import { type Circuit, compareWithIcarus, randomSteps } from "../../soak/icarus.ts";

const folder = mkdtempSync(join(tmpdir(), "hilt-assigned-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Parts that overlap in one assignment are in no order, so that there are none. */
const items = `
reg [7:0] m [0:3], n [0:3], p, q; reg r, c; reg [7:0] f, g; integer k; wire [7:0] e = d ^ 8'h3c;
initial begin {p, q, y0, y1, y2, y3, r, c, f} = 0; g = 8'h5a; for (k = 0; k < 4; k = k + 1) begin m[k] = k; n[k] = k; end end
always @(posedge clk) begin {y0[7:4], r} <= d[4:0]; y0[i[1:0] -: 2] <= d[6:5]; end
always @(posedge clk) if (d[0]) {y1[7:4], c} <= #1 (d[4:0] + d[7:3]) >> 1; else y1[i] <= d[6];
always @(posedge clk) begin
  {{y2[3:0], m[d[1:0]][3:1]}, y2[{1'b1, i[0]} + 4 +: 2]} <= -s /* of both
    lines */ - 1;
  if (d == 3) {p[i]} <= d[7]; else {p[3:0], n[i[1:0]], p[7 - i[0]]} <= ~s;
end
always @(posedge clk) case (i)
  0: {y3, q[0]} <= d + 1;
  1, 2: {q, y3[7]} <= {d[0], d} - q;
  default: begin q[i +: 2] <= e; {y3[4], y3[3:0]} <= d[7:6] + {q[i], q[0]}; end
endcase
always @(posedge clk) for (k = 0; k < 3; k = k + 1) {y4[2 * k], y4[2 * k + 1], y4[d[0] + 6]} <= d >> k;
always @(posedge clk) if (d[0]) {f, g} <= {g, f} + d; else if (d[1]) {f[d[4:2]], g} <= {g, f[d[4:2]]} + 1; else {g[3:0], f} <= f + g;
always @* y5 = f ^ {m[i[1:0]], n[i[1:0]], p} ^ q ^ {r, c} ^ {g, 4'd0};`;

test("each part of a concatenation that <= assigns is written, whatever its index is", async () => {
  const input = (name: string, width: number, signed = false) => ({ name, width, signed });
  const outputs = [8, 8, 8, 8, 8, 24].map((width, at) => ({ name: `y${at}`, width }));
  const ports = outputs.map(({ name, width }) => `output reg [${width - 1}:0] ${name}`);
  const circuit: Circuit = {
    inputs: [input("d", 8), input("i", 3), input("s", 3, true)],
    outputs,
    text: `module top(input clk, input [7:0] d, input [2:0] i, input signed [2:0] s, ${ports.join(", ")});${items}\nendmodule\n`,
  };
  const steps = randomSteps(circuit, new Random(7n), 200);
  const { difference, compared } = await compareWithIcarus("parts", circuit, steps, { folder });
  expect(difference?.split("\n")[0]).toBeUndefined();
  expect(compared).toBeGreaterThan(1100);
});

test("the index of an indexed part may have an indexed part", async () => {
  const input = (name: string, width: number) => ({ name, width, signed: false });
  const circuit: Circuit = {
    inputs: [input("d", 8), input("i", 2)],
    outputs: [
      { name: "p", width: 8 },
      { name: "q", width: 5 },
    ],
    text: `module top(input clk, input [7:0] d, input [1:0] i, output reg [7:0] p, output [4:0] q);
reg [0:7] m [0:3]; integer k; initial begin p = 0; for (k = 0; k < 4; k = k + 1) m[k] = 0; end
always @(posedge clk) begin p[d[i +: 2] +: 3] <= ~d; m[d[1:0]][d[i +: 2] +: 2] <= ~d; end
assign q = {p[d[5 -: 2] +: 3], m[~d[1:0]][d[i +: 2] + 1 -: 2]};\nendmodule\n`,
  };
  const steps = randomSteps(circuit, new Random(7n), 100);
  const { difference, compared } = await compareWithIcarus("nested", circuit, steps, { folder });
  expect(difference?.split("\n")[0]).toBeUndefined();
  expect(compared).toBe(200);
});
