import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { deviceMutants } from "../soak/mutants/device-mutants.ts";

// The mutants themselves take minutes: that the Verilog has gone on without them shows here at once.
test("the place that a mutant of the controller changes stands once in its file", () => {
  expect(deviceMutants.length).toBeGreaterThan(30);
  const lost = deviceMutants.filter(({ file, from }) => {
    const path = fileURLToPath(new URL(`../../rtl/dma/${file}`, import.meta.url));
    return readFileSync(path, "utf8").split(from).length !== 2;
  });
  expect(lost.map(({ file, name }) => `${file}: ${name}`)).toEqual([]);
});
