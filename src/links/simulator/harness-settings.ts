import type { Simulation } from "../../engine/engine.ts";
import type { HarnessSettings, Latency, StallChannel } from "./settings.ts";

const stallChannels: readonly StallChannel[] = ["ar", "aw", "w", "r", "b", "register"];

const LONGEST_LATENCY = 0xffff;
const MOST_OUTSTANDING = 64;
const MOST_AHEAD = 64;
/** On ideal memory. */
const PATIENCE_CYCLES = 4096;

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
  for (const channel of stallChannels)
    writeShare(simulation, `stall_${channel}`, `stalls of ${channel}`, stallShare(settings, channel));
  writeWhims(simulation, settings);
  simulation.port("cfg_stall_limit").write(settings.stallLimit ?? stallLimitOf(settings));
}

/** Whether host memory is to do what only a rough one can, which costs time in each cycle and is left out otherwise. */
export function isRough(settings: HarnessSettings = {}): boolean {
  const { reordering, interleaving, dataAhead, junk, readyAfterValid } = settings;
  const shares = typeof reordering === "object" ? Object.values(reordering) : [reordering];
  return (
    [...shares, interleaving, dataAhead, junk].some((value = 0) => value > 0) || readyAfterValid === true
  );
}

function writeWhims(simulation: Pick<Simulation, "port">, settings: HarnessSettings): void {
  const { reordering = 0, interleaving = 0, dataAhead = 0, junk = 0, readyAfterValid = false } = settings;
  const { r = 0, b = 0 } = typeof reordering === "number" ? { r: reordering, b: reordering } : reordering;
  writeShare(simulation, "reorder_read", "reordering of r", r);
  writeShare(simulation, "reorder_write", "reordering of b", b);
  writeShare(simulation, "interleave", "interleaving", interleaving);
  writeShare(simulation, "junk", "junk", junk);
  if (!Number.isInteger(dataAhead) || dataAhead < 0 || dataAhead > MOST_AHEAD)
    throw new RangeError(`dataAhead: ${dataAhead} is not between 0 and ${MOST_AHEAD} beats`);
  simulation.port("cfg_data_ahead").write(dataAhead);
  simulation.port("cfg_ready_after_valid").write(readyAfterValid ? 1 : 0);
}

function writeShare(simulation: Pick<Simulation, "port">, port: string, name: string, share: number): void {
  if (!(share >= 0 && share <= 0.99)) throw new RangeError(`${name}: ${share} is not between 0 and 0.99`);
  simulation.port(`cfg_${port}`).write(Math.round(share * 256));
}

function stallShare({ stalls = 0 }: HarnessSettings, channel: StallChannel): number {
  return typeof stalls === "number" ? stalls : (stalls[channel] ?? 0);
}

/**
 * Of the wait of a transfer for the device, in cycles: a device may well wait itself, for as many bursts as it has under
 * way, each with its latency, and every cycle of theirs may be stalled.
 */
export function stallLimitOf(settings: HarnessSettings): number {
  const longest = (latency: Latency = 1): number => (typeof latency === "number" ? latency : latency[1]);
  const cycles = 16 * (longest(settings.readLatency) + longest(settings.writeLatency) - 2);
  const most = Math.max(...stallChannels.map((channel) => stallShare(settings, channel)));
  return Math.round((PATIENCE_CYCLES + cycles) / (1 - most));
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
