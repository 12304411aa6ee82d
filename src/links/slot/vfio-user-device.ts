import type { Access } from "../../bus/window.ts";
import { EventCounter } from "../../native/event-counter.ts";
import { SharedMemory } from "../../native/shared-memory.ts";
import type { AccessWidth, PcieDevice, PcieDma, PcieInterrupts, PcieRegion } from "../pcie/pcie-device.ts";
import { type RefusedError, VfioUserClient } from "./vfio-user-client.ts";
import { Command } from "./vfio-user-messages.ts";

const BARS = 6;
const CONFIG = 7;
/** Indexes of interrupts, by preference. */
const MSIX = 2;
const MSI = 1;
const CAPABILITIES = JSON.stringify({ capabilities: { max_msg_fds: 16, max_data_xfer_size: 1_048_576 } });
/** Flags of SET_IRQS: eventfds, or none; to be triggered. */
const DATA_EVENTFD = 4;
const DATA_NONE = 1;
const ACTION_TRIGGER = 0x20;
const ACCESS_BITS: Readonly<Record<Access, number>> = { read: 1, write: 2, "read-write": 3 };
/** As of an IOMMU of 48 bits, without the addresses where interrupts of x86 arrive. */
const RANGES = [
  { first: 0n, last: 0xfedf_ffffn },
  { first: 0xfef0_0000n, last: 2n ** 48n - 1n },
];

export interface VfioUserOptions {
  /** The longest that an answer may take. */
  readonly limitMs: number;
  /** Hears of a mapping that the other side refuses. */
  readonly onRefusedMapping: (iova: bigint, error: RefusedError) => void;
}

/** A PCI function in another process, reached by vfio-user. */
export class VfioUserDevice implements PcieDevice {
  readonly config: PcieRegion;
  readonly bars: ReadonlyMap<number, PcieRegion>;
  readonly interrupts: VectorEvents;
  readonly dma: PcieDma;
  readonly hasReset = true;
  readonly #client: VfioUserClient;

  /** Throws `LinkLostError`, and `RefusedError`. */
  constructor(name: string, path: string, { limitMs, onRefusedMapping }: VfioUserOptions) {
    const client = new VfioUserClient(name, path, limitMs);
    this.#client = client;
    const version = Buffer.alloc(4 + CAPABILITIES.length + 1);
    version.writeUInt16LE(1, 2);
    version.write(CAPABILITIES, 4);
    client.request(Command.version, version);
    this.config = new Region(client, CONFIG, regionBytes(client, CONFIG));
    this.bars = new Map(
      Array.from({ length: BARS }, (_, bar) => [bar, regionBytes(client, bar)] as const)
        .filter(([, lengthBytes]) => lengthBytes > 0)
        .map(([bar, lengthBytes]) => [bar, new Region(client, bar, lengthBytes)]),
    );
    this.interrupts = new VectorEvents(client);
    this.dma = {
      ranges: RANGES,
      allocate: (lengthBytes) => new SharedMemory("hilt-host", lengthBytes),
      map: (memory, offset, lengthBytes, iova, access) => {
        const payload = Buffer.alloc(32);
        payload.writeUInt32LE(32, 0);
        payload.writeUInt32LE(ACCESS_BITS[access], 4);
        payload.writeBigUInt64LE(BigInt(offset), 8);
        payload.writeBigUInt64LE(iova, 16);
        payload.writeBigUInt64LE(BigInt(lengthBytes), 24);
        const { descriptor } = memory as SharedMemory;
        client.defer(Command.dmaMap, payload, [descriptor], (error) => onRefusedMapping(iova, error));
      },
      unmap: (iova, lengthBytes) => {
        const payload = Buffer.alloc(24);
        payload.writeUInt32LE(24, 0);
        payload.writeBigUInt64LE(iova, 8);
        payload.writeBigUInt64LE(BigInt(lengthBytes), 16);
        // Time stands still: the slot takes it before anything that lets the device go on.
        client.defer(Command.dmaUnmap, payload, [], () => {});
      },
    };
  }

  reset(): void {
    this.#client.request(Command.reset, new Uint8Array());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.interrupts[Symbol.dispose]();
    this.#client[Symbol.dispose]();
  }
}

function regionBytes(client: VfioUserClient, index: number): number {
  const payload = Buffer.alloc(32);
  payload.writeUInt32LE(32, 0);
  payload.writeUInt32LE(index, 8);
  return Number(client.request(Command.getRegionInfo, payload).readBigUInt64LE(16));
}

class Region implements PcieRegion {
  readonly lengthBytes: number;
  readonly #client: VfioUserClient;
  readonly #index: number;
  readonly #read = Buffer.alloc(16);

  constructor(client: VfioUserClient, index: number, lengthBytes: number) {
    this.#client = client;
    this.#index = index;
    this.lengthBytes = lengthBytes;
  }

  read(offset: number, width: AccessWidth): number {
    return this.#bytes(offset, width / 8).readUIntLE(16, width / 8);
  }

  write(offset: number, width: AccessWidth, value: number): void {
    const payload = this.#start(offset, width / 8);
    payload.writeUIntLE(value, 16, width / 8);
    this.#client.post(Command.regionWrite, payload);
  }

  read64(offset: number): bigint {
    return this.#bytes(offset, 8).readBigUInt64LE(16);
  }

  write64(offset: number, value: bigint): void {
    const payload = this.#start(offset, 8);
    payload.writeBigUInt64LE(value, 16);
    this.#client.post(Command.regionWrite, payload);
  }

  #bytes(offset: number, count: number): Buffer {
    this.#check(offset, count);
    this.#fill(this.#read, offset, count);
    return this.#client.request(Command.regionRead, this.#read);
  }

  #start(offset: number, count: number): Buffer {
    this.#check(offset, count);
    const payload = Buffer.allocUnsafe(16 + count);
    this.#fill(payload, offset, count);
    return payload;
  }

  #fill(payload: Buffer, offset: number, count: number): void {
    payload.writeBigUInt64LE(BigInt(offset), 0);
    payload.writeUInt32LE(this.#index, 8);
    payload.writeUInt32LE(count, 12);
  }

  #check(offset: number, count: number): void {
    if (Number.isInteger(offset) && offset >= 0 && offset % count === 0 && offset + count <= this.lengthBytes)
      return;
    throw new RangeError(`${count} bytes at ${offset} of a region of ${this.lengthBytes} bytes`);
  }
}

/** Messages of the function, each vector's in a counter of its own. */
class VectorEvents implements PcieInterrupts, Disposable {
  readonly vectors: number;
  readonly #client: VfioUserClient;
  readonly #index: number;
  readonly #events: readonly EventCounter[];

  constructor(client: VfioUserClient) {
    this.#client = client;
    const counts = [MSIX, MSI].map((index) => [index, vectorsOf(client, index)] as const);
    const [index, vectors] = counts.find(([, count]) => count > 0) ?? [MSI, 0];
    this.#index = index;
    this.vectors = vectors;
    this.#events = Array.from({ length: vectors }, () => new EventCounter());
  }

  enable(vectors: number): void {
    const payload = Buffer.alloc(20);
    payload.writeUInt32LE(20, 0);
    payload.writeUInt32LE(ACTION_TRIGGER | (vectors > 0 ? DATA_EVENTFD : DATA_NONE), 4);
    payload.writeUInt32LE(this.#index, 8);
    payload.writeUInt32LE(vectors, 16);
    const descriptors = this.#events.slice(0, vectors).map(({ descriptor }) => descriptor);
    this.#client.request(Command.setIrqs, payload, descriptors);
  }

  take(vector: number): number {
    return this.#of(vector).take();
  }

  watch(vector: number, listener: (count: number) => void): Disposable {
    return this.#of(vector).watch(listener);
  }

  [Symbol.dispose](): void {
    for (const event of this.#events) event[Symbol.dispose]();
  }

  #of(vector: number): EventCounter {
    const event = this.#events[vector];
    if (event === undefined) throw new RangeError(`vector ${vector}: the function has ${this.vectors}`);
    return event;
  }
}

function vectorsOf(client: VfioUserClient, index: number): number {
  const payload = Buffer.alloc(16);
  payload.writeUInt32LE(16, 0);
  payload.writeUInt32LE(index, 8);
  return client.request(Command.getIrqInfo, payload).readUInt32LE(12);
}
