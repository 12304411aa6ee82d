import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { hintFor } from "../../../src/cli/hints.ts";
import type { Model, SimulationMessage } from "../../../src/engine/engine.ts";
import { plainVerilog } from "../../../src/engine/wasm/plain-verilog.ts";
import { systemVerilogAt } from "../../../src/engine/wasm/system-verilog.ts";
import { tokensOf } from "../../../src/engine/wasm/verilog-tokens.ts";
import { WasmEngine } from "../../../src/engine/wasm-engine.ts";

const folder = mkdtempSync(join(tmpdir(), "hilt messages ä "));
afterAll(() => rmSync(folder, { recursive: true }));
const engine = new WasmEngine({ cacheDirectory: join(folder, "cache") });
let count = 0;

function build(text: string | Buffer, extension = "v"): Promise<Model> {
  const file = join(folder, `design${count++}.${extension}`);
  writeFileSync(file, text);
  return engine.build({ top: "top", files: [file], clock: "clk" });
}

describe("what Yosys refuses is named, with the place", () => {
  const header = "module top(input clk, input [7:0] r, output reg [7:0] a);\n";
  test.each([
    [
      "several edges",
      "always @(posedge clk) a <= r;\nreg b;\nalways @(posedge clk or negedge clk) b <= r;",
      "v",
      /:4: .*a register that several edges clock/,
    ],
    ["a part of no bits", "always @* a =\n r[r[2:0] -: 00];", "v", /:3: .*an indexed part of 0 bits/],
    [
      "a replication by 0",
      "always @* a = {r[3:0], {0{r}}, r[7:4]} +\n {0{r}};",
      "v",
      /:3: .*a replication by 0 that is not a part of a concatenation/,
    ],
    [
      "an initial value of a loop",
      "integer i;\ninitial begin a = 1; for (i = 0; i < 3; i = i + 1)\n a = a * 2 + 1; end\nalways @(posedge clk) a <= a + r;",
      "v",
      /:4: .*an initial value of a that is not constant/,
    ],
    [
      "a module that is not there",
      "always @(posedge clk) a <= r;\nmissing #(3) u(.a(clk));",
      "v",
      /:3: .*missing .* is not part of the design/,
    ],
    [
      "a port that is not there",
      "always @(posedge clk) a <= r; sub s(.b());\nsub u(.zz(clk));\nendmodule\nmodule sub(input b);",
      "v",
      /:3: .*port named 'zz'/,
    ],
    ["a macro", "always @(posedge clk) a <= r;\nwire b = `NOPE;", "v", /:3: the macro `NOPE is not defined/],
    [
      "SystemVerilog in Verilog",
      "wire x;\nlogic y;",
      "v",
      /:3: .*SystemVerilog \(logic\) in a file whose name does not end in \.sv/,
    ],
    ["the operator inside", "\nassign a = r inside {1, 2};", "sv", /:3: .*the SystemVerilog keyword inside/],
    [
      "an array of structures",
      "typedef struct packed { logic [3:0] l; logic [3:0] h; } s_t; s_t [1:0] s;\nalways @(posedge clk) s[1].l <= r;",
      "sv",
      /:2: .*an array of structures or unions/,
    ],
    [
      "an interface",
      "b_if bus();\nsub u(.b(bus.m));\nendmodule\ninterface b_if; logic d; modport m(input d); endinterface\nmodule sub(b_if.m b); wire w = b.d;",
      "sv",
      /:\d: .*the interface (b|bus) \((b\.d|bus\.m)\)/,
    ],
    ["a name without a declaration", "wire w;\nassign w = r[0] & nope;", "v", /:3: nope is not declared/],
    [
      "a name without a declaration in a block",
      "sub s(.a(made), .b(r[0])); assign also = made;\nalways @(posedge clk)\na <= made ^ also ^ nope; endmodule module sub(output a, input b); assign a = b;",
      "v",
      /:4: nope is not declared/,
    ],
    [
      "an output at a bit outside its vector",
      "wire [7:0] w; sub t(.o(w[0]));\nsub s(\n.o(w[9:8])); always @* a = w;\nendmodule\nmodule sub(output [1:0] o); assign o = 1;",
      "v",
      /:4: .*the output port top\.s\.o connected to a constant, or to a bit outside its vector/,
    ],
    [
      "an output without its name at a bit outside its vector",
      "wire [7:0] w; sub t(w[0]);\nsub #(2) s({w[8], w[1]}); always @* a = w;\nendmodule\nmodule sub(output [1:0] o); parameter A = 1; assign o = A;",
      "v",
      /:3: .*the output port top\.s\.o connected to a constant, or to a bit outside its vector/,
    ],
    ["a syntax error", "assign a = ;", "sv", /:2: syntax error/],
  ])("%s", async (_name, body, extension, message) => {
    await expect(build(`${header}${body}\nendmodule\n`, extension)).rejects.toThrow(message);
  });

  test("a file in UTF-16 is named", async () => {
    await expect(build(Buffer.from(`\uFEFF${header}endmodule\n`, "utf16le"))).rejects.toThrow(
      /design\d+\.v: the file is UTF-16/,
    );
  });

  test("the hint names the tool that spoke", () => {
    expect(hintFor("E_BUILD", "Verilator")).toMatch(/^the message is that of Verilator: /);
    expect(hintFor("E_BUILD")).not.toMatch(/message is that of/);
  });
});

describe("SystemVerilog that Yosys' reader lacks", () => {
  test.each([
    ["module m\n import p::*; (input a);", "a package imported in the header of a module"],
    ["module m #(parameter W = 1,\n parameter type T = logic) ();", "a parameter that is a type"],
    ["x;\nreturn !b;", "the SystemVerilog keyword return"],
    ["if (a)\n  break;", "the SystemVerilog keyword break"],
    ["x = y;\na = '{default: 1};", "an assignment pattern ('{...})"],
    ["x;\na = {<<{b}};", "a streaming concatenation ({<<{...}})"],
    ["x;\nforeach (a[i]) b;", "the SystemVerilog keyword foreach"],
    ["x;\nassert property (@(posedge clk) a);", "a concurrent assertion (assert property)"],
    ["x;\nassert final (a);", "a deferred assertion"],
    ["module m(\n input [3:0] a [2], input b);", "an array as a port"],
    ['x;\nimport "DPI-C" function int f();', "a function of C or C++ (DPI)"],
    ["x;\nlogic q [$];", "a queue"],
    ["x;\nmodport s(input a);", "the SystemVerilog keyword modport"],
  ])("%s", (text, construct) => {
    expect(systemVerilogAt("a.sv", text, 2)).toBe(construct);
  });

  test.each([
    ["a.sv", "return;\nassign = 3;"],
    ["a.sv", "x;\nassign = 3; // return inside"],
    ["a.sv", 'x;\n$display("inside" 3);'],
    ["a.sv", "x;\n\\return = a.inside b;"],
    ["a.sv", "module m(\n input [3:0] a, input wire [1:0] b c);"],
    ["a.v", "x;\nassign bit = logic 3;"],
  ])("is not in %s: %s", (path, text) => {
    expect(systemVerilogAt(path, text, 2)).toBeUndefined();
  });
});

describe("what is written in words that Yosys knows", () => {
  const words = [
    '`begin_keywords "1364-2005"',
    "`end_keywords",
    "`__LINE__",
    "`__FILE__",
    "assert (a)",
    "else b;",
    "assume",
    "(",
    ")",
    ";",
    "case",
    "endcase",
    "begin",
    "end",
    "x",
    ":",
    "\n",
    "\r\n",
    "// assert\n",
    "/* ` \n */",
    '"as\\"sert (a) else"',
    "\\esc ",
  ];

  test("keeps every line where it is, and changes nothing else", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words)), (pieces) => {
        const text = pieces.join(" ");
        const plain = plainVerilog("a b.sv", text);
        expect(plain.split("\n")).toHaveLength(text.split("\n").length);
        const rest = (all: string): string[] =>
          tokensOf(all).flatMap(({ kind, text: each, line }) =>
            kind === "directive" || /^(?:"1364-2005"|"a b\.sv"|\d+|assert|assume|if|;|:|x)$/.test(each)
              ? []
              : [`${line} ${each}`],
          );
        expect(rest(plain)).toEqual(rest(text));
      }),
    );
  });

  test("a byte order mark, directives and assertions with else do what they say", async () => {
    const text = `\uFEFF\`begin_keywords "1800-2009"\r
\`celldefine
\`pragma protect begin ; whatever it is
module top(input clk, input [7:0] r, output logic [7:0] a, output logic [7:0] n, output [31:0] l);
assign l = \`__LINE__;
always_ff @(posedge clk) begin
  case (r)
    1: assert (r != 1) else $info("one in %s", \`__FILE__);
    default: named: assert (r != 2) a <= r; else begin a <= 99; end
  endcase
  other: assert (r != 3) else $display("three"); assert (r != 5);
  if (r == 4) assert (r != 4) else $fatal(1, "four"); else n <= n + 1;
end
endmodule
\`endcelldefine
\`end_keywords`;
    const messages: SimulationMessage[] = [];
    const model = await build(text, "sv");
    const simulation = model.open({ onMessage: (message) => messages.push(message) });
    const values = [1, 2, 3, 0, 4, 7].map((r) => {
      simulation.port("r").write(r);
      simulation.run(1);
      return simulation.port("a").read();
    });
    expect(values).toEqual([0, 99, 3, 0, 4, 4]);
    expect([simulation.port("n").read(), simulation.port("l").read()]).toEqual([4, 5]);
    expect(messages.map(({ kind, text: said }) => `${kind} ${said.trim()}`)).toEqual([
      expect.stringMatching(/^info one in .*hilt messages .*design\d+\.sv$/),
      "display three",
      "fatal four",
    ]);
    expect(simulation.end?.place).toMatch(/:12$/);
  });
});
