import { silentLog } from "../src/core/log.ts";
import { buildModel } from "../src/links/simulator/simulator-model.ts";
import { buildSlot } from "../src/links/slot/start-slot.ts";
import { newVerilator } from "./new-verilator.ts";

/**
 * Before any test: the models that many files use, each of which would build its own when they start at once. What a
 * machine lacks for one is reported by the tests that need it.
 */
export async function setup(): Promise<void> {
  const options = { cacheDirectory: ".hilt/cache", log: silentLog };
  await Promise.allSettled([
    buildModel({ engine: "wasm" }, options),
    buildModel({ engine: "verilator" }, options),
    buildSlot({ settings: {}, ...options }),
    buildModel({ engine: "wasm", signals: ["device.**"] }, options),
    buildModel({ engine: "verilator", signals: ["device.**"] }, options),
    // Throws where it is not installed.
    Promise.resolve().then(() => buildModel({ engine: "verilator", verilator: newVerilator() }, options)),
  ]);
}
