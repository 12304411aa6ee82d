import { expect, test } from "vitest";
import type { Clock } from "../../src/bus/clock.ts";
import { silentLog } from "../../src/core/log.ts";
import { Random } from "../../src/core/random.ts";
import { DmaDevice } from "../../src/driver/dma-device.ts";
import { DeviceContractError, TransferTimeoutError } from "../../src/driver/errors.ts";
import { openSimulator } from "../../src/links/simulator/open-simulator.ts";
import { HostMemory } from "../../src/memory/host-memory.ts";
import { DmaSystem } from "../../src/wdm/dma-system.ts";
import { replaced } from "../contract/faulty-links/faulty-link.ts";
import { adapterOf } from "../unit/wdm/host.ts";

test.each(["rings", "registers"] as const)(
  "a transfer that is late on a device that cannot be stopped either reports both, the lateness first: %s",
  async (mode) => {
    // A device at 1 MHz whose host memory answers after 65 ms, where the link's pace says that it takes microseconds.
    const harness = { readLatency: 65_535 };
    const options = { seed: 1n, cacheDirectory: ".hilt/cache", log: silentLog };
    await using simulator = await openSimulator("slow", { engine: "wasm", harness }, options);
    const clock: Clock = {
      ...{ kind: "simulated", frequencyHz: 1_000_000 },
      get cycle() {
        return simulator.clock.cycle;
      },
    };
    const link = replaced(simulator, { clock, pace: { accessMs: 0.01, bytesPerSecond: 1e7 } });
    const host = new HostMemory(link.memory, new Random(1n));
    const system = new DmaSystem({ host, windows: link.windows });
    const device = await DmaDevice.open({ link, adapter: adapterOf(system), mode });
    const buffer = host.allocate({ lengthBytes: 64 });
    const error = await device.hostToCard(buffer, { timeoutMs: 0.1 }).catch((one: unknown) => one);
    expect(error).toBeInstanceOf(TransferTimeoutError);
    const { message, cause } = error as TransferTimeoutError;
    expect(cause).toBeInstanceOf(DeviceContractError);
    const [first = "", ...lines] = message.split("\n");
    expect(first).toBe("h2c: no completion interrupt within 100 cycles");
    expect(lines.at(-1)).toBe(`  then it could not be stopped: ${(cause as Error).message}`);
    expect(lines.length).toBeGreaterThan(1);
  },
);
