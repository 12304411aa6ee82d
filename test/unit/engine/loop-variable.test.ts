import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { WasmEngine } from "../../../src/engine/wasm-engine.ts";

const folder = mkdtempSync(join(tmpdir(), "hilt loops ü-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a register that holds what a loop variable of two blocks holds is a register of its own", async () => {
  const file = join(folder, "loops.v");
  const loop = (target: string, count: number): string =>
    `always @(posedge clk) for (k = 0; k < ${count}; k = k + 1) ${target}[k] <= s[k];`;
  writeFileSync(
    file,
    `module loops(input clk, input [2:0] s, output reg [31:0] n, output reg [0:0] a, output reg [2:0] b);
integer k;
always @(posedge clk) n <= 1;
${loop("a", 1)}
${loop("b", 3)}
endmodule\n`,
  );
  const engine = new WasmEngine({ cacheDirectory: folder });
  const simulation = (await engine.build({ top: "loops", files: [file], clock: "clk" })).open();
  simulation.port("s").write(5n);
  simulation.run(1);
  const held = ["n", "a", "b"].map((name) => simulation.port(name).readBig());
  simulation.close();
  expect(held).toEqual([1n, 1n, 5n]);
});
