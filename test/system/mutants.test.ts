import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { parseFileList } from "../../src/engine/file-list.ts";
import { hiltDma } from "../../src/links/device-binding.ts";
import { deviceMutants } from "../soak/mutants/device-mutants.ts";
import { soakRings } from "../soak/soak-rings.ts";
import type { Variant } from "../soak/variant.ts";
import { variants } from "../soak/variants.ts";
import { allowed, buildRules, type CheckedRule, offences, reportedRules } from "./harness/rule-traffic.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

interface RuleMutant {
  readonly rule: CheckedRule;
  readonly from: string;
  readonly to: string;
}

/** Of the harness: a rule that sleeps, and rules that cry wolf. */
const harness: readonly RuleMutant[] = [
  { rule: "AXI_READ_4KIB", from: "(ar_end > 13'h1000)", to: "(ar_end > 13'h1008)" },
  { rule: "AXI_WRITE_4KIB", from: "(aw_end > 13'h1000)", to: "(aw_end >= 13'h1000)" },
  {
    rule: "AXI_WLAST",
    from: "w & (write_beat_wlast != write_beat_is_last)",
    to: "w & write_beat_wlast & ~write_beat_is_last",
  },
  { rule: "AXI_W_STABLE", from: "(wdata != w_data)", to: "(wdata[7:1] != w_data[7:1])" },
  { rule: "AXI_AR_STABLE", from: "ar_rest_now = {arid, ", to: "ar_rest_now = {4'd0, " },
  { rule: "AXI_BURST_TYPE", from: "read_type | write_type}  <<", to: "read_type}  <<" },
  { rule: "AXI_BURST_TYPE", from: "len > 8'd15", to: "len > 8'd16" },
  { rule: "AXI_BURST_TYPE", from: "? ~is_aligned |", to: "? 1'b0 |" },
  { rule: "AXI_SIZE", from: "ar & (arsize > SIZE)", to: "ar & (arsize > SIZE + 3'd1)" },
  { rule: "AXI_READ_4KIB", from: "~read_size & (arburst == INCR) &", to: "~read_size &" },
  { rule: "AXI_R_WAITS", from: "rvalid & ~rready};", to: "rvalid & rready};" },
  { rule: "AXI_R_WAITS", from: "& lasted & waits;", to: "& waits;" },
  {
    rule: "AXI_STROBE",
    from: "<< lane_of_size);",
    to: "<< first_lane);",
  },
];

// On the built-in engine alone: on the other each mutant would be a build of its own, and test/system/sameness shows that
// they compute the same.
describe("mutants are caught", () => {
  const folders: string[] = [];
  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  /** A copy of the Verilog with one place changed; a mutant whose place has gone must be looked at, not skipped. */
  function copyWith(file: string, from: string, to: string): string {
    const folder = mkdtempSync(join(tmpdir(), "hilt-mutant-"));
    folders.push(folder);
    for (const entry of ["rtl", "sim"]) cpSync(join(root, entry), join(folder, entry), { recursive: true });
    const path = file.startsWith("hilt_harness") ? `sim/harness/${file}` : `rtl/dma/${file}`;
    const parts = readFileSync(join(folder, path), "utf8").split(from);
    if (parts.length !== 2)
      throw new Error(`${path}: "${from}" stands there ${parts.length - 1} times, not once`);
    writeFileSync(join(folder, path), parts.join(to));
    return folder;
  }

  test.each(deviceMutants)("$file: $name", async ({ file, from, to, variant = "wide" }) => {
    const copy = copyWith(file, from, to);
    const build = variants[variant] as Variant;
    const mutant = {
      ...build,
      device: {
        binding: build.device?.binding ?? hiltDma,
        ...parseFileList(join(copy, "rtl/dma/dma.f"), copy),
      },
    };
    const request = { runs: 300, seed: 7, shrinks: false, cacheDirectory: join(copy, "cache") };
    const { failure } = await soakRings(mutant, request);
    expect(failure?.check).toBeDefined();
  });

  test.each(harness)("hilt_harness_rules.v: $rule", async ({ rule, from, to }) => {
    const copy = copyWith("hilt_harness_rules.v", from, to);
    const model = await buildRules(copy);
    const missed = offences[rule].some((steps) => !reportedRules(model.open(), steps).has(rule));
    const cries = Object.values(allowed).some((steps) => reportedRules(model.open(), steps).size > 0);
    expect(missed || cries).toBe(true);
  });
});
