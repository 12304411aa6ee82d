import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import type { Simulation } from "../../src/engine/engine.ts";
import { parseFileList } from "../../src/engine/file-list.ts";
import { hiltDma } from "../../src/links/device-binding.ts";
import type { CheckName } from "../soak/checks.ts";
import { type DeviceMutant, deviceMutants } from "../soak/mutants/device-mutants.ts";
import { onlySeenBy } from "../soak/mutants/only-seen-by.ts";
import { copySwitched, switchOn } from "../soak/mutants/switched-copy.ts";
import { type SoakReport, soakRings } from "../soak/soak-rings.ts";
import type { Variant } from "../soak/variant.ts";
import { variants } from "../soak/variants.ts";
import { ruleMutants } from "./harness/rule-mutants.ts";
import { allowed, buildRules, offences, reportedRules } from "./harness/rule-traffic.ts";

/** Runs of the soak within which a mutant shows, where its row does not state them. */
const RUNS = 10;

const root = fileURLToPath(new URL("../..", import.meta.url));

// On the built-in engine alone: test/system/sameness shows that both compute the same.
describe("mutants of the controller are caught", () => {
  const copy = mkdtempSync(join(tmpdir(), "hilt-mutants-"));
  copySwitched(copy);
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  function soak(
    variant: Variant,
    runs: number,
    mutant?: DeviceMutant,
    without: readonly CheckName[] = [],
  ): Promise<SoakReport> {
    const files = parseFileList(join(copy, "rtl/dma/dma.f"), copy);
    const device = { binding: variant.device?.binding ?? hiltDma, ...files };
    const begin =
      mutant === undefined ? {} : { begin: (simulation: Simulation) => switchOn(simulation, mutant) };
    const request = { runs, seed: 7, shrinks: false, without, cacheDirectory: join(copy, "cache") };
    return soakRings({ ...variant, device, ...begin }, request);
  }

  test.each(["wide", "narrow", "plain"] as const)(
    "%s: with none of them switched on nothing is",
    async (name) => {
      expect((await soak(variants[name] as Variant, RUNS)).failure).toBeUndefined();
    },
  );

  test.each(deviceMutants)("$file: $name", async (mutant) => {
    const { variant = "wide", runs = RUNS } = mutant;
    const { failure } = await soak(variants[variant] as Variant, runs, mutant);
    expect(failure?.check, `within ${runs} runs`).toBeDefined();
  });

  test.each(onlySeenBy)(
    "a soak without $checks would let it live: $mutant",
    async ({ mutant: name, checks }) => {
      const mutant = deviceMutants.find((one) => one.name === name) as DeviceMutant;
      const { variant = "wide", runs = RUNS } = mutant;
      const seen = await soak(variants[variant] as Variant, runs, mutant);
      expect(checks).toContain(seen.failure?.check);
      const blind = await soak(variants[variant] as Variant, runs, mutant, checks);
      expect(blind.failure?.message).toBeUndefined();
    },
  );
});

describe("mutants of the harness's rules are caught", () => {
  const folder = mkdtempSync(join(tmpdir(), "hilt-mutants-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** A copy of the Verilog with one place changed; a mutant whose place has gone must be looked at, not skipped. */
  function rulesWith(from: string, to: string): string {
    const copy = mkdtempSync(join(folder, "rules-"));
    cpSync(join(root, "sim/harness"), join(copy, "sim/harness"), { recursive: true });
    const path = join(copy, "sim/harness/hilt_harness_rules.v");
    const parts = readFileSync(path, "utf8").split(from);
    if (parts.length !== 2)
      throw new Error(`${path}: "${from}" stands there ${parts.length - 1} times, not once`);
    writeFileSync(path, parts.join(to));
    return copy;
  }

  test.each(ruleMutants)("hilt_harness_rules.v: $rule", async ({ rule, from, to }) => {
    const copy = rulesWith(from, to);
    const model = await buildRules(copy);
    const missed = offences[rule].some((steps) => !reportedRules(model.open(), steps).has(rule));
    const cries = Object.values(allowed).some((steps) => reportedRules(model.open(), steps).size > 0);
    expect(missed || cries).toBe(true);
  });
});
