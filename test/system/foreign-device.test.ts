import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { LinkEvent } from "../../src/bus/event.ts";
import { logicalAddress, physicalAddress } from "../../src/core/address.ts";
import { silentLog } from "../../src/core/log.ts";
import type { DeviceBinding } from "../../src/links/simulator/device-binding.ts";
import type { SimulatorSettings } from "../../src/links/simulator/open-simulator.ts";
import { openSimulator } from "../../src/links/simulator/open-simulator.ts";
import type { EngineName } from "../engines.ts";
import { moverBinding, moverFile, moverVerilog } from "./foreign/mover.ts";

const mover: DeviceBinding = { ...moverBinding, parameters: { STEP: 3 } };
const files = [moverFile];

const folder = mkdtempSync(join(tmpdir(), "hilt-foreign-"));
afterAll(() => rmSync(folder, { recursive: true }));

function open(engine: EngineName, binding: DeviceBinding, sources: readonly string[] = files) {
  const settings: SimulatorSettings = { engine, device: { binding, files: sources } };
  return openSimulator("foreign", settings, { seed: 1n, cacheDirectory: folder, log: silentLog });
}

describe.each(["wasm", "verilator"] as const)("a device that is not ours, on %s", (engine) => {
  test("moves a word between windows, raises its interrupt, and is watched like ours", async () => {
    await using link = await open(engine, mover);
    const events: LinkEvent[] = [];
    link.onEvent((event) => events.push(event));
    const [from, to] = [physicalAddress(0x1000_0000n), physicalAddress(0x1000_1000n)];
    const view = link.memory.view(from, 8);
    view.set([0x11, 0x22, 0x33, 0x44]);
    const window = (physical: typeof from, access: "read" | "write") =>
      link.windows.open({ logical: logicalAddress(physical), physical, lengthBytes: 4, access });
    window(from, "read");
    window(to, "write");
    link.writeRegister(0, Number(from));
    link.writeRegister(4, Number(to));
    link.writeRegister(8, 1);
    await link.waitForInterrupt(1000);
    expect(await link.readRegister(8)).toBe(1);
    expect([...link.memory.view(to, 8)].slice(0, 4)).toEqual([0x14, 0x22, 0x33, 0x44]);
    link.writeRegister(8, 0);
    expect(await link.readRegister(8)).toBe(0);
    link.writeRegister(4, Number(to) + 8);
    link.writeRegister(8, 1);
    await link.waitForInterrupt(1000);
    await link.idle(4);
    const kinds = events.map((event) => (event.kind === "burst" ? event.direction : event.kind));
    expect(kinds.filter((kind) => kind !== "burst-end")).toEqual([
      ...["read", "write", "interrupt", "interrupt"],
      ...["read", "write", "fault", "interrupt"],
    ]);
  });

  test.each<[string, Partial<DeviceBinding>, RegExp]>([
    [
      "a port that it does not have",
      { interrupt: "irq" },
      /does not have a port named 'irq'|Pin not found: 'irq'/,
    ],
    ["a module that is not there", { top: "remover" }, /remover/],
    [
      "a signal that no bus has",
      { memory: { prefix: "M00_", ports: { awlock: null } } },
      /memory\.ports\.awlock: no such signal/,
    ],
    [
      "a signal that no device lacks",
      { memory: { prefix: "M00_", ports: { awvalid: null } } },
      /memory\.ports\.awvalid: a device cannot lack it/,
    ],
    ["a width that is none", { dataWidth: 48 as 32 }, /dataWidth: 48 is not 32 or 64/],
  ])("%s is refused by name", async (_name, change, message) => {
    await expect(open(engine, { ...mover, ...change })).rejects.toThrow(message);
  });
});

// Verilator gives it a random value and warns.
test("an input that nothing drives is refused by name by the built-in engine", async () => {
  const source = join(folder, "held.v");
  const held = moverVerilog
    .replace("wire        aclk,", "wire aclk, input wire hold,")
    .replace("STEP;", "STEP + hold;");
  writeFileSync(source, held);
  await expect(open("wasm", mover, [source])).rejects.toThrow(/device\.hold is used but has no driver/);
});
