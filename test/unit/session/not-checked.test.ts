import { expect, test } from "vitest";
import { pcieTraits } from "../../../src/links/pcie/pcie-traits.ts";
import { notChecked } from "../../../src/session/not-checked.ts";

test("on a card stray accesses are stopped, and a run says that nobody sees them", () => {
  const traits = pcieTraits({});
  expect(notChecked(traits)).toEqual([
    "bus rules",
    "accesses outside every window (they are stopped, not seen)",
  ]);
  expect(notChecked({ ...traits, busRules: true, windows: "unchecked" })).toEqual([
    "accesses outside every window",
  ]);
  const windows = { readUnit: 1, writeUnit: 1, reportsFaults: true };
  expect(notChecked({ ...traits, busRules: true, windows })).toEqual([]);
});
