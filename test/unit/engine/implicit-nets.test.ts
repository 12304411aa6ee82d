import { describe, expect, test } from "vitest";
import { isImplicitNet } from "../../../src/engine/wasm/implicit-nets.ts";

describe("a name without a declaration", () => {
  test.each([
    ["at a port", "sub u(.a(n));"],
    ["at a port by its place", "sub u(a, {b, n});"],
    ["at a port of an instance with parameters", "sub #(.W(3)) u (.a(n));"],
    ["at a port of an array of instances", "sub u [3:0] (.a(n));"],
    ["at a gate", "and (a, n, b);"],
    ["at a port after an attribute", "(* keep *) sub u(.a(n));"],
    ["on the left of an assignment", "assign n = a;"],
    ["on the left in a concatenation", "assign {b, n} = a;"],
    ["on the left after a directive", "`ifdef A\nassign c = a;\n`endif\n`ifndef B\nassign n = a;\n`endif"],
    ["in what a macro makes", "`SUB(u, n)"],
    ["on the left, and read before", "assign c = n; assign n = a;"],
    ["under a condition of a generate block", "generate if (P) sub u(.a(n)); endgenerate"],
    ["on the left in a list", "assign c = a, n = c;"],
    ["on the left in a list, after a call", "assign c = f(a, b), {d, n} = c;"],
    ["on the left under a condition of a generate block", "if (P) assign n = a;"],
    ["on the left in a named generate block", "generate if (1) begin : g assign n = a; end endgenerate"],
    ["at a port in an arm of a generate case", "generate case (P) 1: sub u(.a(n)); endcase endgenerate"],
    ["at a port of the second instance of a list", "sub u(.a(a)), v(.a(n));"],
    ["at a port, and before that on the right", "assign c = n; sub u(.y(n));"],
    ["in a macro of its own", "`define SUB sub u(.a(n));\n`SUB\nassign c = n;"],
    ["in a macro of several lines", "`define SUB \\\n sub u( \\\n .a(n));\n`SUB\nassign c = n;"],
    ["maybe where a macro puts names together", "`define NET(x) x``_net\nassign c = n;"],
    ["in a generate block", "generate if (1) begin : g sub u(.a(n)); end endgenerate"],
  ])("%s is a net", (_name, text) => {
    const source = `module m(input a, b, output c);\n${text}\nendmodule\n`;
    expect(isImplicitNet("n", source, 2, [source])).toBe(true);
  });

  test.each([
    ["on the right of an assignment", "assign c = n;"],
    ["as an index on the right", "assign c = a[n];"],
    ["in a clocked block", "always @(posedge a) c <= n;"],
    ["on the left in a block", "always @* begin n = a; end"],
    ["in a condition", "always @* if (n) c = a;"],
    ["as the value of a wire", "wire d = n;"],
    ["on the right after a directive", "`ifdef A\n`else\nassign c = n;\n`endif"],
    ["on the right in a list", "assign c = a, d = n;"],
    ["in a call on the right", "assign c = f(a, n);"],
    ["in another module", "endmodule module other; sub u(.a(n)); endmodule module third;"],
  ])("%s is not", (_name, text) => {
    const source = `module m(input a, b, output c);\n${text}\nendmodule\n`;
    expect(isImplicitNet("n", source, 2, [source])).toBe(false);
  });

  test("is a net where an included source makes one, or the source that includes this one", () => {
    const outer = 'module m(input a, output c);\n`include "part.vh"\nendmodule\n';
    const [left, right] = ["assign n = a;\n", "assign c = n;\n"];
    expect(isImplicitNet("n", `${outer.slice(0, -11)}${right}endmodule`, 3, [outer, left])).toBe(true);
    expect(isImplicitNet("n", right, 1, [outer.replace("`include", `${left}\`include`), right])).toBe(true);
    expect(isImplicitNet("n", right, 1, [outer, right])).toBe(false);
  });
});
