import { silentLog } from "../../src/core/log.ts";
import { openSimulator } from "../../src/links/simulator/open-simulator.ts";
import { describeDriver } from "./driver-suite.ts";

for (const [engine, interrupts] of [
  ["wasm", "level"],
  ["verilator", "level"],
  ["wasm", "message"],
] as const) {
  describeDriver({
    name: `${engine}, interrupts by ${interrupts}`,
    open: (harness, seed) =>
      openSimulator(
        "driver",
        { engine, interrupts, harness },
        { seed, cacheDirectory: ".hilt/cache", log: silentLog },
      ),
    traits: { time: "stepped", errors: true },
  });
}
