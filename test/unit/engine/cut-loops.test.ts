import { expect, test } from "vitest";
import { CUT, cutLoops, withoutCut } from "../../../src/engine/wasm/cut-loops.ts";

const moduleOf = (items: string): string =>
  `module m; integer i, j; reg [7:0] n; reg [9:0] w; reg signed [30:0] s; reg [9:1] o;\n${items}\nendmodule\n`;
const IF = "if (a[i]) y = i;";

/** A loop of more than 128 steps is cut, if its body has branches and its variable counts to a bound. */
test.each([
  [`always @* for (i = 0; i < 129; i = i + 1) ${IF}`, true],
  [`always @* for (i = 0; i < 128; i = i + 1) ${IF}`, false],
  [`always @* for (i = 0; i <= 128; i = i + 1) ${IF}`, true],
  [`always @* for (i = 0; i <= 127; i = i + 1) ${IF}`, false],
  [`always @* for (i = 0; i < 257; i = i + 2) ${IF}`, true],
  [`always @* for (i = 0; i < 256; i = i + 2) ${IF}`, false],
  [`always @* for (i = 'h80; i >= 0; i = i - 1) ${IF}`, true],
  [`always @* for (i = 128; i > 0; i--) ${IF}`, false],
  [`always @* for (i = 0; i < N; ++i) ${IF}`, true],
  ["always @* for (i = 0; i < N; i++) casez (a[i]) 1: y = i; endcase", true],
  [`function f; for (i = 0; i < N; i += 1) ${IF} endfunction`, true],
  ["always @* for (i = 0; i < 500; i = i + 1) y[i] = a[i];", false],
  [`always @* for (i = 0; i < 65; i = i + 1) for (j = 0; j < 2; j = j + 1) ${IF}`, true],
  [`always @* for (i = 0; i < 64; i = i + 1) for (j = 0; j < 3; j = j + 1) ${IF}`, false],
  [`initial for (i = 0; i < 500; i = i + 1) ${IF}`, false],
  [`\`define LOOP for (i = 0; i < 500; i = i + 1) ${IF}`, false],
  [`genvar g; for (g = 0; g < 500; g = g + 1) ${IF}`, false],
  [`always @* for (i = 0; j < 500; i = i + 1) ${IF}`, false],
  [`always @* for (i = 0; i < 500; j = i + 1) ${IF}`, false],
  [`always @* for (i = 0; i < N + i; i = i + 1) ${IF}`, false],
  [`always @* for (i = 0; i < N & 7; i = i + 1) ${IF}`, false],
  [`always @* for (i = 0; i < 500; i = i + 0) ${IF}`, false],
  [`always @* for (i = 0; i < N; i = i + N) ${IF}`, false],
  [`always @* for (i = N; i > 0; i = i + 1) ${IF}`, false],
  [`always @* for (i = 0; i < N; i = i - 1) ${IF}`, false],
  [`always @* for (i = 0; i != N; i = i + 1) ${IF}`, true],
  [`always @* for (i = 0; i != N; i = i + 2) ${IF}`, false],
  [`always @* for (n = 0; n < 255; n = n + 1) ${IF}`, true],
  [`always @* for (n = 0; n < 256; n = n + 1) ${IF}`, false],
  [`always @* for (n = 0; n < N; n = n + 1) ${IF}`, true],
  [`always @* for (n = 0; n < N; n = n + 2) ${IF}`, false],
  [`always @* for (n = 0; n != N; n = n + 1) ${IF}`, false],
  [`always @* for (w = 500; w > 0; w = w - 1) ${IF}`, true],
  [`always @* for (w = 500; w >= 0; w = w - 1) ${IF}`, false],
  [`always @* for (s = 0; s < N; s = s + 1) ${IF}`, false],
  [`always @* for (o = 0; o < N; o = o + 1) ${IF}`, false],
])("%j is cut: %s", (items, isCut) => {
  const text = moduleOf(items);
  const cut = cutLoops(text);
  if (isCut) expect(cut).toContain("case (1'b1) default: ");
  else expect(cut).toBe(text);
  expect(cut.split(`(* ${CUT} *)`)).toHaveLength(isCut && items.startsWith("always") ? 2 : 1);
});

test("a block is marked once, however many of its loops are cut, and each block of its own", () => {
  const loop = `for (i = 0; i < 500; i = i + 1) ${IF}`;
  const cut = cutLoops(moduleOf(`always_ff @(posedge c) begin ${loop} ${loop} end always @* ${loop}`));
  expect(cut.split(`(* ${CUT} *)`)).toHaveLength(3);
  expect(cut.split("endcase end")).toHaveLength(4);
});

test("the variable of the source has its first value also where the loop has no steps, unless it is the loop's own", () => {
  expect(cutLoops(moduleOf(`always @* for (i = 3; i < N; i = i + 1) ${IF}`))).toMatch(/; i = 3; for \(/);
  expect(cutLoops(moduleOf(`always @* for (int i = 3; i < N; i = i + 1) ${IF}`))).not.toMatch(/; i = 3;/);
});

test("the counter of the pieces stops at 0, has the bits of the variable, and meets a bound only where that does", () => {
  const down = cutLoops(moduleOf(`always @* for (w = 500; w > 0; w = w - 1) ${IF}`)).replace(
    /_at\d+/g,
    "_at",
  );
  expect(down).toContain("hilt_cut_at = (500) & 10'h3ff;");
  expect(down).toContain("hilt_cut_at = (hilt_cut_at > 64) ? hilt_cut_at - 64 : 0)");
  const other = cutLoops(moduleOf(`always @* for (i = 3; i != N; i = i + 1) ${IF}`)).replace(
    /_at\d+/g,
    "_at",
  );
  expect(other).toContain("; hilt_cut_at < (N) || (N) < (3);");
});

test.each([
  ["hilt_cut_12.bits", "bits"],
  ["a.hilt_cut_1.b.hilt_cut_23.c", "a.b.c"],
  ["hilt_cut_12.hilt_cut_at12", undefined],
  ["hilt_cutter.at", "hilt_cutter.at"],
])("%s is %s in the source", (name, own) => {
  expect(withoutCut(name)).toBe(own);
});
