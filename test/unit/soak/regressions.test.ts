import { expect, test } from "vitest";
import { regressionsOf } from "../../soak/packages/regressions.ts";
import type { EngineOutcomes, PackageOutcomes } from "../../soak/packages/soak-packages.ts";

const outcomes = (wasm: EngineOutcomes): PackageOutcomes => ({
  "no verdict": {},
  wasm,
  verilator: { equal: 3 },
});
const before = outcomes({ equal: 2, refused: { a: "E_BUILD" } });
const worse = (wasm: EngineOutcomes): string[] => regressionsOf("p", before, outcomes(wasm));

test("what is as it was, or better, is no regression", () => {
  expect(worse({ equal: 2, refused: { a: "another message" } })).toEqual([]);
  expect(worse({ equal: 3 })).toEqual([]);
});

test("a module that was equal and is refused, slow or in dispute is worse", () => {
  expect(worse({ equal: 1, refused: { a: "E_BUILD", b: "E_TOOL" } })).toEqual([
    "p b in wasm: refused: E_TOOL",
  ]);
  expect(worse({ equal: 1, refused: { a: "E_BUILD" }, "icarus alone": { b: "y" } })).toHaveLength(1);
  expect(worse({ equal: 2, slow: { a: "E_TOOL" } })).toEqual(["p a in wasm: slow: E_TOOL"]);
});

test("a wrong value or a crash is reported even if it was there before", () => {
  const wrong = outcomes({ equal: 2, wrong: { a: "y is 1" } });
  expect(regressionsOf("p", wrong, wrong)).toEqual(["p a in wasm: wrong: y is 1"]);
  expect(worse({ equal: 2, crashed: { a: "RangeError" } })).toEqual(["p a in wasm: crashed: RangeError"]);
});

test("fewer modules than before are reported", () => {
  expect(worse({ equal: 2 })).toEqual(["p in wasm: 2 modules, 3 before"]);
});
