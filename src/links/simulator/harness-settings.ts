import type { Simulation } from "../../engine/engine.ts";

/** Cycles: always the same number, or drawn between two for each burst. At least 1. */
export type Latency = number | readonly [min: number, max: number];

/** How host memory and the bus behave. By default ideal: latency 1, no stalls. */
export interface HarnessSettings {
  /** From the acceptance of a read address to its first beat. */
  readonly readLatency?: Latency;
  /** From the last beat of a write to its response. */
  readonly writeLatency?: Latency;
  /** Most read bursts that host memory accepts before it has answered them, 1 to 64 (the default). */
  readonly readOutstanding?: number;
  readonly writeOutstanding?: number;
  /**
   * Share of cycles, 0 to 0.99, in which a channel is held back: one for all, or by channel. `register` is the host's
   * acceptance of the answers of the register port.
   */
  readonly stalls?: number | Readonly<Partial<Record<StallChannel, number>>>;
}

const stallChannels = ["ar", "aw", "w", "r", "b", "register"] as const;
export type StallChannel = (typeof stallChannels)[number];

const LONGEST_LATENCY = 0xffff;
const MOST_OUTSTANDING = 64;

/** Writes the settings to the harness's configuration inputs. Throws `RangeError` with the name of a bad one. */
export function applySettings(simulation: Simulation, settings: HarnessSettings, seed: bigint): void {
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
  simulation: Simulation,
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

function writeLatency(simulation: Simulation, direction: "read" | "write", latency: Latency): void {
  const [min, max] = typeof latency === "number" ? [latency, latency] : latency;
  if (!Number.isInteger(min) || !Number.isInteger(max) || min < 1 || max < min || max > LONGEST_LATENCY) {
    throw new RangeError(
      `${direction} latency ${min} to ${max} is not between 1 and ${LONGEST_LATENCY} cycles`,
    );
  }
  simulation.port(`cfg_${direction}_latency_min`).write(min);
  simulation.port(`cfg_${direction}_latency_max`).write(max);
}
