import type { WindowTable } from "../bus/window.ts";
import { PAGE_SIZE, spannedPages } from "../core/address.ts";
import { type CallSite, callSite, describeSite } from "../core/call-sites.ts";
import { counted } from "../core/counted.ts";
import type { Random } from "../core/random.ts";
import type { HostMemory } from "../memory/host-memory.ts";
import { type Mdl, type Range, walkPages } from "../memory/mdl.ts";
import { anyElements, type ElementLimits } from "../memory/platform-profile.ts";
import type { AdapterState } from "./adapter-state.ts";
import { Arbiter } from "./arbiter.ts";
import { BouncePages } from "./bounce-pages.ts";
import { checkIntact } from "./channel-routines.ts";
import { DEVICE_DESCRIPTION_VERSION3, DISPATCH_LEVEL, PCIBus, statusName } from "./constants.ts";
import type { DeviceDescription, DeviceObject, DmaAdapter, Out } from "./dma-adapter.ts";
import { type Finding, Findings } from "./finding.ts";
import type { Host } from "./host.ts";
import { type Injection, Injections } from "./injections.ts";
import { AT_PASSIVE, BELOW_DISPATCH, Irql } from "./irql.ts";
import { type Leftovers, leftovers } from "./leftovers.ts";
import { LogicalPages } from "./logical-pages.ts";
import { type Mapper, mapTransfer } from "./mapped-transfer.ts";
import { inWords, MappingHistory } from "./mapping-history.ts";
import { operationsTable } from "./operations-table.ts";
import { TransferContexts } from "./transfer-context.ts";

/** Map registers of all adapters together, by default: 16 MiB in flight. */
const MAP_REGISTERS = 4096;
/** Bytes of the adapter object that a driver may see. */
const ADAPTER_BYTES = 16;
const MOST_ADDRESS_BITS = 64;

export interface DmaSystemParts {
  readonly host: HostMemory;
  readonly windows: WindowTable;
  /** Of all adapters together: pages that can be mapped at a time. 4096 by default. */
  readonly mapRegisters?: number;
  /** Everything is bounced, not only what a device cannot reach. */
  readonly bouncesAll?: boolean;
  /** Logical addresses are not the physical ones; the order of the pages is drawn from this. */
  readonly logicalOrder?: Random;
  /** What devices demand of elements; nothing by default. */
  readonly limits?: Partial<ElementLimits>;
  /** Gets a line for each call that is no driver's fault and gives nothing. */
  readonly log?: (text: string) => void;
}

/**
 * The host's side of DMA: what the HAL is to a Windows driver. It hands out adapters, maps buffers for devices, and
 * opens a window for every element of a list, so that a device can touch what was mapped and nothing else.
 *
 * Wrong use returns the documented status where there is one, changes nothing, and is kept in `findings`.
 *
 * Its routines stand in `operations-table`, by slot: `channel-routines` and `arbiter` for who has the channel and map
 * registers, `list-routines` and `map-routines` for what a device sees (`mapping`), `information-routines` for the rest.
 */
export class DmaSystem {
  readonly irql: Irql;
  readonly #host: Host;
  readonly #findings = new Findings();
  readonly #log: (text: string) => void;
  readonly #bouncesAll: boolean;
  readonly #logicalPages: LogicalPages | undefined;
  readonly #limits: ElementLimits;
  /** The last call of KeRaiseIrql. */
  #raised: CallSite | undefined;

  constructor(parts: DmaSystemParts) {
    const { host, windows, mapRegisters = MAP_REGISTERS, log = () => {} } = parts;
    this.#log = log;
    this.#bouncesAll = parts.bouncesAll ?? false;
    this.#limits = { ...anyElements, ...parts.limits };
    if (parts.logicalOrder !== undefined)
      this.#logicalPages = new LogicalPages(host.physical.banks, parts.logicalOrder);
    this.irql = new Irql(this.#findings);
    this.#host = {
      parts: { host, windows, history: new MappingHistory() },
      findings: this.#findings,
      irql: this.irql,
      contexts: new TransferContexts(),
      arbiter: new Arbiter(mapRegisters, ({ record }) => checkIntact(this.#host, record)),
      injections: new Injections(),
      registers: mapRegisters,
      refusals: [],
      adapters: new Map(),
    };
    host.watch({
      isInUse: (buffer, mdl) => this.#isInUse(buffer, mdl),
      freed: () => this.#host.arbiter.retry(),
    });
  }

  /** What drivers did wrong, in order. */
  get findings(): readonly Finding[] {
    return this.#findings.all;
  }

  get freeMapRegisters(): number {
    return this.#host.arbiter.freeRegisters;
  }

  get currentIrql(): number {
    return this.irql.current;
  }

  /** KeRaiseIrql: returns the old IRQL. */
  keRaiseIrql(level: number): number {
    this.#raised = this.#host.parts.history.sites.keep();
    return this.irql.raise(level);
  }

  /** Runs `work` at DISPATCH_LEVEL, as most routines of the table demand, and returns to the level before. */
  atDispatch<T>(work: () => T): T {
    return this.irql.atDispatch(work);
  }

  /** A driver waits here, as for time of the device: it may not at DISPATCH_LEVEL. */
  checkWait(what: string): void {
    this.irql.check(what, BELOW_DISPATCH);
  }

  /** A driver has done its work: it is at PASSIVE_LEVEL again, and is put there. */
  checkEnd(what: string): void {
    this.irql.check(what, AT_PASSIVE, this.#raised);
    this.irql.reset();
  }

  /** KeLowerIrql. */
  keLowerIrql(level: number): void {
    this.irql.lower(level);
  }

  /** Refuses, defers or shortens calls to come. Throws `RangeError` for an injection that strikes no call. */
  inject(injection: Injection): void {
    this.#host.injections.add(injection);
  }

  /** What drivers hold and wait for; empty when nothing. Common buffers count with `isEnding` alone. */
  holdings({ isEnding = false } = {}): readonly Leftovers[] {
    const all = [...this.#host.adapters.values()].flatMap((state) => leftovers(state));
    return all.filter(({ name }) => isEnding || name !== "PUT_WITH_COMMON_BUFFERS");
  }

  /** The last calls that were refused, in words: a driver that does not look at a status waits for what never comes. */
  get refusals(): readonly string[] {
    return this.#host.refusals.map(
      ({ routine, status, site }) => `${routine}: ${statusName(status)} ${describeSite(site)}`,
    );
  }

  /** Why the device may not `access` an address that is or was mapped; undefined when it never was, or was long ago. */
  explain(address: bigint, access: "read" | "write"): string | undefined {
    const states = [...this.#host.adapters.values()];
    const live = states.flatMap(({ allocations, commonBuffers }) => [
      ...allocations.flatMap(({ mappings }) => mappings),
      ...commonBuffers,
    ]);
    return this.#host.parts.history.explain(address, access, live) ?? this.#explainPhysical(address);
  }

  /**
   * IoGetDmaAdapter. The version of the description decides the version of the operations table. There is no system DMA
   * here, so a device that is no bus master gets null, which drivers must expect. `numberOfMapRegisters` gets the most
   * for one operation.
   */
  ioGetDmaAdapter(
    physicalDeviceObject: DeviceObject | null,
    description: DeviceDescription,
    numberOfMapRegisters: Out<number>,
  ): DmaAdapter | null {
    this.irql.check("IoGetDmaAdapter", AT_PASSIVE);
    const { version, maximumLength } = description;
    if (![0, 1, 2, 3].includes(version)) {
      this.#findings.report("DESCRIPTION_VERSION", `IoGetDmaAdapter with description version ${version}`, {
        parameters: { version },
      });
      return null;
    }
    const bits = addressBits(description);
    const refusal = refusalOf(description, bits);
    if (refusal !== undefined) return this.#refuse(refusal);
    const { registers, adapters, parts, irql } = this.#host;
    const deviceObject = physicalDeviceObject ?? { name: "device", currentIrp: null };
    const adapter: DmaAdapter = {
      version: 1,
      size: ADAPTER_BYTES,
      dmaOperations: operationsTable(this.#host, Math.max(1, version)),
      map: (mdl, options) => {
        if (irql.current >= DISPATCH_LEVEL) this.#checkAwaited("adapter.map");
        return mapTransfer(mapper, mdl, options);
      },
    };
    const mapper: Mapper = { adapter, deviceObject, irql, contexts: [] };
    const reach = 2 ** bits;
    const isAllReached = parts.host.physical.banks.every(
      ({ base, lengthBytes }) => Number(base) + lengthBytes <= reach,
    );
    const isScattered = description.scatterGather === true;
    const wanted = Math.min(registers, spannedPages(0, maximumLength) + 1);
    const bouncesAll = this.#bouncesAll;
    const bouncePages =
      isAllReached && isScattered && !bouncesAll
        ? undefined
        : new BouncePages(parts.host.pages, reach, !isScattered, this.#limits.elementBoundary, wanted);
    const maximumRegisters = bouncePages?.count ?? wanted;
    if (maximumRegisters === 0)
      return this.#refuse(`no memory is free that a device of ${counted(bits, "address bit")} reaches`);
    const state: AdapterState = {
      ...{ adapter, description, reach, maximumRegisters, bouncePages, bouncesAll },
      logicalPages: this.#logicalPages,
      limits: this.#limits,
      isReleased: false,
      owner: undefined,
      queue: [],
      allocations: [],
      commonBuffers: new Set(),
    };
    adapters.set(adapter, state);
    numberOfMapRegisters.value = maximumRegisters;
    return adapter;
  }

  /** A call may begin at DISPATCH_LEVEL, round which the IRQL was raised; who waits for it there has it raised still. */
  #checkAwaited(what: string): void {
    const site = callSite();
    queueMicrotask(() => this.irql.check(`a wait for ${what}`, BELOW_DISPATCH, site));
  }

  /** A driver may have given the device a physical address. */
  #explainPhysical(address: bigint): string | undefined {
    if (this.#logicalPages === undefined || !this.#host.parts.host.physical.holds(Number(address), 1))
      return undefined;
    return "that is a physical address; a device is given logical ones, from a list, a map or a common buffer";
  }

  /** Finds each mapping, and each request for one, of a buffer that is being freed. */
  #isInUse(buffer: string, { pageFrameNumbers }: Mdl): boolean {
    const frames = new Set(pageFrameNumbers);
    const all = [...this.#host.adapters.values()].flatMap(({ allocations }) => allocations);
    const mappings = all.flatMap((one) => one.mappings).filter(({ range }) => touches(range, frames));
    const waiting = all.filter(
      ({ mappings: [mapping], range }) =>
        mapping === undefined && range !== undefined && touches(range, frames),
    );
    for (const mapping of mappings)
      this.#findings.report("FREED_UNDER_MAPPING", `${buffer} is freed while it is mapped`, {
        mapping: inWords(mapping),
      });
    for (const { site } of waiting)
      this.#findings.report("FREED_UNDER_MAPPING", `${buffer} is freed while a request to map it waits`, {
        mapping: `asked for ${describeSite(site)}`,
      });
    return mappings.length + waiting.length > 0;
  }

  #refuse(reason: string): null {
    this.#log(`IoGetDmaAdapter gives no adapter: ${reason}`);
    return null;
  }
}

/** Why there is no adapter for a device, if there is none. */
function refusalOf({ master, maximumLength }: DeviceDescription, bits: number): string | undefined {
  if (!master) return "master is false, and there is no system DMA here";
  if (!Number.isInteger(bits) || bits < 1 || bits > MOST_ADDRESS_BITS)
    return `dmaAddressWidth is ${bits}; in version 3 it says the address bits, from 1 to ${MOST_ADDRESS_BITS}`;
  return maximumLength >= 1 ? undefined : `maximumLength is ${maximumLength}`;
}

/** From version 3 on the width says it, before that the flags do. */
function addressBits(description: DeviceDescription): number {
  const { version, scatterGather, interfaceType, dmaAddressWidth = 0 } = description;
  if (version === DEVICE_DESCRIPTION_VERSION3) return dmaAddressWidth;
  if (description.dma64BitAddresses === true) return 64;
  const has32 =
    description.dma32BitAddresses === true || (scatterGather === true && interfaceType === PCIBus);
  return has32 ? 32 : 24;
}

function touches({ mdl, offset, length }: Range, frames: ReadonlySet<number>): boolean {
  let isTouched = false;
  walkPages(mdl, offset, length, (address) => {
    isTouched ||= frames.has(Math.floor(address / PAGE_SIZE));
  });
  return isTouched;
}
