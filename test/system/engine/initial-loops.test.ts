import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { Random } from "../../../src/core/random.ts";
import { readTree } from "../../../src/engine/source-tree.ts";
import { type InitialMark, takeInitialLoops } from "../../../src/engine/wasm/initial-loops.ts";
import { parseNetlist } from "../../../src/engine/wasm/parse-netlist.ts";
import { runInitialLoops } from "../../../src/engine/wasm/run-initial-loops.ts";
import { elaborate } from "../../../src/engine/wasm/yosys.ts";
import { compareWithIcarus } from "../../soak/icarus.ts";

const folder = mkdtempSync(join(tmpdir(), "hilt-loops-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** What an initial block does to memories `m` and `n` and to registers, in a module with parameters. */
const blocks: Readonly<Record<string, string>> = {
  "a constant": "for (k = 0; k < N; k = k + 1) m[k] = 8'h5a;",
  "a function of the index": "for (k = 0; k < N; k = k + 1) m[k] = k * 3 + 1;",
  "downwards, with two memories and a register": `for (k = N - 1; k >= 0; k = k - 1) begin
    m[k] = ~k; n[k] <= k[3:0] ^ {2{k[1:0]}}; v[k & 7] = k[0]; end`,
  "nested, by a power of a parameter": `for (i = 0; i < 2**AW; i = i + 2**(AW/2)) begin
    for (k = i; k < i + 2**(AW/2); k = k + 1) begin m[k] = i + (k << 2); end end`,
  "then single words and data": `begin : fill integer unused; for (k = 0; k < N; k = k + 1) m[k] = 1; end
  initial begin for (k = 0; k < N; k = k + 1) n[k] = 9; n[2] = 3; n[N-1] = 4; $readmemh("words.hex", n, 4, 5); n[5] = 1; end`,
  "under conditions": `begin if (AW > 4) for (k = 0; k < N; k = k + 1) m[k] = AW; else begin
    for (k = 0; k < N; k = k + 1) if (k % 3 == 1) m[k] = -k; else m[k] = 2; end if (AW == 0) for (k = 0; k < N; k = k + 1) n[k] = 1; end`,
  "with a variable of few bits, whose value is read after the loop": `begin for (s = 0; s < 100; s = s + 1) m[s] = s >>> 1; end
  initial v = 8'h3c;`,
  "one after the other, over each other": `begin for (k = 0; k < N; k = k + 1) m[k] = 1;
    for (k = 2; k < N && k != 9; k = k + 3) m[k] = k > 5 ? 8'd200 : $clog2(k); end`,
  "beyond the ends": "for (k = -5; k < N + 70; k = k + 1) m[k] = k + 7;",
  "elements in parts, which are left to Yosys": `for (k = 0; k < N; k = k + 1) begin m[k][3:0] = k; m[k][7:4] = 3; end`,
  "then a register in parts and the variable, which are left to Yosys": `begin
    for (k = 0; k < N; k = k + 1) begin m[k] = 3; v[k & 7] = 0; end v[3] = 1; k = 77; end`,
  "a variable that is read after the loop, left to Yosys": `begin k = 5;
    for (k = 0; k < N; k = k + 1) m[k] = k; v = k; end`,
  "a task whose text stands above, left to Yosys": `begin end task fill; begin m[3] = 8'd99; end endtask
  initial begin for (k = 0; k < N; k = k + 1) m[k] = 1; fill; end`,
  "a macro that is not there": `begin end
\`define FILL initial for (k = 0; k < N; k = k + 1) \\
    m[k] = 7;
  initial for (k = 0; k < N; k = k + 1) m[k] = 8;`,
  "a variable that a block declares":
    "begin : own integer z; for (z = 0; z < N; z = z + 1) m[z] = z ^ 5; end",
};

const ports = "input clk, input [7:0] a, input we, input [7:0] d";

function moduleOf(name: string, body: string): string {
  return `module ${name} #(parameter AW = 4)(${ports}, output [7:0] p, q, output reg [7:0] v, output reg [31:0] c);
  localparam N = 2**AW; reg [7:0] m [0:N-1]; reg [7:0] n [N-1:0]; integer i, k; reg [6:0] s;
  initial begin c = 0; end
  initial ${body}
  assign p = a < N ? m[a] : 8'd0; assign q = a < N ? n[a] : 8'd0;
  always @(posedge clk) begin c <= c + k; if (we) begin m[a] <= d; n[a] <= p; v <= v + d; end end
endmodule
`;
}

/** Each block in a module, with the parameters 4 and 7; every element is looked at before anything is written. */
test("what loops of initial blocks leave is what they leave in Icarus", async () => {
  writeFileSync(join(folder, "words.hex"), "aa\nbb\n");
  const names = Object.keys(blocks).flatMap((_, index) => [`a${index}`, `b${index}`]);
  const outputs = names.flatMap((name) =>
    ["p", "q", "v", "c"].map((port) => ({ name: `${name}${port}`, width: port === "c" ? 32 : 8 })),
  );
  const instances = names.map(
    (name) =>
      `  block${name.slice(1)} #(.AW(${name[0] === "a" ? 4 : 7})) ${name} (clk, a, we, d, ${["p", "q", "v", "c"].map((port) => name + port).join(", ")});`,
  );
  const text = [
    ...Object.values(blocks).map((body, index) =>
      moduleOf(`block${index}`, body.replace("words.hex", join(folder, "words.hex"))),
    ),
    `module top(${ports}${outputs.map(({ name, width }) => `, output [${width - 1}:0] ${name}`).join("")});`,
    ...instances,
    "endmodule\n",
  ].join("\n");
  const inputs = [
    { name: "a", width: 8, signed: false },
    { name: "we", width: 1, signed: false },
    { name: "d", width: 8, signed: false },
  ];
  const steps = Array.from({ length: 160 }, (_, cycle) => [
    BigInt(cycle % 130),
    cycle < 130 ? 0n : 1n,
    BigInt(cycle & 255),
  ]);
  const { compared, difference } = await compareWithIcarus("blocks", { text, inputs, outputs }, steps, {
    folder,
  });
  expect(difference).toBeUndefined();
  expect(compared).toBeGreaterThan(8000);
  expect(await memoriesFilled(join(folder, "blocks.v"))).toBe(26);
}, 120_000);

/** How many memories loops have filled here; rejects if a loop has to be left to Yosys after all. */
async function memoriesFilled(file: string): Promise<number> {
  const source = { top: "top", files: [file], clock: "clk" };
  const marks: InitialMark[] = [];
  const prepare = (text: string): string => takeInitialLoops(text, marks);
  const json = await elaborate(source, readTree(source, { withData: true }), { prepare });
  const memories = [...runInitialLoops(parseNetlist(json), marks).memories.values()];
  return memories.filter(({ fills = [] }) => fills.length > 0).length;
}

const binary = [
  "+",
  "-",
  "*",
  "&",
  "|",
  "^",
  "~^",
  "<<",
  ">>",
  "<<<",
  ">>>",
  "==",
  "!=",
  "<",
  ">=",
  "&&",
  "||",
];
const unary = ["-", "~", "!", "&", "|", "^", "~&", "~|", "~^"];
const leaves = [
  "k",
  "s",
  "P",
  "Q",
  "R",
  "S",
  "7",
  "8'hb4",
  "4'sd9",
  "3'd5",
  "k[6:2]",
  "k[k & 31]",
  "16'hff0f",
  "32'd3",
];

/** In sizes and signs of all kinds. */
function expression(random: Random, depth: number): string {
  const pick = (from: readonly string[]): string => from[random.integer(0, from.length - 1)] as string;
  const part = (): string => expression(random, depth - 1);
  if (depth === 0) return pick(leaves);
  switch (random.integer(0, 9)) {
    case 0:
      return `${pick(unary)}(${part()})`;
    case 1:
      return `(${part()} ? ${part()} : ${part()})`;
    case 2:
      return `{${pick(["k", "s", "R", "3'd5"])}, ${pick(["S", "8'hb4", "k[6:2]"])}}`;
    case 3:
      return `{${random.integer(1, 3)}{${pick(["s", "R", "4'sd9"])}}}`;
    case 4:
      return `${pick(["$signed", "$unsigned"])}(${part()})`;
    case 5:
      return `((${part()}) ${pick(["/", "%"])} ${pick(["3", "5'd6", "-7", "4'sd3"])})`;
    case 6:
      return `${pick(leaves)} ${pick(binary)} ${pick(leaves)} ${pick(binary)} ${pick(leaves)}`;
    default:
      return `(${part()} ${pick(binary)} ${part()})`;
  }
}

test("random expressions of parameters and variables are worth what they are in Icarus", async () => {
  const random = new Random(20n).fork("loops");
  const count = 60;
  const widths = Array.from({ length: count }, () => random.integer(1, 70));
  const memories = widths.map((width, index) => {
    const isNested = random.integer(0, 1) === 0;
    const value = expression(random, 3);
    const inner = `m${index}[k] = ${value};`;
    const loop = isNested
      ? `for (s = 0; s < 8; s = s + 1) for (k = s * 16; k < s * 16 + 16; k = k + 1) ${inner}`
      : `for (k = 0; k < P; k = k + 1) begin s = k; ${inner} end`;
    return `reg [${width - 1}:0] m${index} [0:127]; initial ${loop}
  assign y${index} = m${index}[a]; always @(posedge clk) if (we) m${index}[a] <= a;`;
  });
  const text = `module top(input clk, input we, input [6:0] a${widths.map((width, index) => `, output [${width - 1}:0] y${index}`).join("")});
  parameter P = 128; parameter signed [7:0] Q = -3; localparam [4:0] R = 5'd21; localparam signed [11:0] S = -12'sd900;
  integer k; reg [6:0] s;
  ${memories.join("\n  ")}
endmodule
`;
  const inputs = [
    { name: "we", width: 1, signed: false },
    { name: "a", width: 7, signed: false },
  ];
  const outputs = widths.map((width, index) => ({ name: `y${index}`, width }));
  const steps = Array.from({ length: 128 }, (_, address) => [0n, BigInt(address)]);
  const { compared, difference } = await compareWithIcarus("expressions", { text, inputs, outputs }, steps, {
    folder,
  });
  expect(difference).toBeUndefined();
  expect(compared).toBeGreaterThan(100 * count);
  expect(await memoriesFilled(join(folder, "expressions.v"))).toBe(count);
}, 120_000);
