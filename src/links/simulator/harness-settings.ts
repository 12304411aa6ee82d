import type { Simulation } from "../../engine/engine.ts";
import type { HarnessSettings, Latency, StallChannel } from "./settings.ts";

const stallChannels: readonly StallChannel[] = ["ar", "aw", "w", "r", "b", "register"];

const LONGEST_LATENCY = 0xffff;
const MOST_OUTSTANDING = 64;

/** Writes the settings to the harness's configuration inputs. Throws `RangeError` with the name of a bad one. */
export function applySettings(
  simulation: Pick<Simulation, "port">,
  settings: HarnessSettings,
  seed: bigint,
): void {
  simulation.port("cfg_seed").write(seed);
  writeLatency(simulation, "read", settings.readLatency ?? 1);
  writeLatency(simulation, "write", settings.writeLatency ?? 1);
  writeOutstanding(simulation, "read", settings.readOutstanding);
  writeOutstanding(simulation, "write", settings.writeOutstanding);
  const { stalls = 0 } = settings;
  for (const channel of stallChannels) {
    const share = typeof stalls === "number" ? stalls : (stalls[channel] ?? 0);
    if (!(share >= 0 && share <= 0.99))
      throw new RangeError(`stalls of ${channel}: ${share} is not between 0 and 0.99`);
    simulation.port(`cfg_stall_${channel}`).write(Math.round(share * 256));
  }
}

function writeOutstanding(
  simulation: Pick<Simulation, "port">,
  direction: "read" | "write",
  bursts: number = MOST_OUTSTANDING,
): void {
  if (!Number.isInteger(bursts) || bursts < 1 || bursts > MOST_OUTSTANDING) {
    throw new RangeError(
      `${direction}Outstanding: ${bursts} is not between 1 and ${MOST_OUTSTANDING} bursts`,
    );
  }
  simulation.port(`cfg_${direction}_outstanding`).write(bursts);
}

function writeLatency(
  simulation: Pick<Simulation, "port">,
  direction: "read" | "write",
  latency: Latency,
): void {
  const [min, max] = typeof latency === "number" ? [latency, latency] : latency;
  if (!Number.isInteger(min) || !Number.isInteger(max) || min < 1 || max < min || max > LONGEST_LATENCY) {
    throw new RangeError(
      `${direction} latency ${min} to ${max} is not between 1 and ${LONGEST_LATENCY} cycles`,
    );
  }
  simulation.port(`cfg_${direction}_latency_min`).write(min);
  simulation.port(`cfg_${direction}_latency_max`).write(max);
}
