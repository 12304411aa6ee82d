import fc from "fast-check";
import { expect, test } from "vitest";
import { physicalAddress } from "../../../src/core/address.ts";
import { Random } from "../../../src/core/random.ts";
import { HostMemory } from "../../../src/memory/host-memory.ts";
import { PhysicalMemory } from "../../../src/memory/physical-memory.ts";
import { DMA_SYNCHRONOUS_CALLBACK, KeepObject } from "../../../src/wdm/constants.ts";
import type { MapRegisterBase, Out } from "../../../src/wdm/dma-adapter.ts";
import { DmaSystem } from "../../../src/wdm/dma-system.ts";
import type { ScatterGatherList } from "../../../src/wdm/scatter-gather.ts";
import { ChannelModel, type Step } from "./channel-model.ts";
import { Driver, type Host } from "./driver.ts";
import { RecordingWindows } from "./recording-windows.ts";

const REGISTERS = 8;
/** Most for one operation: five pages and one more. */
const MOST = 6;
const CONTEXTS = 6;
const ADAPTERS = 2;

/** Every context has an adapter of its own at the start, which calls with it name nearly always. */
const place = fc.tuple(fc.nat(CONTEXTS - 1), fc.nat(19)).map(([context, luck]) => ({
  context,
  adapter: luck === 0 ? (context + 1) % ADAPTERS : context % ADAPTERS,
}));
const adapter = fc.nat(ADAPTERS - 1);
const action = fc.integer({ min: 1, max: 3 });
const pick = fc.nat(7);
const registers = fc.nat(MOST + 1);
const pages = fc.integer({ min: 1, max: MOST + 1 });
const now = fc.nat(3).map((luck) => luck === 0);
const step: fc.Arbitrary<Step> = fc.oneof(
  place.map((one) => ({ kind: "initialise" as const, ...one })),
  {
    arbitrary: fc.tuple(place, registers, now, action).map(([one, count, isNow, then]) => ({
      ...{ kind: "allocate" as const, ...one, registers: count, now: isNow, action: then },
    })),
    weight: 4,
  },
  {
    arbitrary: fc
      .tuple(place, pages, now)
      .map(([one, count, isNow]) => ({ kind: "list" as const, ...one, pages: count, now: isNow })),
    weight: 3,
  },
  place.map((one) => ({ kind: "cancel" as const, ...one })),
  fc.record({ kind: fc.constant("freeChannel" as const), adapter }),
  fc.record({ kind: fc.constant("freeObject" as const), adapter, action }),
  fc.record({ kind: fc.constantFrom("freeRegisters" as const, "put" as const), pick }),
);

const memory = new PhysicalMemory(new Uint8Array(64 * 4096), [
  { base: physicalAddress(0x1000_0000n), lengthBytes: 64 * 4096, offset: 0 },
]);

/** The same calls on the real table, with requests numbered as the model numbers them. */
class Script {
  readonly host: Host;
  readonly granted: number[] = [];
  readonly #drivers: Driver[];
  readonly #contexts = Array.from({ length: CONTEXTS }, () => new Uint8Array(128));
  readonly #bases = new Map<number, { driver: Driver; base: MapRegisterBase; registers: number }>();
  readonly #lists = new Map<number, { driver: Driver; list: ScatterGatherList }>();
  #count = 0;

  constructor() {
    const host = new HostMemory(memory, new Random(1n));
    const windows = new RecordingWindows();
    const system = new DmaSystem({ memory, pages: host.pages, windows, mapRegisters: REGISTERS });
    this.host = { memory, host, windows, system };
    const maximumLength = 4096 * (MOST - 1);
    this.#drivers = Array.from({ length: ADAPTERS }, () => new Driver(this.host, { maximumLength }));
  }

  run(one: Step, held: (isList: boolean) => readonly { id: number }[]): unknown {
    switch (one.kind) {
      case "initialise": {
        const driver = this.#drivers[one.adapter] as Driver;
        return driver.operations.initializeDmaTransferContext(driver.adapter, this.#contextOf(one));
      }
      case "allocate":
        return this.#allocate(one);
      case "list":
        return this.#list(one);
      case "cancel":
        return (this.#drivers[one.adapter] as Driver).cancel(this.#contextOf(one));
      case "freeChannel":
        return this.#drivers[one.adapter]?.freeChannel();
      case "freeObject": {
        const driver = this.#drivers[one.adapter] as Driver;
        return driver.operations.freeAdapterObject(driver.adapter, one.action);
      }
      default:
        return this.#giveBack(one.kind === "put", one.pick, held(one.kind === "put"));
    }
  }

  #contextOf({ context: index }: { context: number }): Uint8Array {
    return this.#contexts[index] as Uint8Array;
  }

  #allocate(one: Extract<Step, { kind: "allocate" }>): number {
    const driver = this.#drivers[one.adapter] as Driver;
    const id = this.#count;
    const keep = (base: MapRegisterBase): number => {
      this.granted.push(id);
      this.#bases.set(id, { driver, base, registers: one.registers });
      return one.action;
    };
    // Synchronous requests without a routine keep the channel.
    const hasRoutine = !one.now || one.action !== KeepObject;
    const base: Out<MapRegisterBase> = { value: undefined };
    const status = driver.allocate({
      ...{ context: this.#contextOf(one), registers: one.registers },
      flags: one.now ? DMA_SYNCHRONOUS_CALLBACK : 0,
      routine: hasRoutine ? (_device, _irp, given) => keep(given) : null,
      base: hasRoutine ? null : base,
    });
    if (!hasRoutine && base.value !== undefined) keep(base.value);
    if (status === 0) this.#count++;
    return status;
  }

  #list(one: Extract<Step, { kind: "list" }>): number {
    const driver = this.#drivers[one.adapter] as Driver;
    const id = this.#count;
    const buffer = this.host.host.allocate({ lengthBytes: one.pages * 4096 });
    const status = driver.list(buffer, {
      context: this.#contextOf(one),
      flags: one.now ? DMA_SYNCHRONOUS_CALLBACK : 0,
      routine: (_device, _irp, granted) => {
        this.granted.push(id);
        this.#lists.set(id, { driver, list: granted });
      },
    });
    buffer.free();
    if (status === 0) this.#count++;
    return status;
  }

  #giveBack(isList: boolean, number: number, held: readonly { id: number }[]): void {
    const id = held[number % held.length]?.id;
    if (id === undefined) return;
    if (isList) {
      const { driver, list: given } = this.#lists.get(id) as { driver: Driver; list: ScatterGatherList };
      driver.put(given);
    } else {
      const kept = this.#bases.get(id) as { driver: Driver; base: MapRegisterBase; registers: number };
      kept.driver.freeRegisters(kept.base, kept.registers);
    }
  }
}

test("A42 A47 A48 A49 any script of calls: the table does as the state machine says, and one of cancelled and called happens", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60, size: "max" }), (steps) => {
      const model = new ChannelModel(REGISTERS, MOST);
      const script = new Script();
      // Every context starts initialised, so that scripts get on.
      const starts = Array.from({ length: CONTEXTS }, (_, index): Step => {
        return { kind: "initialise", context: index, adapter: index % ADAPTERS };
      });
      for (const one of [...starts, ...steps]) {
        // What a driver gives back is chosen before either runs.
        const held = { true: model.held(true), false: model.held(false) };
        const found = script.run(one, (isList) => held[`${isList}`]);
        expect(found).toEqual(model.run(one));
        expect(script.granted).toEqual(model.granted);
        expect(script.host.system.freeMapRegisters).toBe(model.free);
        expect(script.host.system.findings).toHaveLength(model.findings);
      }
      expect(script.granted.filter((id) => model.cancelled.has(id))).toEqual([]);
      expect(new Set(script.granted).size).toBe(script.granted.length);
    }),
    { numRuns: 3000 },
  );
});
