import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { LinkEvent } from "../../src/bus/event.ts";
import { logicalAddress, physicalAddress } from "../../src/core/address.ts";
import { silentLog } from "../../src/core/log.ts";
import type { DeviceBinding } from "../../src/links/device-source.ts";
import { openSimulator } from "../../src/links/simulator/open-simulator.ts";
import { buildModel, type SimulationSettings } from "../../src/links/simulator/simulator-model.ts";
import type { EngineName } from "../engines.ts";
import { moverBinding, moverFile, moverVerilog } from "./foreign/mover.ts";

const mover: DeviceBinding = { ...moverBinding, parameters: { STEP: 3 } };
const files = [moverFile];

const folder = mkdtempSync(join(tmpdir(), "hilt-foreign-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** It has names of its own, which other benches of ours might have, too. */
const named = join(folder, "its own, ü");
mkdirSync(named);
const namedFiles = ["top.v", "harness_events.v"].map((name) => join(named, name));
const [topFile = "", eventsFile = ""] = namedFiles;
writeFileSync(
  topFile,
  moverVerilog
    .replace("module mover", '`include "device.vh"\n`include "protocol_rules.vh"\nmodule top')
    .replace("word + STEP", "word + STEP + `FROM_HEADER + device")
    .replace(
      "wire unused",
      "wire [31:0] device;\n    harness_events events (.one(device));\n    wire unused",
    ),
);
writeFileSync(
  eventsFile,
  "module harness_events (output wire [31:0] one);\n`ifdef GIVEN\n    assign one = `ONE;\n`endif\nendmodule\n",
);
writeFileSync(join(named, "device.vh"), "`define FROM_HEADER 1\n");
writeFileSync(join(named, "protocol_rules.vh"), "");
const namedMover: DeviceBinding = {
  ...{ ...mover, top: "top" },
  ...{ parameters: { STEP: 1 }, defines: { GIVEN: true, ONE: "32'd1" } },
};

function open(engine: EngineName, binding: DeviceBinding, sources: readonly string[] = files) {
  const device = { binding, files: sources, includeDirectories: [named] };
  const settings: SimulationSettings = { engine, device };
  return openSimulator("foreign", settings, { seed: 1n, cacheDirectory: folder, log: silentLog });
}

describe.each(["wasm", "verilator"] as const)("a device that is not ours, on %s", (engine) => {
  test("moves a word between windows, raises its interrupt, and is watched like ours", async () => {
    await using link = await open(engine, namedMover, namedFiles);
    const events: LinkEvent[] = [];
    link.onEvent((event) => events.push(event), { bytes: true });
    const [from, to] = [physicalAddress(0x1000_0000n), physicalAddress(0x1000_1000n)];
    const view = link.memory.view(from, 8);
    view.set([0x11, 0x22, 0x33, 0x44]);
    const window = (physical: typeof from, access: "read" | "write") =>
      link.windows.open({
        logical: logicalAddress(physical),
        physical,
        lengthBytes: 4,
        access,
        use: "mapped",
      });
    const interrupt = link.listen();
    window(from, "read");
    window(to, "write");
    link.writeRegister(0, Number(from));
    link.writeRegister(4, Number(to));
    link.writeRegister(8, 1);
    expect(await interrupt.wait(1000)).toBe(true);
    expect(await link.readRegister(8)).toBe(1);
    expect([...link.memory.view(to, 8)].slice(0, 4)).toEqual([0x14, 0x22, 0x33, 0x44]);
    link.writeRegister(8, 0);
    expect(await link.readRegister(8)).toBe(0);
    link.writeRegister(4, Number(to) + 8);
    link.writeRegister(8, 1);
    expect(await interrupt.wait(1000)).toBe(true);
    await link.idle(4);
    const written = events.flatMap((event) => (event.kind === "written" ? [event] : []));
    expect(written.map(({ address, bytes }) => [address, ...bytes])).toEqual([[to, 0x14, 0x22, 0x33, 0x44]]);
    // Answered in this order, each in a cycle of its own.
    const answers = events.flatMap((event) => (event.kind === "register" ? [event] : []));
    expect(answers.map(({ access, address, value }) => [access, address, value])).toEqual([
      ["write", 0, 0],
      ["write", 4, 0],
      ["write", 8, 0],
      ["read", 8, 1],
      ["write", 8, 0],
      ["read", 8, 0],
      ["write", 4, 0],
      ["write", 8, 0],
    ]);
    const cycles = answers.map(({ cycle }) => cycle);
    expect([...new Set(cycles)].sort((a, b) => a - b)).toEqual(cycles);
    // One word of the 32-bit device.
    const lengths = events.flatMap((event) => (event.kind === "access" ? [event.lengthBytes] : []));
    expect(lengths).toEqual([4, 4, 4, 4]);
    const kinds = events.map((event) => (event.kind === "access" ? event.direction : event.kind));
    expect(kinds.filter((kind) => kind !== "access-end" && kind !== "register")).toEqual([
      ...["read", "write", "written", "interrupt", "interrupt"],
      ...["read", "write", "fault", "interrupt"],
    ]);
  });

  test.each<[string, Partial<DeviceBinding>, RegExp]>([
    [
      "ports that it does not have, all at once, with those that are left",
      { interrupt: "irq", clock: "klk" },
      /device\.clock: mover has no port klk\n +device\.interrupt: mover has no port irq \(ports that the table does not use: aclk, intr\)/,
    ],
    ["a module that is not there", { top: "remover" }, /device\.top: the files have no module remover/],
    [
      "signals that no bus has or no device lacks",
      { memory: { prefix: "M00_", upperCase: true, ports: { awlock: null, awvalid: null } } },
      /device\.memory\.ports\.awlock: no such signal.*\n +device\.memory\.ports\.awvalid: a device cannot lack it/,
    ],
    [
      "a port for two",
      { interrupt: "S_BRESP" },
      /device\.interrupt: port S_BRESP is that of registers\.ports\.bresp/,
    ],
    ["a width that is none", { dataWidth: 48 as 32 }, /device\.dataWidth: 48 is not 32 or 64/],
    [
      "widths that are not those of the ports",
      { dataWidth: 64, addressWidth: 40 },
      /device\.addressWidth is 40, port M00_A[RW]ADDR of mover has 32(?:.|\n)*device\.dataWidth is 64, port M00_RDATA of mover has 32/,
    ],
    ["a parameter that it does not have", { parameters: { STEPS: 1 } }, /device\.parameters\.STEPS: .*STEPS/],
    [
      "a parameter that is not an expression",
      { parameters: { STEP: "1 + " } },
      /device\.parameters\.STEP: syntax error/,
    ],
    [
      "a parameter of nothing",
      { parameters: { STEP: "NOTHING" } },
      /device\.parameters\.STEP: .*(?:constant|NOTHING)/,
    ],
  ])("%s: refused by name", async (_name, change, message) => {
    const opened = open(engine, { ...mover, ...change });
    await expect(opened).rejects.toMatchObject({ code: "E_CONFIG", blame: "usage" });
    await expect(opened).rejects.toThrow(message);
  });
});

test("an input that nothing drives is warned of by name by the built-in engine", async () => {
  const source = join(folder, "held.v");
  const held = moverVerilog
    .replace("wire        aclk,", "wire aclk, input wire hold,")
    .replace("STEP;", "STEP + hold;");
  writeFileSync(source, held);
  const settings: SimulationSettings = { engine: "wasm", device: { binding: mover, files: [source] } };
  const { warnings } = await buildModel(settings, { cacheDirectory: folder, log: silentLog });
  expect(warnings.join("\n")).toMatch(/held\.v:\d+: .*hold/);
});
