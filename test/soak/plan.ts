import fc from "fast-check";
import type { ErrorResponse } from "../../src/bus/error-injection.ts";
import type { HarnessSettings } from "../../src/links/simulator/settings.ts";

/** One run of the soak as plain data: everything that happens follows from it. */
export interface Plan {
  readonly seed: number;
  readonly harness: HarnessSettings;
  readonly h2c: ChannelPlan;
  readonly c2h: ChannelPlan;
  readonly injections: readonly Injection[];
  readonly disturbances: readonly Disturbance[];
  /** Cycles between two looks of the host, used in turn. */
  readonly polls: readonly number[];
  readonly edge: Edge;
}

/**
 * One channel's memory lies at an edge of the address space: of 4 GiB, after the first `bytes`, or of all, where the last transfer
 * ends with the last byte. Which it is, is the build's.
 */
export interface Edge {
  readonly channel: ChannelId | "none";
  readonly bytes: number;
}

export const channelIds = ["h2c", "c2h"] as const;
export type ChannelId = (typeof channelIds)[number];

export interface ChannelPlan {
  readonly compact: boolean;
  readonly completions: boolean;
  readonly entriesLog2: number;
  /** Where in their page the ring and its records begin; rounded down to what their form allows. */
  readonly ringPlace: number;
  readonly recordsPlace: number;
  readonly coalesceCount: number;
  readonly coalesceTime: number;
  /** Descriptors behind one doorbell. */
  readonly batch: number;
  readonly pieces: readonly Piece[];
}

export const defects = ["malformed", "zero-length", "card-range", "host-range"] as const;

/** One descriptor. */
export interface Piece {
  /** Of its first byte in its page. */
  readonly pageOffset: number;
  readonly cardOffset: number;
  readonly lengthBytes: number;
  readonly interrupt: boolean;
  readonly end: boolean;
  readonly defect: (typeof defects)[number] | "none";
}

/** An error of host memory. */
export interface Injection {
  readonly channel: ChannelId;
  readonly stage: "data" | "descriptor" | "completion";
  /** Which piece or ring entry, modulo their number. */
  readonly target: number;
  /** Where in it, 0 to 1. */
  readonly place: number;
  readonly response: ErrorResponse;
}

/** `abort-transfer` waits until a long transfer is under way: on its own an abort hardly ever meets one. */
export const disturbances = ["abort", "abort-transfer", "switch-off", "reset", "bus-master-off"] as const;

/** What the host does in the middle of it. */
export interface Disturbance {
  readonly kind: (typeof disturbances)[number];
  readonly channel: ChannelId;
  /** Not before this cycle of the run. */
  readonly cycle: number;
}

/** Most bytes of a piece, and half of the card's memory. */
export const HALF_CARD_BYTES = 65_536;

const near = (limit: number, spread: number): fc.Arbitrary<number> =>
  fc.integer({ min: -spread, max: spread }).map((delta) => limit + delta);

const clustered: fc.Arbitrary<number> = fc.oneof(
  ...[256, 1024, 2048, 4096, 8192, 65_536 - 16].map((limit) => near(limit, 16)),
);
const logUniform = fc
  .double({ min: 0, max: 1, noNaN: true, noDefaultInfinity: true })
  .map((u) => Math.min(HALF_CARD_BYTES, Math.floor(Math.exp(u * Math.log(HALF_CARD_BYTES + 1)))));

const lengthBytes = fc.oneof(
  { arbitrary: fc.integer({ min: 1, max: 64 }), weight: 3 },
  { arbitrary: logUniform, weight: 4 },
  { arbitrary: clustered, weight: 2 },
);
const pageOffset = fc.oneof(
  fc.integer({ min: 0, max: 16 }),
  fc.integer({ min: 0, max: 4095 }),
  fc.integer({ min: 4080, max: 4095 }),
);

const piece: fc.Arbitrary<Piece> = fc.record({
  pageOffset,
  cardOffset: fc.integer({ min: 0, max: HALF_CARD_BYTES - 1 }),
  lengthBytes: lengthBytes.map((length) => Math.max(1, length)),
  interrupt: fc.boolean(),
  end: fc.boolean(),
  defect: fc.oneof(
    { arbitrary: fc.constant("none" as const), weight: 60 },
    { arbitrary: fc.constantFrom(...defects), weight: 1 },
  ),
});

const tiny = piece.map((one): Piece => ({ ...one, lengthBytes: 1 + (one.lengthBytes % 24) }));
/** More turns of a ring, and more than one block of descriptors of a large one, than long transfers have time for. */
const many = fc
  .tuple(fc.array(tiny, { minLength: 5, maxLength: 16, size: "max" }), fc.integer({ min: 10, max: 40 }))
  .map(([some, times]) => Array.from({ length: times }, () => some).flat());
const place = fc.oneof(fc.nat({ max: 4095 }), near(3968, 127));

const channel: fc.Arbitrary<ChannelPlan> = fc.record({
  compact: fc.boolean(),
  completions: fc.oneof(
    { arbitrary: fc.constant(true), weight: 3 },
    { arbitrary: fc.constant(false), weight: 1 },
  ),
  entriesLog2: fc.integer({ min: 1, max: 10 }),
  ringPlace: place,
  recordsPlace: place,
  coalesceCount: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 6 })),
  coalesceTime: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 40 })),
  batch: fc.oneof(
    { arbitrary: fc.integer({ min: 1, max: 64 }), weight: 4 },
    { arbitrary: fc.constant(1023), weight: 1 },
  ),
  pieces: fc.oneof(
    { arbitrary: fc.array(piece, { minLength: 0, maxLength: 8, size: "max" }), weight: 3 },
    { arbitrary: fc.array(piece, { minLength: 0, maxLength: 64, size: "max" }), weight: 1 },
    { arbitrary: many, weight: 1 },
  ),
});

const edge: fc.Arbitrary<Edge> = fc.record({
  channel: fc.oneof(fc.constant("none" as const), fc.constantFrom(...channelIds)),
  bytes: fc.oneof(fc.nat({ max: 4096 }), fc.nat({ max: 1 << 23 })),
});

const latency = fc
  .tuple(fc.integer({ min: 1, max: 20 }), fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 250 })))
  .map(([min, more]): readonly [number, number] => [min, min + more]);
const stall = fc.oneof(
  { arbitrary: fc.constant(0), weight: 2 },
  { arbitrary: fc.integer({ min: 0, max: 80 }).map((percent) => percent / 100), weight: 3 },
);

const share = fc.oneof(fc.constant(0), fc.constantFrom(0.2, 0.5, 0.9));

const harness: fc.Arbitrary<HarnessSettings> = fc.record({
  readLatency: latency,
  writeLatency: latency,
  readOutstanding: fc.oneof(fc.constant(64), fc.integer({ min: 1, max: 64 })),
  writeOutstanding: fc.oneof(fc.constant(64), fc.integer({ min: 1, max: 64 })),
  reordering: share,
  interleaving: share,
  dataAhead: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 64 })),
  junk: share,
  readyAfterValid: fc.oneof({ arbitrary: fc.constant(false), weight: 4 }, fc.constant(true)),
  stalls: fc.record({ ar: stall, aw: stall, w: stall, r: stall, b: stall, register: stall }),
});

const channelId = fc.constantFrom(...channelIds);

const injection: fc.Arbitrary<Injection> = fc.record({
  channel: channelId,
  stage: fc.constantFrom("data" as const, "data" as const, "descriptor" as const, "completion" as const),
  target: fc.nat({ max: 127 }),
  place: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  response: fc.constantFrom("SLVERR" as const, "DECERR" as const),
});

const disturbance: fc.Arbitrary<Disturbance> = fc.record({
  kind: fc.constantFrom(...disturbances),
  channel: channelId,
  cycle: fc.oneof(fc.nat({ max: 300 }), fc.nat({ max: 20_000 })),
});

/** For each abort of a transfer one is so long that not all of its bursts are in flight at once, on any build. */
function withLongTransfers(plan: Plan): Plan {
  const lengthened = (id: ChannelId): ChannelPlan => {
    const pieces = [...plan[id].pieces];
    for (const { kind, channel: of, cycle } of plan.disturbances) {
      const index = cycle % Math.max(1, pieces.length);
      const piece = pieces[index];
      if (kind !== "abort-transfer" || of !== id || piece === undefined) continue;
      pieces[index] = { ...piece, lengthBytes: HALF_CARD_BYTES - (cycle % 4096), defect: "none" };
    }
    return { ...plan[id], pieces };
  };
  return { ...plan, h2c: lengthened("h2c"), c2h: lengthened("c2h") };
}

const drawnPlans: fc.Arbitrary<Plan> = fc.record({
  seed: fc.nat({ max: 0x7fff_ffff }),
  harness,
  h2c: channel,
  c2h: channel,
  injections: fc.oneof(fc.constant([]), fc.array(injection, { maxLength: 4 })),
  disturbances: fc.oneof(fc.constant([]), fc.array(disturbance, { maxLength: 3 })),
  polls: fc.array(fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 2000 })), {
    minLength: 1,
    maxLength: 6,
  }),
  edge,
});

/** Few runs have errors and disturbances; most are plain traffic, as in life. */
export const plans: fc.Arbitrary<Plan> = drawnPlans.map(withLongTransfers);
