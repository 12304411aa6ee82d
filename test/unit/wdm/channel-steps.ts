import fc from "fast-check";

/** One call of a script; contexts, adapters and requests are named by number. */
export type Step =
  | ({ kind: "initialise" } & Place)
  | ({ kind: "allocate"; registers: number; now: boolean; action: number } & Request)
  /** `build`: into memory of the driver's own; `keeps`: without a routine, so that the channel stays. */
  | ({ kind: "list"; pages: number; now: boolean; build: boolean; keeps: boolean } & Request)
  | ({ kind: "cancel" } & Place)
  | { kind: "freeChannel"; adapter: number }
  | { kind: "freeObject"; adapter: number; action: number }
  /** Of one of the things that are held; it is chosen when the step comes. */
  | { kind: Held; pick: number }
  /** The device is reset: its driver cancels and gives back everything, and starts again with a new adapter. */
  | { kind: "reset"; adapter: number };

/** What is done to one of those requests that hold something. */
export type Held = "map" | "flush" | "freeRegisters" | "put";

export interface Place {
  readonly context: number;
  readonly adapter: number;
}

interface Request extends Place {
  /** What the routine does before it returns: it cancels another request. */
  readonly inside: Place | undefined;
}

export const CONTEXTS = 6;
export const ADAPTERS = 3;
export const REGISTERS = 8;
/** Most for one operation: five pages and one more. */
export const MOST = 6;

/** The adapter that a context belongs to at the start. */
export function homeOf(context: number): number {
  return context % ADAPTERS;
}

/** Nearly always the adapter at home. */
const place = fc.tuple(fc.nat(CONTEXTS - 1), fc.nat(19)).map(([context, luck]) => ({
  context,
  adapter: luck === 19 ? homeOf(context + 1) : homeOf(context),
}));
const inside = fc.tuple(fc.nat(7), place).map(([luck, one]) => (luck === 7 ? one : undefined));
const adapter = fc.nat(ADAPTERS - 1);
const action = fc.integer({ min: 1, max: 3 });
const pick = fc.nat(7);
const seldom = fc.nat(3).map((luck) => luck === 3);

const step: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: place.map((one) => ({ kind: "initialise" as const, ...one })), weight: 2 },
  {
    arbitrary: fc
      .tuple(place, fc.nat(MOST + 1), seldom, action, inside)
      .map(([one, registers, now, then, also]) => ({
        ...{ kind: "allocate" as const, ...one, registers, now, action: then, inside: also },
      })),
    weight: 8,
  },
  {
    arbitrary: fc
      .tuple(place, fc.integer({ min: 1, max: MOST + 1 }), seldom, fc.boolean(), seldom, inside)
      .map(([one, pages, now, build, keeps, also]) => ({
        ...{ kind: "list" as const, ...one, pages, now, build, keeps: now && keeps, inside: also },
      })),
    weight: 8,
  },
  { arbitrary: place.map((one) => ({ kind: "cancel" as const, ...one })), weight: 4 },
  { arbitrary: adapter.map((number) => ({ kind: "freeChannel" as const, adapter: number })), weight: 2 },
  {
    arbitrary: fc.tuple(adapter, action).map(([number, then]) => ({
      ...{ kind: "freeObject" as const, adapter: number, action: then },
    })),
    weight: 2,
  },
  {
    arbitrary: fc
      .tuple(fc.constantFrom<Held[]>("map", "flush", "freeRegisters", "put"), pick)
      .map(([kind, number]) => ({ kind, pick: number })),
    weight: 10,
  },
  { arbitrary: adapter.map((number) => ({ kind: "reset" as const, adapter: number })), weight: 1 },
);

export const scripts: fc.Arbitrary<Step[]> = fc.array(step, { maxLength: 40, size: "max" });
