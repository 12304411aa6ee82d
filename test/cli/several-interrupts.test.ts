import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { checkShape } from "../../src/config/check-shape.ts";
import { silentLog } from "../../src/core/log.ts";
import type { DeviceBinding } from "../../src/links/device-source.ts";
import { type LinkSettings, openLink } from "../../src/links/registry.ts";
import { ringer } from "../system/foreign/ringer.ts";
import { projectOf, root } from "./user-project.ts";

const python = resolve(root, ".cache/python");
const { files, binding } = ringer(2);
const device = JSON.stringify({ ...binding, files });

/** What a word is to do crosses the link: where it goes, its value, and the line that tells of it. */
const bench = `import { expect, test } from "hilt";

test.needs("several-vectors")("each line tells of its own word", async ({ host, adapter, link }) => {
  const target = host.allocate({ lengthBytes: 8 });
  const [done, failed] = [link.listen(), link.listen({ vector: 1 })];
  await using mapped = await adapter.map(target.mdl, { writeToDevice: false });
  link.writeRegister(0x00, Number(mapped.elements[0].address));
  for (const [vector, word] of [[0, 0x1111], [1, 0x2222]]) {
    const wait = link.waitForInterrupt(undefined, { vector });
    link.writeRegister(0x04, word);
    link.writeRegister(0x08, 1 << vector);
    await wait;
    expect(await [done, failed][vector].wait(100_000)).toBe(true);
  }
  expect(await link.readRegister(0x08)).toBe(3);
  link.writeRegister(0x10, 1);
  expect(await link.readRegister(0x08)).toBe(2);
  expect(await failed.wait(100_000)).toBe(true);
  expect(await done.wait(100)).toBe(false);
});

test("nobody raises the second line", async ({ link }) => {
  link.writeRegister(0x0c, 1);
  await link.waitForInterrupt();
  await link.waitForInterrupt(100, { vector: 1 });
});
`;

const targets = ["wasm", "verilator", "icarus", "board"] as const;
const project = projectOf({
  "hilt.config.mjs": `const device = ${device};
export default { targets: {
  wasm: { link: "simulator", engine: "wasm", device },
  verilator: { link: "simulator", engine: "verilator", device },
  icarus: { link: "cocotb", simulator: "icarus", python: ${JSON.stringify(python)}, device },
  board: { link: "uart", board: "virtual-icebreaker", line: "bytes", device },
} };
`,
  "lines.hil.ts": bench,
});

test("one bench of a device with two interrupts has the same verdicts on every link, and its journal names the vectors", async () => {
  const words = targets.flatMap((target) => ["--target", target]);
  const { stdout } = project.hilt("run", "--profile", "32-bit-device", "--journal", "whole", ...words);
  expect(stdout.match(/benches: +1 passed, 1 failed, 0 skipped/g)?.length, stdout).toBe(targets.length);
  for (const target of targets) expect(stdout).toContain(`${target}: no interrupt of vector 1 within`);
  const list = project.hilt("list").stdout;
  expect(list).toMatch(/interrupt vectors +2 +2 +2 +2\b/);
  const journals = [...stdout.matchAll(/^ {4}journal: (.*)$/gm)].map(([, file]) => file as string);
  expect(journals.length).toBe(targets.length);
  for (const journal of journals) {
    const shown = project.hilt("journal", "show", journal, "--kind", "interrupt").stdout;
    expect(shown).toMatch(/interrupt 0 goes high/);
  }
});

test.each<[string, unknown, string]>([
  ["no name", [], "must have 1 to 8 names"],
  ["too many", [..."012345678"].map((line) => `line${line}`), "must have 1 to 8 names"],
  ["something else", 7, "must be the name of a port, or a list of names"],
])(
  "a list of interrupts with %s is refused by its place in the configuration",
  async (_name, interrupt, message) => {
    const config = {
      targets: { own: { link: "simulator", engine: "wasm", device: { ...binding, files, interrupt } } },
    };
    const checked = checkShape(config, join(project.path, "hilt.config.ts"));
    await expect(checked).rejects.toMatchObject({
      ...{ code: "E_CONFIG", message: expect.stringContaining(`targets.own.device.interrupt: ${message}`) },
    });
  },
);

const icarus = { link: "cocotb", simulator: "icarus", python } as const;
const lime = "[1]: ringer has no port lime";
const pair = "[1]: hilt connects 1 bit, port pair of ringer has 2";
test.each<[string, object, DeviceBinding["interrupt"], string]>([
  [
    "wasm",
    { link: "simulator", engine: "wasm" },
    ["line0", "line1", "line0"],
    "[2]: port line0 is that of interrupt[0]",
  ],
  ["wasm", { link: "simulator", engine: "wasm" }, ["line0", "pair"], pair],
  ["Icarus under cocotb", icarus, "pair", pair.slice(3)],
  ["the models of cocotbext-axi", { ...icarus, host: "cocotbext-axi" }, ["line0", "lime"], lime],
  ["a virtual board", { link: "uart", board: "virtual-icebreaker", line: "bytes" }, ["line0", "pair"], pair],
])("%s: a list of interrupts %j %j is refused by its entry", async (_name, link, interrupt, message) => {
  const wrong = { ...ringer(2), key: "targets.t.device", binding: { ...binding, interrupt } };
  const opened = openLink("t", { ...link, device: wrong } as LinkSettings, {
    ...{ cacheDirectory: ".hilt/cache", log: silentLog, seed: 1n },
  });
  const expected = expect.stringContaining(`targets.t.device.interrupt${message}`);
  await expect(opened).rejects.toMatchObject({ code: "E_CONFIG", message: expected });
});
