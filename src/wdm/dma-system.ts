import type { WindowTable } from "../bus/window.ts";
import { spannedPages } from "../core/address.ts";
import { chainBytes, type Mdl } from "../memory/mdl.ts";
import type { PageAllocator } from "../memory/page-allocator.ts";
import type { PhysicalMemory } from "../memory/physical-memory.ts";
import {
  DEVICE_DESCRIPTION_VERSION3,
  DISPATCH_LEVEL,
  DMA_SYNCHRONOUS_CALLBACK,
  DMA_TRANSFER_CONTEXT_SIZE_V1,
  PASSIVE_LEVEL,
  STATUS_INSUFFICIENT_RESOURCES,
  STATUS_INVALID_PARAMETER,
  STATUS_SUCCESS,
} from "./constants.ts";
import type {
  DeviceDescription,
  DeviceObject,
  DmaAdapter,
  DmaOperations,
  DriverListControl,
  Out,
} from "./dma-adapter.ts";
import { callSite, type Finding } from "./finding.ts";
import { Mapping, type Request, registersNeeded } from "./mapping.ts";
import type { ScatterGatherList } from "./scatter-gather.ts";
import { type ContextRecord, TransferContexts } from "./transfer-context.ts";

/** Map registers of all adapters together, by default. */
const MAP_REGISTERS = 512;
/** Bytes of the adapter object that a driver may see. */
const ADAPTER_BYTES = 16;
/** Slot 27, FreeAdapterObject, is the last one that is there; a slot has 8 bytes. */
const OPERATIONS_BYTES = 8 * 28;

export interface DmaSystemParts {
  readonly memory: PhysicalMemory;
  readonly pages: PageAllocator;
  readonly windows: WindowTable;
  readonly mapRegisters?: number;
}

interface AdapterState {
  readonly description: DeviceDescription;
  isReleased: boolean;
  /** The context whose list was taken without a routine: it owns the channel until `freeAdapterObject`. */
  owner: ContextRecord | undefined;
}

interface QueuedRequest {
  readonly adapter: DmaAdapter;
  readonly state: AdapterState;
  readonly record: ContextRecord;
  readonly request: Request;
  readonly run: (list: ScatterGatherList) => void;
}

/**
 * The host's side of DMA: what the HAL is to a Windows driver. It hands out adapters, maps buffers for devices, and
 * opens a window for every element of a list, so that a device can touch what was mapped and nothing else.
 *
 * Wrong use returns the documented status where there is one, changes nothing, and is kept in `findings`.
 */
export class DmaSystem {
  readonly findings: Finding[] = [];
  readonly #parts: DmaSystemParts;
  readonly #adapters = new Map<DmaAdapter, AdapterState>();
  readonly #contexts = new TransferContexts();
  readonly #mappings = new Map<
    ScatterGatherList,
    { mapping: Mapping; adapter: DmaAdapter; record: ContextRecord }
  >();
  readonly #queue: QueuedRequest[] = [];
  readonly #operations: DmaOperations;
  #freeRegisters: number;
  #irql: number = PASSIVE_LEVEL;
  #isDraining = false;

  constructor(parts: DmaSystemParts) {
    this.#parts = parts;
    this.#freeRegisters = parts.mapRegisters ?? MAP_REGISTERS;
    this.#operations = {
      size: OPERATIONS_BYTES,
      putDmaAdapter: (adapter) => this.#putDmaAdapter(adapter),
      putScatterGatherList: (adapter, list, write) => this.#putScatterGatherList(adapter, list, write),
      initializeDmaTransferContext: (adapter, context) => this.#initializeContext(adapter, context),
      getScatterGatherListEx: (...args) => this.#getScatterGatherListEx(...args),
      freeAdapterObject: (adapter, action) => this.#freeAdapterObject(adapter, action),
    };
  }

  get currentIrql(): number {
    return this.#irql;
  }

  /** Lists that were handed out and not given back. */
  get liveLists(): number {
    return this.#mappings.size;
  }

  get freeMapRegisters(): number {
    return this.#freeRegisters;
  }

  /** Returns the old IRQL. */
  keRaiseIrql(irql: number): number {
    const old = this.#irql;
    if (irql < old) this.#find("IRQL", `KeRaiseIrql from ${old} to ${irql}`);
    this.#irql = Math.max(old, irql);
    return old;
  }

  keLowerIrql(irql: number): void {
    if (irql > this.#irql) this.#find("IRQL", `KeLowerIrql from ${this.#irql} to ${irql}`);
    this.#irql = Math.min(this.#irql, irql);
  }

  /**
   * IoGetDmaAdapter. Version 3 bus masters with scatter/gather get an adapter; for any other description there is none
   * here, and the result is null, which drivers must expect. `numberOfMapRegisters` gets the most for one operation.
   */
  ioGetDmaAdapter(
    _physicalDeviceObject: DeviceObject | null,
    description: DeviceDescription,
    numberOfMapRegisters: Out<number>,
  ): DmaAdapter | null {
    if (this.#irql !== PASSIVE_LEVEL) {
      this.#find("IRQL", `IoGetDmaAdapter at IRQL ${this.#irql}`);
      return null;
    }
    const { version, master, scatterGather, dmaAddressWidth, maximumLength } = description;
    if (version !== DEVICE_DESCRIPTION_VERSION3 || !master || !scatterGather) return null;
    if (!(dmaAddressWidth >= 24 && dmaAddressWidth <= 64) || maximumLength < 1) return null;
    const adapter: DmaAdapter = { version: 1, size: ADAPTER_BYTES, dmaOperations: this.#operations };
    this.#adapters.set(adapter, { description, isReleased: false, owner: undefined });
    numberOfMapRegisters.value = spannedPages(0, maximumLength) + 1;
    return adapter;
  }

  #putDmaAdapter(adapter: DmaAdapter): void {
    const state = this.#stateOf(adapter, "PutDmaAdapter");
    if (state === undefined) return;
    const held = [...this.#mappings.values()].filter((entry) => entry.adapter === adapter).length;
    if (held > 0)
      this.#find("ADAPTER_IN_USE", `PutDmaAdapter with ${held} scatter/gather lists not given back`);
    state.isReleased = true;
  }

  #initializeContext(adapter: DmaAdapter, context: Uint8Array): number {
    if (this.#stateOf(adapter, "InitializeDmaTransferContext") === undefined) return STATUS_INVALID_PARAMETER;
    if (!(context instanceof Uint8Array) || context.length < DMA_TRANSFER_CONTEXT_SIZE_V1) {
      return STATUS_INVALID_PARAMETER;
    }
    this.#checkIrql("InitializeDmaTransferContext");
    const known = this.#contexts.find(context);
    if (known !== undefined && known.state !== "initialised") {
      this.#find("CONTEXT_LIVE", `InitializeDmaTransferContext on a context that is ${known.state}`);
      return STATUS_INVALID_PARAMETER;
    }
    this.#contexts.initialise(context, adapter);
    return STATUS_SUCCESS;
  }

  #getScatterGatherListEx(
    ...[
      adapter,
      deviceObject,
      context,
      mdl,
      offset,
      length,
      flags,
      routine,
      routineContext,
      writeToDevice,
      ,
      ,
      out,
    ]: Parameters<DmaOperations["getScatterGatherListEx"]>
  ): number {
    const state = this.#stateOf(adapter, "GetScatterGatherListEx");
    if (state === undefined) return STATUS_INVALID_PARAMETER;
    this.#checkIrql("GetScatterGatherListEx");
    const isSynchronous = (flags & DMA_SYNCHRONOUS_CALLBACK) !== 0;
    if (routine === null && (!isSynchronous || out === null)) return STATUS_INVALID_PARAMETER;
    if (!isRange(mdl, offset, length)) return STATUS_INVALID_PARAMETER;
    const record = this.#claim(context, adapter);
    if (record === undefined) return STATUS_INVALID_PARAMETER;
    const reach = 2 ** state.description.dmaAddressWidth;
    const request: Request = { mdl, offset, length, writeToDevice, reach };
    if (registersNeeded(request) > (this.#parts.mapRegisters ?? MAP_REGISTERS))
      return STATUS_INSUFFICIENT_RESOURCES;
    const run = (list: ScatterGatherList): void => {
      if (out !== null) out.value = list;
      if (routine === null) state.owner = record;
      else this.#callRoutine(routine, deviceObject, list, routineContext);
    };
    const queued: QueuedRequest = { adapter, state, record, request, run };
    if (isSynchronous && !this.#canRun(queued)) return STATUS_INSUFFICIENT_RESOURCES;
    record.state = "pending";
    this.#queue.push(queued);
    this.#drain();
    return STATUS_SUCCESS;
  }

  /** The context of a new request: initialised on this adapter and in nobody's use. */
  #claim(context: Uint8Array, adapter: DmaAdapter): ContextRecord | undefined {
    const record = context instanceof Uint8Array ? this.#contexts.find(context) : undefined;
    if (record === undefined) {
      this.#find(
        "CONTEXT_UNINITIALISED",
        "GetScatterGatherListEx with a transfer context that was not initialised",
      );
      return undefined;
    }
    if (record.adapter !== adapter) {
      this.#find("CONTEXT_FOREIGN", "GetScatterGatherListEx with a transfer context of another adapter");
      return undefined;
    }
    if (record.state !== "initialised") {
      this.#find("CONTEXT_SHARED", `GetScatterGatherListEx with a transfer context that is ${record.state}`);
      return undefined;
    }
    return record;
  }

  #canRun({ state, request }: QueuedRequest): boolean {
    return this.#queue.length === 0 && this.#hasResources(state, request);
  }

  #hasResources(state: AdapterState, request: Request): boolean {
    return state.owner === undefined && registersNeeded(request) <= this.#freeRegisters;
  }

  /** Runs what can run, in order: nobody overtakes. A routine may ask again, which only lengthens the queue. */
  #drain(): void {
    if (this.#isDraining) return;
    this.#isDraining = true;
    try {
      for (let next = this.#queue[0]; next !== undefined; next = this.#queue[0]) {
        if (!this.#hasResources(next.state, next.request)) break;
        this.#queue.shift();
        const mapping = new Mapping(this.#parts, next.request);
        this.#freeRegisters -= mapping.registers;
        next.record.state = "mapped";
        this.#mappings.set(mapping.list, { mapping, adapter: next.adapter, record: next.record });
        next.run(mapping.list);
      }
    } finally {
      this.#isDraining = false;
    }
  }

  #callRoutine(
    routine: DriverListControl,
    deviceObject: DeviceObject,
    list: ScatterGatherList,
    context: unknown,
  ): void {
    const old = this.keRaiseIrql(Math.max(this.#irql, DISPATCH_LEVEL));
    try {
      const result: unknown = routine(deviceObject, deviceObject.currentIrp, list, context);
      if (result instanceof Promise) this.#find("ROUTINE_WAITS", "the execution routine returned a promise");
    } finally {
      this.keLowerIrql(old);
    }
  }

  #putScatterGatherList(adapter: DmaAdapter, list: ScatterGatherList, writeToDevice: boolean): void {
    if (this.#irql !== DISPATCH_LEVEL) this.#find("IRQL", `PutScatterGatherList at IRQL ${this.#irql}`);
    const entry = this.#mappings.get(list);
    if (entry === undefined || entry.adapter !== adapter) {
      this.#find("LIST_UNKNOWN", "PutScatterGatherList with a list that this adapter has not handed out");
      return;
    }
    if (entry.mapping.writeToDevice !== writeToDevice) {
      this.#find(
        "DIRECTION",
        `PutScatterGatherList with WriteToDevice ${writeToDevice}, mapped with the opposite`,
      );
    }
    this.#mappings.delete(list);
    entry.mapping.release();
    entry.record.state = "initialised";
    this.#freeRegisters += entry.mapping.registers;
    this.#drain();
  }

  #freeAdapterObject(adapter: DmaAdapter, allocationAction: number): void {
    const state = this.#stateOf(adapter, "FreeAdapterObject");
    if (state === undefined) return;
    if (![1, 2, 3].includes(allocationAction)) {
      this.#find("ALLOCATION_ACTION", `FreeAdapterObject with allocation action ${allocationAction}`);
      return;
    }
    state.owner = undefined;
    this.#drain();
  }

  #stateOf(adapter: DmaAdapter, routine: string): AdapterState | undefined {
    const state = this.#adapters.get(adapter);
    if (state !== undefined && !state.isReleased) return state;
    this.#find(
      "ADAPTER_UNKNOWN",
      `${routine} with ${state === undefined ? "no adapter of this system" : "an adapter that was put back"}`,
    );
    return undefined;
  }

  #checkIrql(routine: string): void {
    if (this.#irql > DISPATCH_LEVEL)
      this.#find("IRQL", `${routine} at IRQL ${this.#irql}, above DISPATCH_LEVEL`);
  }

  #find(code: string, message: string): void {
    this.findings.push({ code, message, callSite: callSite() });
  }
}

function isRange(mdl: Mdl, offset: number, length: number): boolean {
  const isWhole = Number.isSafeInteger(offset) && Number.isSafeInteger(length);
  return isWhole && offset >= 0 && length >= 1 && offset + length <= chainBytes(mdl);
}
