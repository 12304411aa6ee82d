import type { Pace, Traits } from "../../bus/traits.ts";
import { vectorsOf } from "../device-binding.ts";
import type { SimulationSettings } from "./simulator-model.ts";

/** Simulated time is counted as if the clock ran at 100 MHz. */
export const FREQUENCY_HZ = 100_000_000;
/** Between two bursts of a device that does one after the other. */
const CYCLES_AROUND_A_BURST = 16;

/** What simulations of these settings are like. */
export function traitsOf(
  { interrupts = "level", signals = [], device }: SimulationSettings,
  { waves }: { readonly waves: boolean },
): Traits {
  return {
    ...{ time: "stepped", interrupts, registerErrors: "reported", observes: "bursts" },
    vectors: vectorsOf(device),
    ...{ busRules: true, errors: true, waves },
    signals: signals.length > 0,
    // Permissions are kept for words of the widest bus.
    windows: { readUnit: 8, writeUnit: 8, reportsFaults: true },
    ...{ registerBits: 32, users: "many" },
  };
}

/** Bursts of one word, one at a time, and all of them late. */
export function paceOf({ harness = {}, device }: SimulationSettings): Pace {
  const { readLatency = 1, writeLatency = 1, stalls = 0 } = harness;
  const latency = Math.max(...[readLatency, writeLatency].flat());
  const shares = typeof stalls === "number" ? [stalls] : Object.values(stalls).map((share = 0) => share);
  const cycles = (latency + CYCLES_AROUND_A_BURST) / (1 - Math.max(...shares, 0));
  const wordBytes = (device?.binding.dataWidth ?? 64) / 8;
  return { accessMs: (1000 * cycles) / FREQUENCY_HZ, bytesPerSecond: (wordBytes * FREQUENCY_HZ) / cycles };
}
