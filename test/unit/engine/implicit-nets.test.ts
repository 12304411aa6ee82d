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
    ["in a generate block", "generate if (1) begin : g sub u(.a(n)); end endgenerate"],
  ])("%s is a net", (_name, text) => {
    expect(isImplicitNet("n", `module m(input a, b, output c);\n${text}\nendmodule\n`, 2)).toBe(true);
  });

  test.each([
    ["on the right of an assignment", "assign c = n;"],
    ["as an index on the right", "assign c = a[n];"],
    ["in a clocked block", "always @(posedge a) c <= n;"],
    ["on the left in a block", "always @* begin n = a; end"],
    ["in a condition", "always @* if (n) c = a;"],
    ["as the value of a wire", "wire d = n;"],
    ["on the right after a directive", "`ifdef A\n`else\nassign c = n;\n`endif"],
    ["in another module", "endmodule module other; sub u(.a(n)); endmodule module third;"],
  ])("%s is not", (_name, text) => {
    expect(isImplicitNet("n", `module m(input a, b, output c);\n${text}\nendmodule\n`, 2)).toBe(false);
  });
});
