import { expect, test } from "vitest";
import { isStatementStart } from "../../../src/engine/wasm/statement-start.ts";
import { tokensOf } from "../../../src/engine/wasm/verilog-tokens.ts";

/** Before `{a, b} <= c`. */
test.each([
  ["case (s) 0: x = 1; endcase", true],
  ["case (s) 0: x = 1; default:", true],
  ["case (s) 2'd1, 2'd2:", true],
  ["case (s ? x : y) 2'd1:", true],
  ["casez (s) (x ? 1 : 2), 4'b1??0:", true],
  ["x = f(y ? z : w) ? z :", false],
  ["x = f(y[1 ? 2 :", false],
  ["begin x = 1; end", true],
  ["begin", true],
  ["begin : name", true],
  ["fork : name", true],
  ["begin x = 1; end : name", true],
  ["x = 1;", true],
  ["initial", true],
  ["assign", true],
  ["always @*", true],
  ["always @(*)", true],
  ["always @(posedge c)", true],
  ["always_comb", true],
  ["if (x)", true],
  ["if (x) y = 1; else", true],
  ["#1", true],
  ["x = 1; #DELAY", true],
  ["x = 1; @event_", true],
  ["", true],
  ["x = y ? z :", false],
  ["x = y *", false],
  ["x = y &", false],
  ["x = f(", false],
  ["x = {1'b0,", false],
  ["x =", false],
])("after %j a statement begins: %s", (before, isStart) => {
  const tokens = tokensOf(`${before} {a, b} <= c;`);
  const braces = tokens.findLastIndex(({ text }) => text === "{");
  expect(isStatementStart(tokens, braces)).toBe(isStart);
});
