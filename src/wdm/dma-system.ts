import type { WindowTable } from "../bus/window.ts";
import { spannedPages } from "../core/address.ts";
import type { PageAllocator } from "../memory/page-allocator.ts";
import type { PhysicalMemory } from "../memory/physical-memory.ts";
import type { AdapterState } from "./adapter-state.ts";
import { Arbiter } from "./arbiter.ts";
import { DEVICE_DESCRIPTION_VERSION3, PCIBus } from "./constants.ts";
import type { DeviceDescription, DeviceObject, DmaAdapter, DmaOperations, Out } from "./dma-adapter.ts";
import { type Finding, Findings } from "./finding.ts";
import type { Host } from "./host.ts";
import { leftovers } from "./information-routines.ts";
import { AT_PASSIVE, Irql } from "./irql.ts";
import { type Mapper, mapTransfer } from "./mapped-transfer.ts";
import { operationsTable } from "./operations-table.ts";
import { TransferContexts } from "./transfer-context.ts";

/** Map registers of all adapters together, by default: 16 MiB in flight. */
const MAP_REGISTERS = 4096;
/** Bytes of the adapter object that a driver may see. */
const ADAPTER_BYTES = 16;
/** Address bits that no device of version 3 has fewer than. */
const FEWEST_ADDRESS_BITS = 24;

export interface DmaSystemParts {
  readonly memory: PhysicalMemory;
  readonly pages: PageAllocator;
  readonly windows: WindowTable;
  readonly mapRegisters?: number;
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
  readonly #operations = new Map<number, DmaOperations>();
  readonly #findings = new Findings();

  constructor({ memory, pages, windows, mapRegisters = MAP_REGISTERS }: DmaSystemParts) {
    this.irql = new Irql(this.#findings);
    this.#host = {
      parts: { memory, pages, windows },
      findings: this.#findings,
      irql: this.irql,
      contexts: new TransferContexts(),
      arbiter: new Arbiter(pages, mapRegisters),
      registers: mapRegisters,
      adapters: new Map(),
    };
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
    return this.irql.raise(level);
  }

  /** KeLowerIrql. */
  keLowerIrql(level: number): void {
    this.irql.lower(level);
  }

  /** In words, what drivers hold and wait for; empty when nothing. Common buffers count with `isEnding` alone. */
  describeHoldings({ isEnding = false } = {}): string[] {
    return [...this.#host.adapters.values()].flatMap((state) => {
      const held = leftovers(state).filter(([name]) => isEnding || name !== "PUT_WITH_COMMON_BUFFERS");
      return held.map(([, count, what]) => `${count} ${what}`);
    });
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
    const { version, master, maximumLength } = description;
    if (![0, 1, 2, 3].includes(version)) {
      this.#findings.report("DESCRIPTION_VERSION", `IoGetDmaAdapter with description version ${version}`, {
        parameters: { version },
      });
      return null;
    }
    const bits = addressBits(description);
    if (!master || bits === undefined || maximumLength < 1) return null;
    const { registers, adapters, parts, irql } = this.#host;
    const deviceObject = physicalDeviceObject ?? { name: "device", currentIrp: null };
    const adapter: DmaAdapter = {
      version: 1,
      size: ADAPTER_BYTES,
      dmaOperations: this.#operationsOf(Math.max(1, version)),
      map: (mdl, options) => mapTransfer(mapper, mdl, options),
    };
    const mapper: Mapper = { adapter, deviceObject, irql, contexts: [] };
    const reach = 2 ** bits;
    const isAllReached = parts.memory.banks.every(
      ({ base, lengthBytes }) => Number(base) + lengthBytes <= reach,
    );
    const maximumRegisters = Math.min(registers, spannedPages(0, maximumLength) + 1);
    const state: AdapterState = {
      ...{ adapter, description, reach, maximumRegisters },
      bounces: !isAllReached || description.scatterGather !== true,
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

  #operationsOf(version: number): DmaOperations {
    const known = this.#operations.get(version);
    if (known !== undefined) return known;
    const table = operationsTable(this.#host, version);
    this.#operations.set(version, table);
    return table;
  }
}

/** From version 3 on the width says it, before that the flags do; undefined when no adapter can be had. */
function addressBits(description: DeviceDescription): number | undefined {
  const { version, scatterGather, interfaceType, dmaAddressWidth = 0 } = description;
  if (version === DEVICE_DESCRIPTION_VERSION3)
    return dmaAddressWidth >= FEWEST_ADDRESS_BITS && dmaAddressWidth <= 64 ? dmaAddressWidth : undefined;
  if (description.dma64BitAddresses === true) return 64;
  const has32 =
    description.dma32BitAddresses === true || (scatterGather === true && interfaceType === PCIBus);
  return has32 ? 32 : 24;
}
