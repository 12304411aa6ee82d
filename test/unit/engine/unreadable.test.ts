import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { Model } from "../../../src/engine/engine.ts";
import type { SourceTree } from "../../../src/engine/source-tree.ts";
import { yosysError } from "../../../src/engine/wasm/yosys-error.ts";
import { WasmEngine } from "../../../src/engine/wasm-engine.ts";

const folder = mkdtempSync(join(tmpdir(), "hilt unreadable ü-"));
afterAll(() => rmSync(folder, { recursive: true }));
const engine = new WasmEngine({ cacheDirectory: join(folder, "cache") });
const file = join(folder, "top.v");

function build(text: string): Promise<Model> {
  writeFileSync(file, text);
  return engine.build({ top: "top", files: [file], clock: "clk" });
}

function outputs(model: Model, inputs: Readonly<Record<string, bigint>>, ...names: string[]): bigint[] {
  const simulation = model.open();
  for (const [name, value] of Object.entries(inputs)) simulation.port(name).write(value);
  simulation.run(1);
  const values = names.map((name) => simulation.port(name).readBig());
  simulation.close();
  return values;
}

const check = "always @(posedge d) begin @(posedge clk); if (d) $display(1); end";

test("of the text between translate marks what Yosys cannot read is left out, with a warning, and nothing else", async () => {
  const marked = (text: string): string => `// synopsys translate_off\n${text}\n// synopsys translate_on\n`;
  const model = await build(
    `module top(input clk, input d, output reg a, output reg b);
always @(posedge clk) begin
a <= d;
${marked("b <= 0; if (d) b <= 1;")}end
${marked(check)}endmodule\n`,
  );
  expect(model.warnings).toEqual([
    `${file}:8: the text between the translate marks, up to line 10, is left out: the built-in engine cannot read it`,
  ]);
  expect(outputs(model, { d: 1n }, "a", "b")).toEqual([1n, 1n]);
  await expect(
    engine.ports({ top: "top", files: [file], clock: "clk" }).then((ports) => ports.length),
  ).resolves.toBe(4);
});

test("what stands outside of the marks, or after one that is never closed, is refused as ever", async () => {
  const header = "module top(input clk, input d);\n";
  for (const text of [
    `// synthesis translate_off\n// synthesis translate_on\n${check}\n`,
    `// synthesis translate_off\n\n${check}\n`,
  ])
    await expect(build(`${header}${text}endmodule\n`)).rejects.toMatchObject({ place: `${file}:4` });
});

test("a signed expression at a port that is wider is extended by its sign", async () => {
  const model = await build(`module top(input clk, input x, input signed [3:0] i, output [5:0] y, z, w);
sub a(.a($signed(x)), .z(y)); sub b(.a( $signed({i})), .z(z)); sub c(.a($signed(i) ), .z(w)); endmodule
module sub(input [5:0] a, output [5:0] z); assign z = a; endmodule\n`);
  // As in Verilator; Icarus Verilog adds zeros.
  expect(outputs(model, { x: 1n, i: 8n }, "y", "z", "w")).toEqual([0x3fn, 0x38n, 0x38n]);
});

test("a signal in braces at a port of another width is one without a sign, whatever its own sign is", async () => {
  const text = `module top(input clk, input x, input signed [3:0] i, output [5:0] y, output signed [5:0] z, output [5:0] w,
  output [5:0] v, output [5:0] u);
sub a(.a({i}), .z(y)); sub #(1) b({{i}}, {z}), c({1{i}}, w); sub d(.z({v}), .a({$signed(i)})); old e($unsigned(i), u);
endmodule
module sub #(parameter P = 0)(input [5:0] a, output [5:0] z); assign z = a; endmodule
module old(a, z); output [5:0] z; input signed [5:0] a; assign z = a; endmodule\n`;
  const model = await build(text);
  const results = outputs(model, { x: 1n, i: 8n }, "y", "z", "w", "v", "u");
  expect(results).toEqual([8n, 8n, 8n, 8n, 8n]);
});

test("where Yosys ends itself the message says so", () => {
  const tree = { files: new Map(), references: [] } as unknown as SourceTree;
  expect(yosysError("top.v:3: ERROR: Assert `a == b' failed in genrtlil.cc:1.\n", tree)).toMatchObject({
    code: "E_BUILD",
    tool: "Yosys",
    message: expect.stringMatching(/^top\.v:3: Yosys ended itself \(Assert `a == b'/),
  });
});
