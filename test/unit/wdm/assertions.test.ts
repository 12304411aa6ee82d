import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

/** Facts of the interface that no test names, by number. */
const reasons: Readonly<Record<number, string>> = {
  63: "system DMA, which no adapter here has",
  64: "system DMA",
  78: "system DMA",
  85: "system DMA: CancelMappedTransfer",
  92: "system DMA: CancelMappedTransfer",
  99: "CreateCommonBufferFromMdl is not in the table of version 3",
};

test("every assertion is named by a test, or there is a reason", () => {
  const folder = new URL(".", import.meta.url);
  const texts = readdirSync(folder).map((name) => readFileSync(new URL(name, folder), "utf8"));
  const named = new Set(texts.flatMap((text) => text.match(/\bA\d\d\d?\b/g) ?? []));
  const all = Array.from({ length: 100 }, (_, index) => index + 1);
  const missing = all.filter((number) => !named.has(`A${String(number).padStart(2, "0")}`));
  expect(missing).toEqual(Object.keys(reasons).map(Number));
});
