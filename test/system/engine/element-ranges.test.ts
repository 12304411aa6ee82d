import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { Random } from "../../../src/core/random.ts";
import { WasmEngine } from "../../../src/engine/wasm-engine.ts";
import { type Circuit, compareWithIcarus, randomSteps } from "../../soak/icarus.ts";

const folder = mkdtempSync(join(tmpdir(), "hilt-ranges-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const input = (name: string, width: number) => ({ name, width, signed: false });

/** Icarus ends with an assertion where a part is assigned that is partly outside, so that all of these lie inside. */
const ranges = ["[1:8]", "[9:2]", "[L:R]", "[4:-3]"];
const low = ["1", "2", "2", "(-3)"];

const items = ranges.map((range, at) => {
  const isAscending = [0, 2].includes(at);
  const part = (from: number, to: number): string =>
    isAscending ? `[${low[at]} + ${from}:${low[at]} + ${to}]` : `[${low[at]} + ${to}:${low[at]} + ${from}]`;
  const first = low[at] as string;
  return `
reg other${at}; reg signed ${range} x${at}, m${at} [0:3], y${at}, n${at} [1:2][0:1], w${at} [0:3]; wire ${range} c${at} [0:1], z${at};
initial begin for (k = 0; k < 4; k = k + 1) begin m${at}[k]${part(0, 3)} = k; m${at}[k]${part(4, 7)} = ~k; end
  n${at}[1][0] = 3; n${at}[1][1] = 9; n${at}[2][0] = 0; n${at}[2][1][${first}] = 1; n${at}[2][1]${part(1, 7)} = 5; end
always @(posedge clk) begin
  m${at}[a]${part(2, 4)} <= d; m${at}[~a][${first} + m${at}[d[1:0]][${first} + $signed({1'b0, i[2:0]})]] <= d[7];
  n${at}[d[0] ? 1 : 2][a[1]][${first} + $signed({1'b0, i[1:0]}) +: 3] <= d + i; n${at}[d[0] ? 2 : 1][a[1]][${first} + $signed({1'b0, i[1:0]}) + 2 -: 2] <= d;
  x${at} <= m${at}[a] >>> 1; y${at}${part(1, 2)} <= m${at}[a][${first} + 3
    +: 2];
  for (k = 0; k < 4; k = k + 1) n${at}[2][0][${first} + k] <= d[k];
end
always @* begin for (k = 0; k < 4; k = k + 1) w${at}[k] = d + k; w${at}[a][${first} + $signed({1'b0, i[2:0]})] = d[0]; w${at}[2]${part(3, 5)} = i;
  other${at} = w${at}[a][${first} + $signed({1'b0, i[1:0]})]; end
assign c${at}[0] = d, c${at}[1]${part(0, 2)} = i, c${at}[1]${part(3, 7)} = d, z${at} = ~d;
assign q${at} = {m${at}[a], x${at}, y${at}, n${at}[i[0] ? 1 : 2][i[1]], w${at}[a ^ 1], c${at}[a[0]][${first} + $signed({1'b0, i[1:0]}) +: 3], other${at}, z${at}[${first} +: 4],
  m${at}[d[1:0]]${part(1, 3)}, m${at}[d[1:0]][${first} + $signed({1'b0, i[2:0]})]};`;
});

test("a part of an element has the bits that its range says, whichever way it goes and wherever it ends", async () => {
  const outputs = ranges.map((_, at) => ({ name: `q${at}`, width: 52 }));
  const circuit: Circuit = {
    inputs: [input("a", 2), input("i", 4), input("d", 8)],
    outputs,
    text: `module top(input clk, input [1:0] a, input [3:0] i, input [7:0] d, ${outputs.map(({ name }) => `output [51:0] ${name}`).join(", ")});
parameter L = 2, R = 9; integer k;${items.join("\n")}\nendmodule\n`,
  };
  const steps = randomSteps(circuit, new Random(7n), 100);
  const { difference, compared } = await compareWithIcarus("ranges", circuit, steps, { folder });
  expect(difference?.split("\n")[0]).toBeUndefined();
  expect(compared).toBeGreaterThan(99 * ranges.length);
});

test("what is outside an element is not written, whether its index has a sign or not", async () => {
  const file = join(folder, "outside.v");
  writeFileSync(
    file,
    `module top(input clk, input signed [4:0] s, output [31:0] p, q, r);
reg [31:0] m [0:1]; reg [0:31] n [0:1]; reg [1:32] o [0:1];
initial begin m[1] = 0; n[1] = 0; o[1] = 0; end
always @(posedge clk) begin m[1][s] <= 1; n[1][s - 1] <= 1; o[1][s +: 2] <= 3; end
assign p = m[1], q = n[1], r = o[1];
endmodule\n`,
  );
  const built = await new WasmEngine({ cacheDirectory: folder }).build({
    top: "top",
    files: [file],
    clock: "clk",
  });
  const simulation = built.open();
  const after = [-1n, 0n, 1n, -16n].map((s) => {
    simulation.port("s").write(s & 31n);
    simulation.run(1);
    return ["p", "q", "r"].map((name) => simulation.port(name).readBig().toString(16));
  });
  simulation.close();
  expect(after).toEqual([
    ["0", "0", "0"],
    ["1", "0", "80000000"],
    ["3", "80000000", "c0000000"],
    ["3", "80000000", "c0000000"],
  ]);
});
