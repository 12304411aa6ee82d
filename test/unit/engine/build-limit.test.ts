import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { runTool } from "../../../src/engine/run-tool.ts";
import { WasmEngine } from "../../../src/engine/wasm-engine.ts";

const folder = mkdtempSync(join(tmpdir(), "hilt-limit-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("a build that meets its limit says how large the design is and which key raises the limit", async () => {
  const file = join(folder, "many.v");
  writeFileSync(
    file,
    `module top(input clk, input [7:0] d, output [1023:0] y);
generate genvar i; for (i = 0; i < 20000; i = i + 1) begin : g leaf l(clk, d, y[i % 1024]); end endgenerate
endmodule
module leaf(input clk, input [7:0] d, output reg y); always @(posedge clk) y <= ^d; endmodule
`,
  );
  const engine = new WasmEngine({ cacheDirectory: join(folder, "cache"), limitSeconds: 1 });
  await expect(engine.build({ top: "top", files: [file], clock: "clk" })).rejects.toMatchObject({
    code: "E_TOOL_LIMIT",
    message: expect.stringMatching(
      /^Yosys took more than 1 s of CPU time with top: 4 lines, 1 file, 2 modules,.* buildLimitSeconds/,
    ),
  });
});

test("the time of children counts, and they end with the tool", async () => {
  const note = join(folder, "pid");
  const script = `
    const { spawn } = require("node:child_process");
    const { pid } = spawn(process.execPath, ["-e", "while (true);"]);
    require("node:fs").writeFileSync(${JSON.stringify(note)}, String(pid));
    setInterval(() => {}, 1000);`;
  const args = ["-e", script];
  await expect(
    runTool({ name: "a tool", command: process.execPath, args, limitSeconds: 1, work: "a test" }),
  ).rejects.toThrow("a tool took more than 1 s of CPU time with a test");
  const spinning = Number(readFileSync(note, "utf8"));
  await expect.poll(() => isRunning(spinning), { timeout: 20_000 }).toBe(false);
});

/** What nobody has waited for yet is there as a zombie. */
function isRunning(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}
