import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { Random } from "../../../src/core/random.ts";
import { type Circuit, compareWithIcarus, randomSteps } from "../../soak/icarus.ts";

const folder = mkdtempSync(join(tmpdir(), "hilt-elements-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** `m` has two elements, `n` two by two, `v` is none; Icarus ends with an assertion where `=` assigns a part that is partly outside. */
const statements = [
  "m[a][7:3] <= #1 VALUE;",
  "m[a][p +: 5] <= VALUE;",
  "case (p) 1, 2, 9: m[a][({1'b0, p} + 5'd4) -: W] <= VALUE; default: m[1][p[2:0] +: W] = VALUE; endcase",
  "n[a][c][2 * W:2] <= VALUE;",
  "for (k = 0; k < 2; k = k + 1) m[k][4 * k + 5 -: 5] <= VALUE;",
  "`PUT(VALUE);",
  "begin m[c ? a : 0][(W > 4 ? 7 : 8):3] = VALUE; end",
  "m[a][p] <= VALUE;",
  "n[a][c][p] <= VALUE;",
  "n[a][c] <= VALUE;",
  "v[p +: 5] <= VALUE;",
  "v[p] <= VALUE;",
];
const values = [
  ...[
    "~2'd2",
    "-x",
    "x + y",
    "-1'sd1",
    "{1'b1} + 1'b1",
    "~&x - 2'd1",
    "c ? ~2'd2 : x",
    "2'd3 << 1",
    "~x >> 1",
  ],
  ...[
    "~x >> 2",
    "(x - y) >> 2",
    "-s >>> 2",
    "(x + y) / 2'd3",
    "x * y",
    "s",
    "-2'sd2",
    "s + x",
    "~2'd2 == 2'd1",
  ],
  ...["$signed(x)", "x <= y"],
];

test("what is assigned to a part of an element has the bits of the wider of the two, as in Icarus", async () => {
  const input = (name: string, width: number, signed = false) => ({ name, width, signed });
  const cases = statements.flatMap((statement, row) =>
    values.map((value, column) => ({ statement, value, name: `_${row}_${column}` })),
  );
  const items = cases.map(({ statement, value, name }) =>
    `\`undef PUT
\`define PUT(value) m[a][7:3] <= value
reg [15:0] m [0:1], n [0:1][0:1], v;
initial begin m[0] = 0; m[1] = 0; n[0][0] = 0; n[0][1] = 0; n[1][0] = 0; n[1][1] = 0; v = 0; end
always @(posedge clk) ${statement.replaceAll("VALUE", value)}
assign e = m[0] ^ n[0][0] ^ n[1][0] ^ v ^ {m[1], m[1]} >> 5 ^ {n[0][1], n[1][1]} >> 3;`.replaceAll(
      /\b([mnve])\b(?=[[ ;,])/g,
      `$1${name}`,
    ),
  );
  const circuit: Circuit = {
    inputs: [
      ...[input("a", 1), input("p", 4), input("x", 2), input("y", 2), input("s", 2, true), input("c", 1)],
    ],
    outputs: cases.map(({ name }) => ({ name: `e${name}`, width: 16 })),
    text: `module top(input clk, input a, input [3:0] p, input [1:0] x, input [1:0] y, input signed [1:0] s, input c,
${cases.map(({ name }) => `output [15:0] e${name}`).join(", ")});
localparam W = 5; integer k;\n${items.join("\n")}\nendmodule\n`,
  };
  const steps = randomSteps(circuit, new Random(7n), 60);
  const { difference, compared } = await compareWithIcarus("parts", circuit, steps, { folder });
  expect(difference?.split("\n")[0]).toBeUndefined();
  expect(compared).toBeGreaterThan(10_000);
});
