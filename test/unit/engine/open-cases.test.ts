import { expect, test } from "vitest";
import { compareOpenItems } from "../../../src/engine/wasm/open-cases.ts";

/** The position of the highest bit, or of the lowest, as Verilog has them in public designs. */
function encoder(word: string, items: readonly string[]): string {
  const arms = items.map((item, index) => `${item}: y = c ? ${index} : 6'b10;`);
  return `module m(input [15:0] a); always @* ${word} (a[15:0])\n${arms.join("\n")}\ndefault: begin y = 0; end\nendcase\nendmodule`;
}

const lowest = Array.from({ length: 16 }, (_, bit) => `16'b${"1".padStart(bit + 1, "0").padEnd(16, "?")}`);

test("items with open digits become comparisons, each on its line", () => {
  const text = compareOpenItems(encoder("casez", ["16'b1, 16'b10", ...lowest]));
  expect(text.split("\n").slice(0, 4)).toEqual([
    expect.stringMatching(/always @\* case \(1'b1 *\)$/),
    "(((a [ 15 : 0 ]) & ~16'b0) == 16'b1), (((a [ 15 : 0 ]) & ~16'b00) == 16'b10): y = c ? 0 : 6'b10;",
    "(((a [ 15 : 0 ]) & ~16'b0111111111111111) == 16'b1000000000000000): y = c ? 1 : 6'b10;",
    "(((a [ 15 : 0 ]) & ~16'b0011111111111111) == 16'b0100000000000000): y = c ? 2 : 6'b10;",
  ]);
  expect(text.split("\n").slice(-3)).toEqual(["default: begin y = 0; end", "endcase", "endmodule"]);
});

test.each([
  ["few items", encoder("casez", lowest.slice(0, 10))],
  ["an item that is not a constant of this kind", encoder("casez", [...lowest, "X"])],
  ["an item without a size", encoder("casez", [...lowest, "'b1?"])],
])("%s: nothing changes", (_name, text) => {
  expect(compareOpenItems(text)).toBe(text);
});

test("x is open in casex; in casez no value has it", () => {
  const items = lowest.map((item) => item.replaceAll("?", "x"));
  expect(compareOpenItems(encoder("casex", items))).toContain(
    "~16'b0111111111111111) == 16'b1000000000000000)",
  );
  const mixed = encoder("casez", [...lowest, "16'b0x"]);
  expect(compareOpenItems(mixed)).toBe(mixed);
});
