import type { WindowTable } from "../../../src/bus/window.ts";
import type { HostBuffer } from "../../../src/memory/host-buffer.ts";
import type { HostMemory } from "../../../src/memory/host-memory.ts";
import type { PhysicalMemory } from "../../../src/memory/physical-memory.ts";
import {
  DMA_SYNCHRONOUS_CALLBACK,
  DMA_TRANSFER_CONTEXT_SIZE_V1,
  KeepObject,
  STATUS_SUCCESS,
} from "../../../src/wdm/constants.ts";
import type { DeviceDescription, MapRegisterBase, Out } from "../../../src/wdm/dma-adapter.ts";
import { DmaSystem } from "../../../src/wdm/dma-system.ts";
import type { ScatterGatherElement, ScatterGatherList } from "../../../src/wdm/scatter-gather.ts";
import { ChannelModel } from "./channel-model.ts";
import {
  ADAPTERS,
  CONTEXTS,
  type Held,
  homeOf,
  MOST,
  type Place,
  REGISTERS,
  type Step,
} from "./channel-steps.ts";
import { Driver, ROOM } from "./driver.ts";

/** Two devices that reach all memory and one of 32 address bits, whose buffers are bounced. */
const devices: readonly Partial<DeviceDescription>[] = [
  { dmaAddressWidth: 64 },
  { dmaAddressWidth: 64 },
  { dmaAddressWidth: 32 },
];
const MAXIMUM_BYTES = 4096 * (MOST - 1);

/** What a granted request holds. */
interface Grant {
  readonly id: number;
  readonly adapter: number;
  readonly buffer: HostBuffer;
  readonly base: MapRegisterBase;
  readonly registers: number;
  readonly list: ScatterGatherList | undefined;
  /** What was mapped last, as the device sees it. */
  elements: readonly ScatterGatherElement[];
}

/** A moment at which a device can show that the windows are right. */
export interface DeviceTurn {
  /** The driver is about to give back what is mapped, or has just done so. */
  readonly when: "before" | "after";
  readonly buffer: HostBuffer;
  readonly elements: readonly ScatterGatherElement[];
  readonly writeToDevice: boolean;
}

export interface ScriptParts {
  readonly memory: PhysicalMemory;
  readonly host: HostMemory;
  readonly windows: WindowTable;
  /** A buffer of so many pages. */
  readonly bufferOf: (pages: number) => HostBuffer;
}

export class ScriptDifference extends Error {}

/**
 * Makes every call of a script on the real table and on the model. Throws `ScriptDifference` where they differ; stops
 * where a device may take its turn.
 */
export function* runScript(steps: readonly Step[], parts: ScriptParts): Generator<DeviceTurn, void, void> {
  const { pages } = parts.host;
  let bought = 0;
  const bufferOf = (count: number): HostBuffer => {
    const before = pages.freePages;
    const buffer = parts.bufferOf(count);
    bought += before - pages.freePages;
    return buffer;
  };
  const before = pages.freePages;
  const comparison = new Comparison({ ...parts, bufferOf });
  // Every context starts initialised, so that scripts get on.
  for (let context = 0; context < CONTEXTS; context++) {
    yield* comparison.step({ kind: "initialise", context, adapter: homeOf(context) });
  }
  for (const step of steps) {
    if (step.kind === "reset") yield* comparison.reset(step.adapter);
    else yield* comparison.step(step);
  }
  for (let adapter = 0; adapter < ADAPTERS; adapter++) yield* comparison.reset(adapter);
  comparison.checkEnd();
  same("pages that are used for bouncing", before - bought - pages.freePages, 0);
}

class Comparison {
  readonly #model = new ChannelModel(REGISTERS, MOST);
  readonly #script: Script;

  constructor(parts: ScriptParts) {
    this.#script = new Script(parts);
  }

  *step(step: PlainStep): Generator<DeviceTurn, void, void> {
    const model = this.#model;
    const script = this.#script;
    const request = "pick" in step ? model.choose(step.kind, step.pick) : undefined;
    const grant = request === undefined ? undefined : script.grantOf(request.id);
    const isEnd = request?.isMapped === true && (step.kind === "flush" || step.kind === "put");
    const turn = grant !== undefined && isEnd ? turnOf(grant) : undefined;
    if (turn !== undefined) yield { ...turn, when: "before" };
    const found = script.run(step, grant);
    same(step.kind, found, model.run(step));
    this.#compare();
    if (turn !== undefined) yield { ...turn, when: "after" };
  }

  /** As a driver does when its device is reset or removed. */
  *reset(adapter: number): Generator<DeviceTurn, void, void> {
    const model = this.#model;
    for (let next = model.nextToEnd(adapter); next !== undefined; next = model.nextToEnd(adapter)) {
      yield* this.step(next);
    }
    this.#script.restart(adapter);
    this.#compare();
    for (const context of model.contextsOf(adapter))
      yield* this.step({ kind: "initialise", context, adapter });
  }

  #compare(): void {
    const { granted, inside, mapped, free, findings } = this.#model;
    const script = this.#script;
    same("requests granted", script.granted.length, granted.length);
    same("the last request granted", script.granted.at(-1), granted.at(-1));
    same("cancellations inside routines", script.inside.length, inside.length);
    same("the last cancellation inside a routine", script.inside.at(-1), inside.at(-1));
    same("free map registers", script.system.freeMapRegisters, free);
    same("findings", script.system.findings.length, findings);
    const windows = mapped.reduce((sum, id) => sum + (script.grantOf(id)?.elements.length ?? 0), 0);
    same("open windows", script.openWindows, windows);
  }

  checkEnd(): void {
    const { granted, inside, cancelled } = this.#model;
    const script = this.#script;
    same("all requests granted", script.granted.join(), granted.join());
    same("all cancellations inside routines", script.inside.join(), inside.join());
    same("requests granted twice", script.granted.length - new Set(script.granted).size, 0);
    same("cancelled and called", script.granted.filter((id) => cancelled.has(id)).join(), "");
    same("map registers in use", REGISTERS - script.system.freeMapRegisters, 0);
    same(
      "holdings",
      script.system
        .holdings({ isEnding: true })
        .map(({ what }) => what)
        .join(),
      "",
    );
    for (let adapter = 0; adapter < ADAPTERS; adapter++) script.put(adapter);
  }
}

function same(what: string, found: unknown, expected: unknown): void {
  if (found !== expected)
    throw new ScriptDifference(`${what}: ${String(found)}, but the model says ${String(expected)}`);
}

function turnOf({ buffer, elements, id }: Grant): Omit<DeviceTurn, "when"> {
  return { buffer, elements, writeToDevice: writesToDevice(id) };
}

/** Every other request goes the other way. */
function writesToDevice(id: number): boolean {
  return id % 2 === 0;
}

type PlainStep = Exclude<Step, { kind: "reset" }>;

/** The same calls on the real table, with requests numbered as the model numbers them. */
class Script {
  readonly system: DmaSystem;
  readonly granted: number[] = [];
  readonly inside: boolean[] = [];
  readonly #parts: ScriptParts;
  readonly #drivers: Driver[];
  readonly #contexts = new Uint8Array(CONTEXTS * DMA_TRANSFER_CONTEXT_SIZE_V1);
  readonly #grants = new Map<number, Grant>();
  #count = 0;

  constructor(parts: ScriptParts) {
    const { host, windows } = parts;
    this.system = new DmaSystem({ host, windows, mapRegisters: REGISTERS });
    this.#parts = parts;
    this.#drivers = devices.map((_, index) => this.#driverOf(index));
  }

  #driverOf(index: number): Driver {
    return new Driver(
      { ...this.#parts, system: this.system },
      { maximumLength: MAXIMUM_BYTES, ...devices[index] },
    );
  }

  grantOf(id: number): Grant | undefined {
    return this.#grants.get(id);
  }

  /** The driver goes, with everything given back; another one comes. */
  restart(adapter: number): void {
    this.put(adapter);
    this.#drivers[adapter] = this.#driverOf(adapter);
  }

  /** An adapter that holds nothing is put back, with the pages that it keeps. */
  put(adapter: number): void {
    const driver = this.#drivers[adapter] as Driver;
    driver.operations.putDmaAdapter(driver.adapter);
  }

  get openWindows(): number {
    return this.#parts.windows.live.size;
  }

  run(step: PlainStep, grant: Grant | undefined): unknown {
    switch (step.kind) {
      case "initialise": {
        const driver = this.#drivers[step.adapter] as Driver;
        return driver.operations.initializeDmaTransferContext(driver.adapter, this.#contextOf(step));
      }
      case "allocate":
        return this.#allocate(step);
      case "list":
        return this.#list(step);
      case "cancel":
        return this.#cancel(step);
      case "freeChannel":
        return this.#drivers[step.adapter]?.freeChannel();
      case "freeObject": {
        const driver = this.#drivers[step.adapter] as Driver;
        return driver.operations.freeAdapterObject(driver.adapter, step.action);
      }
      default:
        return grant === undefined ? undefined : this.#use(step.kind, grant);
    }
  }

  #contextOf({ context: index }: { context: number }): Uint8Array {
    const at = index * DMA_TRANSFER_CONTEXT_SIZE_V1;
    return this.#contexts.subarray(at, at + DMA_TRANSFER_CONTEXT_SIZE_V1);
  }

  #cancel(place: Place): boolean {
    return (this.#drivers[place.adapter] as Driver).cancel(this.#contextOf(place));
  }

  #enter(grant: Grant, inside: Place | undefined): void {
    this.granted.push(grant.id);
    this.#grants.set(grant.id, grant);
    if (inside !== undefined) this.inside.push(this.#cancel(inside));
  }

  #allocate(one: Extract<Step, { kind: "allocate" }>): number {
    const { adapter, registers } = one;
    const id = this.#count;
    const keep = (base: MapRegisterBase): number => {
      const buffer = this.#parts.bufferOf(Math.max(1, registers));
      this.#enter({ id, adapter, buffer, base, registers, list: undefined, elements: [] }, one.inside);
      return one.action;
    };
    // Synchronous requests without a routine keep the channel.
    const hasRoutine = !one.now || one.action !== KeepObject;
    const base: Out<MapRegisterBase> = { value: undefined };
    const status = (this.#drivers[adapter] as Driver).allocate({
      ...{ context: this.#contextOf(one), registers },
      flags: one.now ? DMA_SYNCHRONOUS_CALLBACK : 0,
      routine: hasRoutine ? (_device, _irp, given) => keep(given) : null,
      base: hasRoutine ? null : base,
    });
    if (!hasRoutine && base.value !== undefined) keep(base.value);
    if (status === STATUS_SUCCESS) this.#count++;
    return status;
  }

  #list(one: Extract<Step, { kind: "list" }>): number {
    const { adapter, keeps } = one;
    const id = this.#count;
    const buffer = this.#parts.bufferOf(one.pages);
    const keep = (list: ScatterGatherList): void => {
      const { elements } = list;
      this.#enter({ id, adapter, buffer, base: null, registers: one.pages, list, elements }, one.inside);
    };
    const out: Out<ScatterGatherList> = { value: undefined };
    const status = (this.#drivers[adapter] as Driver).list(buffer, {
      context: this.#contextOf(one),
      flags: one.now ? DMA_SYNCHRONOUS_CALLBACK : 0,
      routine: keeps ? null : (_device, _irp, granted) => keep(granted),
      write: writesToDevice(id),
      out: keeps ? out : null,
      ...(one.build ? { bytes: ROOM } : {}),
    });
    if (keeps && out.value !== undefined) keep(out.value);
    if (status === STATUS_SUCCESS) this.#count++;
    return status;
  }

  #use(kind: Held, grant: Grant): unknown {
    const { base, registers, buffer, list } = grant;
    const driver = this.#drivers[grant.adapter] as Driver;
    const write = writesToDevice(grant.id);
    const { mdl, lengthBytes } = buffer;
    switch (kind) {
      case "map": {
        const { status, length, elements } = driver.map(mdl, base, 0, lengthBytes, { write });
        if (status !== STATUS_SUCCESS) return status;
        grant.elements = elements;
        return length === lengthBytes ? status : `${length} of ${lengthBytes} bytes`;
      }
      case "flush":
        return driver.flush(mdl, base, 0, lengthBytes, write);
      case "freeRegisters":
        return driver.freeRegisters(base, registers);
      case "put":
        return driver.put(list as ScatterGatherList, write);
    }
  }
}
