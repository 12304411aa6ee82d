import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { simulationView } from "../../../src/engine/wasm/simulation-view.ts";
import { WasmEngine } from "../../../src/engine/wasm-engine.ts";

const folder = mkdtempSync(join(tmpdir(), "hilt-view-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("directives to a synthesis tool are not there", () => {
  test("lines, columns, strings, escaped names and sensitivity lists stay", () => {
    const text = [
      '(* keep, note = "*)" *) module top; // synopsys translate_off',
      'always @(*) x; always @( * ) x; \\a(*b*)"c  "a (* b *)" (* a',
      '"" *) end unique case (a) /* synthesis full_case */ // a synthesis tool',
      'unique if (a) b; priority casez (a) c; x = unique; `"(* a *) `"',
    ].join("\n");
    const view = simulationView(text, { defines: { YOSYS: "1" } });
    expect(view.split("\n").map((line) => line.length)).toEqual(text.split("\n").map((line) => line.length));
    expect(view.split("\n").map((line) => line.replace(/ {2,}/g, "  "))).toEqual([
      "  module top; // SYNopsys translate_off",
      'always @(*) x; always @( * ) x; \\a(*b*)"c  "a (* b *)"  ',
      "  end  case (a) /* SYNthesis full_case */ // a SYNthesis tool",
      '  if (a) b;  casez (a) c; x = unique; `"(* a *) `"',
    ]);
  });

  const text = `module top(input clk, input [1:0] a, output reg [7:0] p, q, output reg [2:0] y, z, w, v);
\`ifdef SYNTHESIS
  always @(posedge clk) q <= 8'hee;
\`elsif YOSYS
  always @(posedge clk) q <= 8'hdd;
\`else
  always @(posedge clk) q <= 8'h11;
\`endif
  always @* begin y = 7; case (a) // synopsys full_case
    2'd0: y = 1; 2'd1: y = 2; endcase end
  always @* begin z = 7; (* full_case, parallel_case *) case (a) 2'd0: z = 1; 2'd1: z = 2; endcase end
  always @* begin w = 7; casez (a) /* synthesis parallel_case */ 2'b0?: w = 1; 2'b?1: w = 2; endcase end
  always @* begin v = 7; unique case (a) 2'd0: v = 1; 2'd1: v = 2; endcase end
  (* keep_hierarchy *) sub held(clk);
  always @(posedge clk) begin
    p <= 8'h22; // synopsys translate_off
    p <= 8'h33; // synopsys translate_on
    /* synthesis translate_off */ if (a != 0) p <= 8'h44; /* synthesis translate_on */
  end
endmodule
(* blackbox *) module sub(input clk); (* init = 1 *) reg n = 0; always @(posedge clk) n <= ~n; endmodule
`;

  const run = async (defines?: Record<string, string>): Promise<number[]> => {
    const file = join(folder, "design.sv");
    writeFileSync(file, text);
    const engine = new WasmEngine({ cacheDirectory: join(folder, "cache") });
    const source = { top: "top", files: [file], clock: "clk", trace: ["held.n"] };
    const simulation = (await engine.build(defines === undefined ? source : { ...source, defines })).open();
    simulation.port("a").write(3);
    expect(simulation.run(2)).toBe(2);
    expect(simulation.signals[0]?.read()).toBe(0n);
    return ["q", "p", "y", "z", "w", "v"].map((name) => simulation.port(name).read());
  };

  test("in a build", async () => {
    expect(await run()).toEqual([0x11, 0x44, 7, 7, 2, 7]);
  });

  test.each([
    ["SYNTHESIS", 0xee],
    ["YOSYS", 0xdd],
  ])("but %s counts where the user defines it", async (name, q) => {
    expect((await run({ [name]: "1" }))[0]).toBe(q);
  });
});
