import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { generatedFiles } from "../../src/spec/generated-files.ts";

describe("files generated from src/spec are up to date (npm run generate)", () => {
  test.each([...generatedFiles()])("%s", (path, text) => {
    expect(readFileSync(new URL(`../../${path}`, import.meta.url), "utf8")).toBe(text);
  });
});
