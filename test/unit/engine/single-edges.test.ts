import { expect, test } from "vitest";
import { markSingleEdges, SINGLE_EDGE } from "../../../src/engine/wasm/single-edges.ts";

/** Each stands between two blocks that are marked. */
test.each([
  ["always @(posedge clk) q <= d;", true],
  ["always_ff @(negedge clk) q <= d;", true],
  ["always @ ( posedge\n  clk_2 ) begin : named if (d) q <= d; end", true],
  ["always@(posedge clk)if (clk_enable) q <= d;", true],
  ["always @(posedge clk) begin if (d) q <= clk; end", true],
  ["always @(posedge clk) begin if (d) ; end if (clk)", true],
  ["always @(posedge clk or posedge reset) if (reset) q <= 0;", false],
  ["always @(posedge clk, negedge reset) q <= d;", false],
  ["always @* q = d;", false],
  ["always @(clk) q = d;", false],
  ["always_comb @(posedge clk) q = d;", false],
  ["always_latch @(posedge clk) q = d;", false],
  ["always @(posedge bus[0]) q <= d;", false],
  ["always @(posedge clk) if (clk) q <= d;", false],
  ["always @(posedge clk) if (!clk) q <= d;", false],
  ["always @(posedge clk)\n  if ( ~ ( clk ) ) q <= d;", false],
  ["always @(posedge clk) begin if (clk == 1) q <= d; end", false],
  ["always @(posedge clk) begin : named\n if(clk) q <= d; end", false],
  ["reg my_always; // always @(posedge clk) q <= d;", false],
  ['initial $display("\\" always @(posedge clk) q");', false],
  ["/* always @(posedge clk) \n q */ wire w;", false],
  ["sub u(.a(\\always@(posedge clk ));", false],
  ["sub u(\\always@(posedge clk);", false],
  ["`my_always @(posedge clk) q <= d;", false],
])("a block of one edge is marked, and nothing else: %j, %s", (text, isMarked) => {
  const block = "always @(posedge c) a <= b;\n";
  const mark = `(* ${SINGLE_EDGE} *) `;
  const marked = isMarked ? text.replace(/^/, mark) : text;
  expect(markSingleEdges(`${block}${text}\n${block}`)).toBe(`${mark}${block}${marked}\n${mark}${block}`);
});
