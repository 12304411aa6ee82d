import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import type { Model } from "../../../src/engine/engine.ts";
import { allowed, buildRules, checkedRules, offences, reportedRules } from "./rule-traffic.ts";

describe.each(["wasm", "verilator"] as const)("the protocol rules of the harness on %s", (engine) => {
  let model: Model;
  beforeAll(async () => {
    model = await buildRules(fileURLToPath(new URL("../../..", import.meta.url)), engine);
  });

  test.each(checkedRules)("%s is reported when it is broken, whatever breaks it, and alone", (name) => {
    for (const steps of offences[name]) {
      expect([...reportedRules(model.open(), steps)], JSON.stringify(steps)).toEqual([name]);
    }
  });

  test.each(Object.entries(allowed))("%s breaks nothing", (_name, steps) => {
    expect(reportedRules(model.open(), steps)).toEqual(new Set());
  });
});
