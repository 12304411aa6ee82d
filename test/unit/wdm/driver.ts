import type { WindowTable } from "../../../src/bus/window.ts";
import type { HostBuffer } from "../../../src/memory/host-buffer.ts";
import type { HostMemory } from "../../../src/memory/host-memory.ts";
import type { Mdl } from "../../../src/memory/mdl.ts";
import type { PhysicalMemory } from "../../../src/memory/physical-memory.ts";
import {
  DISPATCH_LEVEL,
  DMA_SYNCHRONOUS_CALLBACK,
  DMA_TRANSFER_CONTEXT_SIZE_V1,
  STATUS_SUCCESS,
} from "../../../src/wdm/constants.ts";
import type {
  DeviceDescription,
  DmaAdapter,
  DmaOperations,
  DriverControl,
  DriverListControl,
  MapRegisterBase,
  Out,
} from "../../../src/wdm/dma-adapter.ts";
import type { DmaSystem } from "../../../src/wdm/dma-system.ts";
import { listBytes, type ScatterGatherList, scatterGatherBuffer } from "../../../src/wdm/scatter-gather.ts";
import { adapterOf, createHost } from "./host.ts";

/** A host that drivers run on. */
export interface Host {
  readonly memory: PhysicalMemory;
  readonly host: HostMemory;
  readonly windows: WindowTable;
  readonly system: DmaSystem;
}

export interface AllocateCall {
  readonly context?: Uint8Array;
  readonly registers?: number;
  readonly flags?: number;
  readonly routine?: DriverControl | null;
  readonly base?: Out<MapRegisterBase> | null;
}

export interface ListCall {
  readonly context?: Uint8Array;
  readonly offset?: number;
  readonly length?: number;
  readonly flags?: number;
  readonly routine?: DriverListControl | null;
  readonly write?: boolean;
  readonly out?: Out<ScatterGatherList> | null;
  /** Bytes of the driver's memory for the list: BuildScatterGatherListEx. */
  readonly bytes?: number;
  readonly buffer?: ScatterGatherList;
  readonly completion?: unknown;
}

/** Room for any list of these tests. */
export const ROOM: number = listBytes(1000);

/** A driver that calls the table, at DISPATCH_LEVEL where it must. */
export class Driver {
  readonly host: Host;
  readonly adapter: DmaAdapter;
  readonly operations: DmaOperations;
  readonly deviceObject = { name: "device", currentIrp: "irp" };

  constructor(
    host: Host = createHost(),
    changes: Partial<DeviceDescription> = {},
    adapter: DmaAdapter = adapterOf(host.system, changes),
  ) {
    this.host = host;
    this.adapter = adapter;
    this.operations = this.adapter.dmaOperations;
  }

  /** Codes of what was found so far. */
  get findings(): string[] {
    return this.host.system.findings.map(({ name }) => name);
  }

  at<T>(level: number, work: () => T): T {
    const { system } = this.host;
    const old = system.keRaiseIrql(level);
    try {
      return work();
    } finally {
      system.keLowerIrql(old);
    }
  }

  atDispatch<T>(work: () => T): T {
    return this.at(DISPATCH_LEVEL, work);
  }

  context(bytes: Uint8Array = new Uint8Array(DMA_TRANSFER_CONTEXT_SIZE_V1)): Uint8Array {
    const status = this.operations.initializeDmaTransferContext(this.adapter, bytes);
    if (status !== STATUS_SUCCESS) throw new Error(`InitializeDmaTransferContext: ${status}`);
    return bytes;
  }

  allocate(call: AllocateCall): number {
    const { context = this.context(), registers = 1, flags = 0, routine = null, base = null } = call;
    return this.atDispatch(() =>
      this.operations.allocateAdapterChannelEx(
        ...([this.adapter, this.deviceObject, context, registers, flags, routine, "context", base] as const),
      ),
    );
  }

  /** Channel and registers now, without a routine. */
  own(registers: number): MapRegisterBase {
    const base: Out<MapRegisterBase> = { value: undefined };
    const status = this.allocate({ registers, flags: DMA_SYNCHRONOUS_CALLBACK, base });
    if (status !== STATUS_SUCCESS) throw new Error(`AllocateAdapterChannelEx: ${status}`);
    return base.value as MapRegisterBase;
  }

  list(mdl: Mdl | HostBuffer, call: ListCall = {}): number {
    const chain = "mdl" in mdl ? mdl.mdl : mdl;
    const { context = this.context(), offset = 0, flags = 0, routine = null, write = true } = call;
    const { out = null, length = chain.byteCount - offset, completion = null } = call;
    const first = [this.adapter, this.deviceObject, context, chain, offset, length, flags, routine] as const;
    const { operations } = this;
    return this.atDispatch(() =>
      call.bytes === undefined
        ? operations.getScatterGatherListEx(...first, "context", write, completion, null, out)
        : operations.buildScatterGatherListEx(
            ...first,
            ...(["context", write, call.buffer ?? scatterGatherBuffer(), call.bytes] as const),
            ...([completion, null, out] as const),
          ),
    );
  }

  /** A list now, without a routine; the channel is given back. */
  listNow(mdl: Mdl | HostBuffer, call: Omit<ListCall, "out" | "flags" | "routine"> = {}): ScatterGatherList {
    const out: Out<ScatterGatherList> = { value: undefined };
    const status = this.list(mdl, { ...call, flags: DMA_SYNCHRONOUS_CALLBACK, out });
    if (status !== STATUS_SUCCESS) throw new Error(`GetScatterGatherListEx: ${status}`);
    this.operations.freeAdapterObject(this.adapter, 3);
    return out.value as ScatterGatherList;
  }

  put(list: ScatterGatherList, write = true): void {
    this.atDispatch(() => this.operations.putScatterGatherList(this.adapter, list, write));
  }

  cancel(context: Uint8Array): boolean {
    return this.operations.cancelAdapterChannel(this.adapter, this.deviceObject, context);
  }

  map(mdl: Mdl, base: MapRegisterBase, offset: number, length: number, call: MapCall = {}): Mapped {
    const { write = true, list = scatterGatherBuffer(), bytes = ROOM, deviceOffset = 0 } = call;
    const out: Out<number> = { value: length };
    const status = this.operations.mapTransferEx(
      ...([this.adapter, mdl, base, offset, deviceOffset, out, write, list, bytes, null, null] as const),
    );
    return { status, length: out.value as number, elements: list?.elements ?? [] };
  }

  flush(mdl: Mdl, base: MapRegisterBase, offset: number, length: number, write = true): number {
    return this.operations.flushAdapterBuffersEx(this.adapter, mdl, base, offset, length, write);
  }

  freeRegisters(base: MapRegisterBase, count: number): void {
    this.atDispatch(() => this.operations.freeMapRegisters(this.adapter, base, count));
  }

  freeChannel(): void {
    this.atDispatch(() => this.operations.freeAdapterChannel(this.adapter));
  }
}

export interface MapCall {
  readonly write?: boolean;
  readonly list?: ScatterGatherList | null;
  readonly bytes?: number;
  readonly deviceOffset?: number;
}

export interface Mapped {
  readonly status: number;
  readonly length: number;
  readonly elements: ScatterGatherList["elements"];
}

/** One chain from several buffers. */
export function chainOf(buffers: readonly HostBuffer[]): Mdl {
  return buffers.reduceRight<Mdl | null>((next, { mdl }) => ({ ...mdl, next }), null) as Mdl;
}

/** The physical address of every byte of a chain. */
export function bytesOf(mdl: Mdl, offset = 0, length = Number.POSITIVE_INFINITY): number[] {
  const all: number[] = [];
  for (let each: Mdl | null = mdl; each !== null; each = each.next) {
    for (let at = 0; at < each.byteCount; at++) {
      const place = each.byteOffset + at;
      all.push((each.pageFrameNumbers[Math.floor(place / 4096)] as number) * 4096 + (place % 4096));
    }
  }
  return all.slice(offset, offset + length);
}

/** The logical address of every byte of the elements. */
export function addressesOf(elements: ScatterGatherList["elements"]): number[] {
  return elements.flatMap(({ address, length }) =>
    Array.from({ length }, (_, index) => Number(address) + index),
  );
}
