import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { Engine, SimulationMessage } from "../../../src/engine/engine.ts";
import { VerilatorEngine } from "../../../src/engine/verilator-engine.ts";
import { WasmEngine } from "../../../src/engine/wasm-engine.ts";
import { newVerilator } from "../../new-verilator.ts";

const folder = mkdtempSync(join(tmpdir(), "hilt-messages-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Each value of `d` makes the design say another thing; the larger ones end it. */
const file = join(folder, "talker.sv");
writeFileSync(
  file,
  `module top(input wire clk, input wire [7:0] d, output reg [7:0] q);
  initial $display("hello");
  always @(posedge clk) begin
    q <= d;
    if (d == 1) $display("d=%0d %h %b%%", d, d, d[1:0]);
    if (d == 2) $write("%0d|%s\\n", $signed(d), "ab");
    if (d == 3) $warning("careful: %0d", d);
    if (d == 4) $info("by the way");
    if (d == 10) $finish;
    if (d == 11) $stop;
    if (d == 12) $error("bad: %0d", d);
    if (d == 13) $fatal(1, "worse");
    assert (d != 14);
    assume (d != 15);
  end
endmodule
`,
);

const engines: Readonly<Record<string, () => Engine>> = {
  wasm: () => new WasmEngine({ cacheDirectory: folder }),
  verilator: () => new VerilatorEngine({ cacheDirectory: folder }),
  "the newest Verilator": () => new VerilatorEngine({ cacheDirectory: folder, verilator: newVerilator() }),
};

type Said = Pick<SimulationMessage, "kind" | "cycle"> & { readonly text: string; readonly line: string };

async function play(engine: Engine, values: readonly number[]): Promise<{ said: Said[]; cycles: number }> {
  const said: Said[] = [];
  const model = await engine.build({ top: "top", files: [file], clock: "clk" });
  const simulation = model.open({
    onMessage: ({ kind, text, place, cycle }) =>
      said.push({ kind, text: text.trim(), cycle, line: /\d+$/.exec(place)?.[0] ?? "" }),
  });
  for (const value of values) {
    simulation.port("d").write(value);
    simulation.run(1);
  }
  expect(simulation.end?.kind).toBe(said.at(-1)?.kind);
  const { cycle } = simulation;
  simulation.close();
  return { said, cycles: cycle };
}

describe.each(Object.keys(engines))("what a design says, on %s", (name) => {
  const engine = (engines[name] as () => Engine)();
  const isWasm = name === "wasm";
  /** Verilator does not tell where a `$display` stands. */
  const displayLine = (line: string): string => (isWasm ? line : "");

  test("$display, $write, $warning, $info: kind, text, cycle, line; $finish ends it", async () => {
    const { said, cycles } = await play(engine, [0, 1, 2, 3, 4, 10, 1]);
    expect(said).toEqual([
      { kind: "display", text: "hello", cycle: 0, line: displayLine("2") },
      { kind: "display", text: "d=1 01 01%", cycle: 1, line: displayLine("5") },
      { kind: "display", text: "2|ab", cycle: 2, line: displayLine("6") },
      { kind: "warning", text: "careful: 3", cycle: 3, line: "7" },
      { kind: "info", text: "by the way", cycle: 4, line: "8" },
      { kind: "finish", text: "", cycle: 5, line: "9" },
    ]);
    expect(cycles).toBe(6);
  });

  test.each([
    { value: 11, kind: "stop", text: "", line: "10" },
    { value: 12, kind: "error", text: "bad: 12", line: "11" },
    // Verilator 5.006 has one word for both.
    { value: 13, kind: name === "verilator" ? "error" : "fatal", text: "worse", line: "12" },
    { value: 14, kind: "assert", text: "", line: "13" },
    { value: 15, kind: isWasm ? "assume" : "assert", text: "", line: "14" },
  ])("$kind of line $line ends it", async ({ value, ...message }) => {
    const { said, cycles } = await play(engine, [0, value, 1]);
    expect(said.slice(1)).toEqual([{ ...message, cycle: 1 }]);
    expect(cycles).toBe(2);
  });
});

test("the newest Verilator records waves", async () => {
  const engine = (engines["the newest Verilator"] as () => Engine)();
  const model = await engine.build({ top: "top", files: [file], clock: "clk", waves: ["**"] });
  const simulation = model.open();
  const waves = join(folder, "talker.fst");
  const stop = simulation.recordWaves(waves);
  simulation.run(10);
  await stop();
  simulation.close();
  expect(statSync(waves).size).toBeGreaterThan(100);
});
