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

const refused = [
  ["for (n = 0; n < 7; n = n + 1)\nif (s) n = 5;", 3, "a loop variable that its loop assigns"],
  [
    "for (k = 0; k < 8; k = k + 1) begin\na[0] = s;\n{k, a[1]} = 3; end",
    4,
    "a loop variable that its loop assigns",
  ],
  [
    "for (k = 0; k < 8; k = k + 1)\nfor (k = 0; k < 2; k = k + 1) a[k] = s;",
    3,
    "a loop variable that its loop assigns",
  ],
  ["for (k = 0; k < 8; k = k + 1)\n{{a[k], k}, a[1]} = 3;", 3, "a loop variable that its loop assigns"],
  ["\nfor (n = 0; n < 8; n = n + 1) a[n] = s;", 3, "a loop that never ends"],
  ["\nfor (p = 0; p < 8; p = p + 1) a[p] = s;", 3, "a loop variable whose range does not end at 0"],
] as const;

test.each([
  ["function f; input x; for (k = 0; k < 8; k = k + 1) f = x; endfunction", "a[k] = f(s)"],
  [
    "function g; input x; begin : b integer k; g = f(x); end endfunction function f; input x; for (k = 0; k < 8; k = k + 1) f = x; endfunction",
    "a[k] = g(s)",
  ],
  ["task f(input x, output y); for (k = 0; k < 8; k = k + 1) y = x; endtask", "f(s, a[k])"],
])("a loop over a variable of the module is refused that calls %s", async (subroutine, statement) => {
  const file = join(folder, "calls.v");
  const loop = `for (k = 0; k < 8; k = k + 1) ${statement};`;
  writeFileSync(
    file,
    `module top(input clk, input s, output reg [7:0] a); integer k;\n${subroutine}\nalways @* begin a = 0; ${loop} end endmodule\n`,
  );
  const built = new WasmEngine({ cacheDirectory: folder }).build({ top: "top", files: [file], clock: "clk" });
  await expect(built).rejects.toThrow(
    `${file}:3: the built-in engine does not take a loop variable that a function or task assigns which the loop calls`,
  );
});

test.each(refused)("%j is refused", async (loop, line, words) => {
  const file = join(folder, "refused.v");
  writeFileSync(
    file,
    `module top #(parameter N = 4)(input clk, input s, output reg [7:0] a); reg [2:0] n; reg [N:1] p; integer k;
always @* begin a = 0; ${loop} end endmodule
`,
  );
  const built = new WasmEngine({ cacheDirectory: folder }).build({ top: "top", files: [file], clock: "clk" });
  const message = `${file}:${line}: the built-in engine does not take ${words}`;
  await expect(built).rejects.toThrow(message);
  await expect(built).rejects.toMatchObject({ code: "E_UNSUPPORTED_CONSTRUCT" });
});

test("what no module of the design has is not refused", async () => {
  const file = join(folder, "unused.v");
  const unused = "module unused(input s); integer k; initial for (k = 0; k < 8; k = k + 1) k = s; endmodule";
  writeFileSync(file, `module top(input clk, output a); assign a = 1; endmodule ${unused}\n`);
  const engine = new WasmEngine({ cacheDirectory: folder });
  await expect(engine.build({ top: "top", files: [file], clock: "clk" })).resolves.toBeDefined();
});

test.each([
  ["`define AT a[2:0]", "an assigned concatenation with a part whose index is not a constant"],
  [
    "`ifdef NOWHERE\n`define AT 3\n`else\n`define AT a[2:0]\n`endif",
    "several drivers of a part whose index is not a constant",
  ],
])(
  "a part that moves in an assigned concatenation is refused where a macro hides it: %s",
  async (macro, words) => {
    const file = join(folder, "hidden.v");
    const ports = "input clk, input [7:0] a, output reg [63:0] y";
    writeFileSync(
      file,
      `${macro}\nmodule top(${ports});\nalways @* begin y = 0; {y[\`AT + 16], y[\`AT]} = a[1:0]; end endmodule\n`,
    );
    const built = new WasmEngine({ cacheDirectory: folder }).build({
      top: "top",
      files: [file],
      clock: "clk",
    });
    await expect(built).rejects.toThrow(words);
  },
);
