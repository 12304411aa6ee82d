import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { bindingFiles } from "../../src/links/simulator/device-binding.ts";
import { generatedFiles } from "../../src/spec/generated-files.ts";

describe("files generated are up to date (npm run generate)", () => {
  test.each([...generatedFiles(), ...bindingFiles()])("%s", (path, text) => {
    expect(readFileSync(new URL(`../../${path}`, import.meta.url), "utf8")).toBe(text);
  });
});
