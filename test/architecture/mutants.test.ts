import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { deviceMutants, splitAtMarks } from "../soak/mutants/device-mutants.ts";
import { equivalents } from "../soak/mutants/equivalent-mutants.ts";
import { ruleMutants } from "../system/harness/rule-mutants.ts";

// The mutants themselves take minutes: that the Verilog has gone on without them shows here at once.
test("the place that a mutant of the controller changes stands once in its file", () => {
  expect(deviceMutants.length).toBeGreaterThan(30);
  const lost = deviceMutants.filter(({ file, from }) => {
    const path = fileURLToPath(new URL(`../../rtl/dma/${file}`, import.meta.url));
    const { before, expression, after } = splitAtMarks(from);
    return expression === "" || readFileSync(path, "utf8").split(before + expression + after).length !== 2;
  });
  expect(lost.map(({ file, name }) => `${file}: ${name}`)).toEqual([]);
});

test("the place that a mutant of the harness's rules changes stands once in its file", () => {
  expect(ruleMutants.length).toBeGreaterThan(10);
  const path = fileURLToPath(new URL("../../sim/harness/hilt_harness_rules.v", import.meta.url));
  const rules = readFileSync(path, "utf8");
  const lost = ruleMutants.filter(({ from }) => rules.split(from).length !== 2);
  expect(lost.map(({ rule, from }) => `${rule}: ${from}`)).toEqual([]);
});

test("the lines that an equivalent mutant changes stand in its file", () => {
  const lost = equivalents.flatMap(({ file, lines }) => {
    const path = fileURLToPath(new URL(`../../${file}`, import.meta.url));
    const there = readFileSync(path, "utf8")
      .split("\n")
      .map((line) => line.trim());
    return lines.filter((line) => !there.includes(line)).map((line) => `${file}: ${line}`);
  });
  expect(lost).toEqual([]);
});
