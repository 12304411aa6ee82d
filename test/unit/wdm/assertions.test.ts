import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

/** They concern system DMA, which no adapter here has. */
const SYSTEM_DMA = [63, 64, 78, 85];

test("every assertion about bus masters is named by a test", () => {
  const folder = new URL(".", import.meta.url);
  const texts = readdirSync(folder).map((name) => readFileSync(new URL(name, folder), "utf8"));
  const named = new Set(texts.flatMap((text) => text.match(/\bA\d\d\b/g) ?? []));
  const range = (first: number, last: number): number[] =>
    Array.from({ length: last - first + 1 }, (_, index) => first + index);
  const wanted = [...range(1, 27), ...range(36, 89), 93].filter((number) => !SYSTEM_DMA.includes(number));
  expect(wanted.filter((number) => !named.has(`A${String(number).padStart(2, "0")}`))).toEqual([]);
});
