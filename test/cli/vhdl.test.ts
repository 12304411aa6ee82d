import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { silentLog } from "../../src/core/log.ts";
import type { DeviceSource } from "../../src/links/device-source.ts";
import { type LinkSettings, loadLink } from "../../src/links/registry.ts";
import { moverBinding, moverVerilog } from "../system/foreign/mover.ts";
import { projectOf, root } from "./user-project.ts";

const vhdl = readFileSync(
  fileURLToPath(new URL("../system/foreign/block_copier.vhd", import.meta.url)),
  "utf8",
);
const copier = {
  files: ["rtl ü/Block_Copier.vhd"],
  top: "block_copier",
  dataWidth: 32,
  addressWidth: 32,
  idWidth: 1,
  clock: "clk",
  reset: { port: "rst" },
  registers: { prefix: "s_axil_" },
  memory: { prefix: "M_AXI_" },
  interrupt: "irq",
} as const;
const models = { link: "cocotb", python: `${root}/.cache/python`, host: "cocotbext-axi" };
const ghdl = { ...models, simulator: "ghdl", device: copier };
const mover = { ...moverBinding, files: ["mover.v"] };

const project = projectOf({
  "hilt.config.ts": `export default { targets: ${JSON.stringify({
    wasm: { link: "simulator", engine: "wasm", device: mover },
    icarus: { ...models, simulator: "icarus", device: mover },
    ghdl,
    typo: { ...ghdl, device: { ...copier, files: ["typo.vhd"] } },
    lost: { ...ghdl, device: { ...copier, interrupt: "intr" } },
    vhdl: { link: "simulator", engine: "wasm", device: copier },
  })} };\n`,
  "mover.v": moverVerilog,
  "rtl ü/Block_Copier.vhd": vhdl,
  "typo.vhd": vhdl.replace("irq <= done;", "irq <= dome;"),
  "word.hil.ts": `import { expect, test } from "hilt";
test("a word is moved", async ({ host, adapter, link }) => {
  const [from, to] = [host.allocate({ lengthBytes: 4 }), host.allocate({ lengthBytes: 4 })];
  from.write(Uint8Array.of(1, 2, 3, 4));
  {
    await using source = await adapter.map(from.mdl, { writeToDevice: true });
    await using target = await adapter.map(to.mdl, { writeToDevice: false });
    link.writeRegister(0, Number(source.elements[0]?.address));
    link.writeRegister(4, Number(target.elements[0]?.address));
    link.writeRegister(8, 1);
    await link.waitForInterrupt(1000);
    link.writeRegister(8, 0);
    expect(await link.readRegister(8)).toBe(0);
  }
  expect(to).toHoldBytes(from.read());
});
test("a word beyond its window is a fault", async ({ host, adapter, link }) => {
  const from = host.allocate({ lengthBytes: 4 });
  await using source = await adapter.map(from.mdl, { writeToDevice: true });
  link.writeRegister(0, Number(source.elements[0]?.address) + 64);
  link.writeRegister(8, 1);
  await link.idle(100);
});
`,
  "blocks.hil.ts": `import { expect, test } from "hilt";
test("blocks are copied", async ({ host, adapter, link, rng }) => {
  for (const words of [1, 16, 17, 300]) {
    const lengthBytes = 4 * words;
    const from = host.allocate({ lengthBytes, contiguous: true });
    const to = host.allocate({ lengthBytes, contiguous: true });
    from.write(rng.bytes(lengthBytes));
    {
      await using source = await adapter.map(from.mdl, { writeToDevice: true });
      await using target = await adapter.map(to.mdl, { writeToDevice: false });
      link.writeRegister(0, Number(source.elements[0]?.address));
      link.writeRegister(4, Number(target.elements[0]?.address));
      link.writeRegister(12, words);
      link.writeRegister(8, 1);
      await link.waitForInterrupt(5000);
      expect(await link.readRegister(8)).toBe(1);
      link.writeRegister(8, 0);
    }
    expect(to).toHoldBytes(from.read());
  }
});
`,
});
const run = (bench: string, ...targets: readonly string[]) =>
  project.hilt("run", bench, "--profile", "32-bit-device", ...targets.flatMap((each) => ["--target", each]));

describe("a device in VHDL", () => {
  test("runs the bench of one in Verilog, in GHDL under cocotb; what each does wrong is found", () => {
    const { status, stdout } = run("word.hil.ts", "wasm", "icarus", "ghdl");
    expect(status, stdout).toBe(1);
    expect(stdout.match(/passed {2}.*a word is moved/g), stdout).toHaveLength(3);
    expect(stdout.match(/failed {2}.*a word beyond its window/g), stdout).toHaveLength(3);
  });

  test("copies blocks, and is built once", () => {
    expect(run("blocks.hil.ts", "ghdl")).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/device model from the cache[\s\S]*PASSED/),
    });
  });

  test("with a mistake has a message with its place", () => {
    const { status, stderr } = run("blocks.hil.ts", "typo");
    expect(status, stderr).toBe(1);
    expect(stderr).toMatch(/typo\.vhd:\d+:\d+:.*no declaration for "dome"/);
  });

  test("without a port of its table has a message with the port", () => {
    const { stdout, stderr } = run("blocks.hil.ts", "lost");
    expect(stdout + stderr).toContain("block_copier has no port intr");
  });

  test("for an engine is refused before anything is built", () => {
    const { status, stderr } = run("blocks.hil.ts", "vhdl");
    expect(stderr).toContain(
      "targets.vhdl.device.files: Block_Copier.vhd is VHDL, which hilt's harness, which is Verilog, does not read",
    );
    expect(status).toBe(2);
  });

  const { files: _, ...binding } = copier;
  const device: DeviceSource = { binding, files: ["/rtl/block_copier.vhd"] };
  test.each<[string, object]>([
    [
      'host: must be "cocotbext-axi"; hilt\'s harness is Verilog, which ghdl does not read',
      { host: "harness" },
    ],
    ["device: is missing; hilt's own controller is Verilog, which ghdl does not read", { device: undefined }],
    [
      "device.files: mover.v does not end in .vhd or .vhdl, and ghdl reads VHDL alone",
      { device: { ...device, files: ["/rtl/mover.v"] } },
    ],
    [
      "device.includeDirectories: VHDL does not include files",
      { device: { ...device, includeDirectories: ["/"] } },
    ],
    [
      "device.defines: VHDL has no macros",
      { device: { ...device, binding: { ...binding, defines: { A: true } } } },
    ],
    [
      "device.parameters.DEPTH: 1 << 4: ghdl takes whole numbers below 2^31 as generics",
      { device: { ...device, binding: { ...binding, parameters: { DEPTH: "1 << 4" } } } },
    ],
    ["device.files: block_copier.vhd is VHDL, which icarus does not read", { simulator: "icarus" }],
    [`nvc is not installed: there is no nvc on the PATH`, { simulator: "nvc" }],
  ])("is refused by name: %s", async (message, change) => {
    const settings = { ...models, simulator: "ghdl", device, ...change } as LinkSettings;
    const options = { cacheDirectory: "/nowhere", log: silentLog };
    const { prepare } = await loadLink("cocotb");
    await expect(prepare("target", settings, options)).rejects.toThrow(message);
  });
});
