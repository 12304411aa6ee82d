import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { everyGeneratedFile } from "../../scripts/generated-files.ts";

const files = await everyGeneratedFile();

describe("files generated are up to date (npm run generate)", () => {
  test.each([...files])("%s", (path, text) => {
    expect(readFileSync(new URL(`../../${path}`, import.meta.url), "utf8")).toBe(text);
  });
});
