import type { Link } from "../../../src/bus/link.ts";
import type { Traits } from "../../../src/bus/traits.ts";
import type { DeviceSource } from "../../../src/links/device-source.ts";
import { openSimulator } from "../../../src/links/simulator/open-simulator.ts";
import type { HarnessSettings } from "../../../src/links/simulator/settings.ts";
import type { SimulationSettings } from "../../../src/links/simulator/simulator-model.ts";
import { traitsOf } from "../../../src/links/simulator/simulator-traits.ts";
import { CopyLink } from "./copy-link.ts";
import { WallLink, type WallOptions, wallTraits } from "./wall-link.ts";

/** A layer over a simulation that steps: wall time, or memory that is copied. */
interface StandIn {
  readonly interrupts: Traits["interrupts"];
  /** How host memory behaves where nobody asks for something else. */
  readonly harness?: HarnessSettings;
  /** Absent where time is stepped, and memory copied. */
  readonly wall?: WallOptions;
}

const DELAY_MS = 0.5;
/** Few enough cycles for a machine that is busy with something else. */
const FREQUENCY_HZ = 200_000;

/** Stand-ins for boards, cards and simulators elsewhere: the real RTL in the built-in engine, reached as those are. */
const standIns = {
  /** Messages tell the level of its interrupt line. A word of 8 bytes takes some 8 cycles of 8 us each. */
  "a slow board": {
    interrupts: "level",
    harness: { stalls: { r: 0.88, w: 0.88 } },
    wall: { frequencyHz: 125_000, delayMs: DELAY_MS, bytesPerSecond: 100_000, observes: "requests" },
  },
  /** Longer than any limit of the driver, and just before somebody acts on what has come. */
  "a board whose host sleeps": {
    interrupts: "message",
    wall: { frequencyHz: FREQUENCY_HZ, delayMs: DELAY_MS, sleep: { afterLooks: 40, ms: 120 } },
  },
  "a card": {
    interrupts: "message",
    wall: {
      ...{ frequencyHz: FREQUENCY_HZ, delayMs: 0 },
      ...{ registerErrors: "silent", observes: "nothing", hasPages: true },
    },
  },
  "a simulator in another process": { interrupts: "level" },
} as const satisfies Readonly<Record<string, StandIn>>;

export type StandInName = keyof typeof standIns;

export const standInNames = Object.keys(standIns) as StandInName[];

/** The simulation below; `harness` beside what the stand-in has of its own. */
export function simulationOf(name: StandInName, harness: HarnessSettings = {}): SimulationSettings {
  const { interrupts, harness: own }: StandIn = standIns[name];
  return { engine: "wasm", interrupts, harness: { ...own, ...harness } };
}

export function standInTraits(
  name: StandInName,
  run: { readonly waves: boolean } = { waves: false },
): Traits {
  const { wall }: StandIn = standIns[name];
  const traits = traitsOf(simulationOf(name), run);
  return wall === undefined ? traits : wallTraits(traits, wall);
}

/** `isSlower`: somebody has asked for a host memory that is slower than the stand-in's own. */
export function standInOver(name: StandInName, simulator: Link, isSlower = false): Link {
  const { wall }: StandIn = standIns[name];
  if (wall === undefined) return new CopyLink(simulator);
  const { bytesPerSecond, ...others } = wall;
  return WallLink.start(simulator, isSlower || bytesPerSecond === undefined ? others : wall);
}

export async function openStandIn(
  name: StandInName,
  harness: HarnessSettings,
  options: Parameters<typeof openSimulator>[2],
  device?: DeviceSource,
): Promise<Link> {
  const settings = { ...simulationOf(name, harness), ...(device === undefined ? {} : { device }) };
  const simulator = await openSimulator(name, settings, options);
  return standInOver(name, simulator, Object.keys(harness).length > 0);
}
