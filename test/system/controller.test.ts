import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { logicalAddress, physicalAddress } from "../../src/core/address.ts";
import { silentLog } from "../../src/core/log.ts";
import { field, RegisterFile } from "../../src/driver/register-file.ts";
import { openSimulator } from "../../src/links/simulator/open-simulator.ts";
import { errorKinds, nameOf } from "../../src/spec/codes.ts";
import { engines } from "../engines.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const cacheDirectory = ".hilt/cache";

describe.each(["wasm", "verilator"] as const)("the controller on %s", (engine) => {
  test("a cause that arises in the cycle in which it is cleared stays set", async () => {
    const model = await engines[engine]({ cacheDirectory }).build({
      top: "dma_registers",
      files: [`${root}rtl/dma/dma_registers.v`],
      includeDirectories: [`${root}rtl/dma`],
      clock: "clk",
    });
    const simulation = model.open();
    const set = (values: Readonly<Record<string, number>>): void => {
      for (const [name, value] of Object.entries(values)) simulation.port(name).write(value);
    };
    const write = (address: number, value: number): void => {
      set({
        s_axil_awvalid: 1,
        s_axil_awaddr: address,
        s_axil_wvalid: 1,
        s_axil_wdata: value,
        s_axil_wstrb: 15,
      });
      set({ s_axil_bready: 1 });
    };
    const irqAfter = (): number => {
      simulation.run(1);
      set({ s_axil_awvalid: 0, s_axil_wvalid: 0, h2c_done_event: 0 });
      simulation.run(0);
      return simulation.port("irq").read();
    };
    set({ rst: 1 });
    simulation.run(2);
    set({ rst: 0 });
    write(0x24, 1);
    expect(irqAfter()).toBe(0);
    set({ h2c_done_event: 1 });
    expect(irqAfter()).toBe(1);
    write(0x20, 1);
    set({ h2c_done_event: 1 });
    expect(irqAfter()).toBe(1);
    write(0x20, 1);
    expect(irqAfter()).toBe(0);
  });

  test.each(["h2c", "c2h"] as const)(
    "ABORT ends a long %s transfer soon, with an exact residue",
    async (id) => {
      const residues = new Set<number>();
      for (const cycle of [0, 1, 2, 3, 5, 50, 399, 1000, 4000]) {
        await using link = await openSimulator(
          "abort",
          { engine, harness: { readLatency: 30, writeLatency: 30, stalls: { r: 0.3, w: 0.3 } } },
          { seed: 3n, cacheDirectory, log: silentLog },
        );
        const lengthBytes = 65_536;
        const base = 0x1000_0000n;
        const access = id === "h2c" ? "read" : "write";
        link.windows.open({
          logical: logicalAddress(base),
          physical: physicalAddress(base),
          lengthBytes,
          access,
          use: "mapped",
        });
        const host = link.memory.view(physicalAddress(base), lengthBytes).fill(0x77);
        const { global, [id]: channel } = new RegisterFile(link);
        global.write("CONTROL", field("CONTROL", "BUS_MASTER").mask);
        channel.write("HOST_ADDRESS_LOW", Number(base));
        channel.write("LENGTH", lengthBytes);
        channel.write("COMMAND", field("COMMAND", "START").mask);
        await link.idle(Math.max(1, cycle));
        const aborted = link.clock.cycle;
        channel.write("COMMAND", field("COMMAND", "ABORT").mask);
        while (((await channel.read("STATUS")) & field("STATUS", "BUSY").mask) !== 0) {
          // 16 bursts of 256 beats may be in flight; a third of the cycles stalls.
          expect(link.clock.cycle - aborted).toBeLessThan(10_000);
        }
        const kind = field("ERROR", "KIND").of(await channel.read("ERROR"));
        const residue = await channel.read("RESIDUE");
        expect(nameOf(errorKinds, kind)).toBe("ABORTED");
        expect(residue).toBeGreaterThan(0);
        const untouched = host.subarray(lengthBytes - residue).every((byte) => byte === 0x77);
        expect(id === "h2c" || untouched).toBe(true);
        residues.add(residue);
      }
      expect(residues.size).toBeGreaterThan(2);
    },
  );
});
