import type { Simulation } from "../../src/engine/engine.ts";
import type { SimulationSettings } from "../../src/links/simulator/simulator-model.ts";
import type { BankLayout } from "../../src/memory/platform-profile.ts";
import type { Geometry } from "./placed-pieces.ts";
import { type Placement, placeBefore, placeFrom } from "./placement.ts";
import type { ChannelId, ChannelPlan, Plan } from "./plan.ts";

const BANK_BYTES = 2 ** 24;

/** A build of the device that the soak runs on. */
export interface Variant {
  readonly name: string;
  readonly device?: SimulationSettings["device"];
  readonly geometry: Geometry;
  /** Where banks of RAM begin, of 16 MiB each. */
  readonly banks: readonly bigint[];
  /** Where each channel finds host memory. */
  readonly memoryBases: Readonly<Record<ChannelId, bigint>>;
  /** What `Plan.edge` puts a channel's memory at. */
  readonly edge: { readonly at: bigint; readonly isTop: boolean };
  /** It has neither compact descriptors, nor completion records, nor coalescing. */
  readonly isPlain?: boolean;
  /** By default it has rings; otherwise transfers are started by the registers. */
  readonly hasRings?: boolean;
  /** What is done to the device before anything is asked of it. */
  readonly begin?: (simulation: Simulation) => void;
  /** Its largest ring; by default the largest that there is. */
  readonly entriesLog2?: number;
}

/** What is left of a channel's plan on a build. */
export function fitted(
  channel: ChannelPlan,
  { isPlain = false, hasRings = true, entriesLog2 = 16 }: Variant,
): ChannelPlan {
  // A descriptor that is malformed is one of a ring.
  if (!hasRings) return { ...channel, pieces: channel.pieces.filter(({ defect }) => defect !== "malformed") };
  const sized = { ...channel, entriesLog2: Math.min(channel.entriesLog2, entriesLog2) };
  if (!isPlain) return sized;
  return { ...sized, compact: false, completions: false, coalesceCount: 0, coalesceTime: 0 };
}

/** Where what a channel needs lies on a build. */
export function placementOf(id: ChannelId, { edge, ...plan }: Plan, variant: Variant): Placement {
  const { at, isTop } = variant.edge;
  if (edge.channel !== id) return placeFrom(variant.memoryBases[id], plan[id]);
  if (isTop) return placeBefore(at, plan[id]);
  // Somewhere in what the channel has.
  const before = BigInt(edge.bytes) % placeFrom(0n, plan[id]).end;
  return placeFrom(at - (before & ~4095n), plan[id]);
}

/** Of the banks of RAM. */
export function layoutOf(banks: Variant["banks"]): BankLayout[] {
  return banks.map((base) => ({ base: Number(base), bytes: BANK_BYTES }));
}
