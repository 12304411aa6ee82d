import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { everyGeneratedFile } from "../../scripts/generated-files.ts";

describe("files generated are up to date (npm run generate)", () => {
  test.each([...everyGeneratedFile()])("%s", (path, text) => {
    expect(readFileSync(new URL(`../../${path}`, import.meta.url), "utf8")).toBe(text);
  });
});
