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
  "case (c ? p : 4'd1) 1: m[a][7:3] <= VALUE; endcase",
  "begin : b m[a][7:3] <= VALUE; end",
  "begin case (p) 1: v[0] <= 1; endcase m[a][7:3] <= VALUE; end",
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
      /\b([bmnve])\b(?=[[ ;,])/g,
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

/** Each hides something else: the whole, the element, an index, a range, an operator, other macros, a loop. */
const macros = `\`define SLOT m0[a][7:3]
\`define ELEMENT m1[a]
\`define INDEX [a]
\`define PUT(array, i) array[i][8:2]
\`define SET(target, value) target <= value
\`define SLOT_OF(n) m\`\`n[a]\`RANGE
\`define LOOP(k, n) for (k = 0; k < n; k = k + 1)
\`define BOTH begin /* a comment */ \\
  \`SET(m5[a][9:4], x - s); \\
  m6[a]\`RANGE <= x * y; end
\`define BELOW i -: 4
\`define MEMORY m8
`;

test("macros hide nothing of what is assigned, also those of a header", async () => {
  const input = (name: string, width: number, signed = false) => ({ name, width, signed });
  const items = [
    "`SLOT <= x + y;",
    "`ELEMENT[7:3] <= x + y;",
    "m2`INDEX[7:3] <= x + s;",
    "m3[a]`RANGE <= s;",
    "`PUT(m4, (a)) <= s - 1;",
    "`BOTH",
    "`SLOT_OF(7) <= x + y;",
    "`MEMORY[a][7:3] <= x * y;",
    "v[`BELOW] <= {x, y};",
  ].map((item) => `always @(posedge clk) ${item}`);
  const names = Array.from({ length: 11 }, (_, at) => (at < 9 ? `m${at}` : ["v", "w"][at - 9]) as string);
  const elements = names.slice(0, 9);
  const circuit: Circuit = {
    inputs: [input("a", 1), input("x", 2), input("y", 2), input("s", 2, true), input("i", 5)],
    outputs: names.map((name) => ({ name: `q${name}`, width: 16 })),
    headers: [{ name: "macros.vh", text: `${macros}\`define RANGE [7:3]\n` }],
    text: `\`include "macros.vh"
module top(input clk, input a, input [1:0] x, input [1:0] y, input signed [1:0] s, input [4:0] i,
${names.map((name) => `output [15:0] q${name}`).join(", ")});
reg [15:0] ${elements.map((name) => `${name} [0:1]`).join(", ")}; reg [15:0] v, w; reg [6:0] j; integer k;
initial begin v = 0; \`LOOP(k, 2) begin ${elements.map((name) => `${name}[k] = 0;`).join(" ")} end end
${items.join("\n")}
\`define STEP [4:1]
always @* begin w = 0; \`LOOP(j, 9) if (j == i) w = j + s; end
\`undef STEP
assign ${elements.map((name) => `q${name} = ${name}[0] ^ ${name}[1] << 1`).join(", ")}, qv = v, qw = w;
endmodule
`,
  };
  const steps = randomSteps(circuit, new Random(7n), 100);
  const { difference, compared } = await compareWithIcarus("macros", circuit, steps, { folder });
  expect(difference?.split("\n")[0]).toBeUndefined();
  expect(compared).toBeGreaterThan(900);
});

test("of definitions that differ, the last one before the use counts", async () => {
  const circuit: Circuit = {
    inputs: ["a", "x"].map((name) => ({ name, width: 2 - (name === "a" ? 1 : 0), signed: false })),
    outputs: ["p", "q"].map((name) => ({ name, width: 16 })),
    text: `\`define RANGE [7:3]
module top(input clk, input a, input [1:0] x, output [15:0] p, output [15:0] q);
reg [15:0] m [0:1], n [0:1]; initial begin m[0] = 0; m[1] = 0; n[0] = 0; n[1] = 0; end
always @(posedge clk) m[a]\`RANGE <= x + 2'd2;
\`undef RANGE
\`define RANGE [4:2]
always @(posedge clk) n[a]\`RANGE <= x + 2'd2;
assign p = m[0] ^ m[1], q = n[0] ^ n[1];
endmodule
`,
  };
  const steps = randomSteps(circuit, new Random(7n), 30);
  const { difference, compared } = await compareWithIcarus("defined", circuit, steps, { folder });
  expect(difference?.split("\n")[0]).toBeUndefined();
  expect(compared).toBeGreaterThan(50);
});
