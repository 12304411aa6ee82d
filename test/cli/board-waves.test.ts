import { mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fstSignals } from "../../src/engine/verilator/fst-signals.ts";
import type { RunResult } from "../../src/report/run-result.ts";
import { breaker } from "../system/board/breaker-device.ts";
import { projectOf, root } from "./user-project.ts";
import { VcdReader } from "./vcd-reader.ts";

/** Waves of a virtual board, which its own process writes for each test; the device breaks a rule when it is written to. */

const device = { ...breaker.binding, files: breaker.files };
const project = projectOf({
  "hilt.config.js": `export default {
  targets: { board: { link: "uart", board: "virtual-icebreaker", line: "bytes", device: ${JSON.stringify(device)} } },
};
`,
  "board.hil.ts": `import { expect, test } from "hilt";
test("reads", async ({ link }) => {
  expect(await link.readRegister(0)).toBe(7);
});
test("breaks a rule", async ({ link }) => {
  link.writeRegister(4, 0x1234);
  expect(await link.readRegister(0)).toBe(7);
});
`,
});
// A model that other tests need, too. Verilator cuts a path off at a space: that of the link has one.
for (const path of [join(root, ".hilt/cache"), join(project.path, ".hilt")])
  mkdirSync(path, { recursive: true });
symlinkSync(join(root, ".hilt/cache"), join(project.path, ".hilt/models"));

const TOP = "hilt_virtual_board.fpga.board";

function run(...args: string[]) {
  const { status, stdout, stderr } = project.hilt("run", "--target", "board", ...args, "--json");
  expect(stdout, stderr).not.toBe("");
  return { status, result: JSON.parse(stdout) as RunResult };
}

test("a test that fails on a virtual board keeps the waves of its only run, with the broken rule at its cycle", () => {
  const { status, result } = run("--waves", "on-failure");
  expect(status).toBe(1);
  const [reads, breaks] = result.benches;
  expect(reads?.facts).not.toHaveProperty("waves");
  expect(breaks?.problems.map(({ code }) => code)).toEqual(["E_PROTOCOL"]);
  const file = join(project.path, breaks?.facts?.waves as string);
  expect(readdirSync(join(file, "..")).sort()).toEqual(
    ["fst", "gtkw", "sucl"].map((ending) => `board.hil.ts-breaks-a-rule.${ending}`),
  );

  const waves = new VcdReader(file);
  const names = fstSignals(readFileSync(file)).map(({ path }) => path);
  expect(new Set(names)).toEqual(new Set(waves.names));
  for (const name of ["device.asks", "rxd", "rules.broken", "clk"]) expect(names).toContain(`${TOP}.${name}`);

  const saved = readFileSync(file.replace(/fst$/, "gtkw"), "utf8").split("\n");
  const shown = saved.filter((line) => line.startsWith(TOP));
  expect(shown).toContain(`${TOP}.txd[8:0]`);
  expect(shown.filter((name) => !waves.fullNames.includes(name))).toEqual([]);
  const labels = saved.filter((line) => line.startsWith("[markername]"));
  const times = (saved.find((line) => line.startsWith("*")) as string).split(" ").slice(2).map(Number);
  const at = times[labels.findIndex((label) => label.includes("AXI_READ_4KIB"))] as number;
  const seen = (name: string): bigint | undefined => waves.at(`${TOP}.${name}`, at);
  expect([seen("arvalid"), seen("araddr"), seen("arlen")]).toEqual([1n, 0x5ff8n, 3n]);
  const when = / at logical 0x0000000000005ff8 in cycle \d+ of the device(?=: A read burst crosses)/;
  const [place = ""] = when.exec(breaks?.problems[0]?.message ?? "") ?? [];
  const { stdout } = project.hilt("journal", "show", breaks?.facts?.journal as string);
  expect(stdout).toContain(`VIOLATION of AXI_READ_4KIB${place}\n`);
  expect(stdout).toMatch(/^line: {4}\d+ frames to the board, \d+ from it: 0 damaged/m);
});

test("chosen signals are recorded of each test; what is not there, and what a board cannot do, is said", () => {
  const all = run("--waves", "on", "--signals", "device.a*,s_axil_rdata");
  for (const { facts, name } of all.result.benches) {
    const waves = new VcdReader(join(project.path, facts?.waves as string));
    expect(waves.names, name).toContain(`${TOP}.device.answers`);
    expect(waves.names.filter((one) => !/\.(device\.\w+|clk|s_axil_rdata)$/.test(one))).toEqual([]);
    expect(waves.times.some((time) => waves.at(`${TOP}.s_axil_rdata`, time) === 7n)).toBe(true);
  }
  const missing = run("--waves", "on", "--signals", "device.nix", "--filter", "reads");
  expect(missing.result.benches[0]?.problems[0]?.code).toBe("E_NO_SIGNAL");
  const late = project.hilt("run", "--target", "board", "--waves", "on", "--waves-from", "100");
  expect(late.stderr).toContain("targets.board: a virtual board records each test from its beginning");
  expect(late.status).toBe(2);
});
