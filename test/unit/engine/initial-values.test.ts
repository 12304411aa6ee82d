import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { SimulationMessage } from "../../../src/engine/engine.ts";
import { WasmEngine } from "../../../src/engine/wasm-engine.ts";

const folder = mkdtempSync(join(tmpdir(), "hilt-initial-"));
afterAll(() => rmSync(folder, { recursive: true }));
const engine = new WasmEngine({ cacheDirectory: join(folder, "cache") });
let count = 0;

async function open(body: string, ports = "output reg [7:0] q") {
  const file = join(folder, `design${count++}.v`);
  writeFileSync(file, `module top(input clk, ${ports});\n${body}\nendmodule\n`);
  const messages: SimulationMessage[] = [];
  const model = await engine.build({ top: "top", files: [file], clock: "clk" });
  const simulation = model.open({ onMessage: (message) => messages.push(message) });
  return { simulation, said: messages.map(({ kind, text }) => `${kind} ${text.trim()}`.trim()) };
}

describe("an initial block", () => {
  const rest = "initial q = 0; always @(posedge clk) begin q <= q + 1; a <= a + 1; end reg [7:0] a;";

  const tasks = ["$finish", "$stop", '$fatal(1, "wrong")', '$error("wrong")', '$display("wrong")'];
  const checked = tasks.map((task) => `if (a != 21) ${task};`).join(" ");

  test("says and ends nothing where its condition does not hold for the initial values", async () => {
    const { simulation, said } = await open(
      `${rest} initial begin a[3:0] = 5; a[7:4] = 1; end initial #0 begin ${checked} end`,
    );
    expect(said).toEqual([]);
    expect(simulation.run(5)).toBe(5);
  });

  test("says what it says, and ends the simulation before the first edge, where its condition holds", async () => {
    const { simulation, said } = await open(`${rest} initial a = 4; initial #0 begin ${checked} end`);
    expect(said).toEqual(["finish", "stop", "fatal wrong", "error wrong", "display wrong"]);
    expect([simulation.run(5), simulation.end?.kind]).toEqual([0, "finish"]);
  });

  test("says what registers hold, in the order of blocks and statements, loops included", async () => {
    const { said } = await open(
      `${rest} integer k; initial begin a = 7; $display("a"); for (k = 0; k < 2; k = k + 1) begin $display("b%0d", k); $display("c"); end end
initial #0 begin $display("a is %0d", a); if (a[0]) $display("odd"); else $display("even"); end`,
    );
    expect(said.map((line) => line.replace("display ", ""))).toEqual([
      "a",
      "b0",
      "c",
      "b1",
      "c",
      "a is 7",
      "odd",
    ]);
  });
});

test("an element of a memory keeps what earlier partial writes gave it; the last write of a bit counts", async () => {
  const { simulation } = await open(
    `reg [7:0] m [0:3]; integer k; assign q = m[i];
initial begin for (k = 0; k < 4; k = k + 1) m[k] = 8'h10 + k; m[1][3:0] = 4'h9; m[1][7:4] = 4'h4; m[1][0] = 0; m[2] = 1; m[2] = 2; m[3][7] = 1; end
always @(posedge clk) if (i == 3) m[i] <= 0;`,
    "input [1:0] i, output [7:0] q",
  );
  const read = (index: number): number => {
    simulation.port("i").write(index);
    return simulation.port("q").read();
  };
  expect([0, 1, 2, 3].map(read)).toEqual([0x10, 0x48, 2, 0x93]);
});

test("two instances of one module both say what they say, each with its own name", async () => {
  const { simulation, said } = await open(
    'always @(posedge clk) q <= 0; sub u1(clk); sub u2(clk); endmodule module sub(input clk); initial $display("%m: 100%%m"); always @(posedge clk) $display("edge");',
    "output reg [7:0] q",
  );
  expect(said).toEqual(["display top.u1: 100%m", "display top.u2: 100%m"]);
  expect(simulation.run(1)).toBe(1);
});
