import type { LogicalAddress } from "../core/address.ts";
import { hex } from "../core/hex.ts";
import { errorStages } from "../spec/codes.ts";
import type { DmaAdapter, Out } from "../wdm/dma-adapter.ts";
import type { ChannelRegisters } from "./channel-registers.ts";
import type { ChannelWork, Outcome, Piece } from "./channel-work.ts";
import { CommonBufferError, DeviceContractError } from "./errors.ts";
import { field } from "./register-file.ts";
import {
  COMPLETION_BYTES,
  type Completion,
  decodeCompletion,
  descriptorBytes,
  encodeDescriptor,
} from "./ring.ts";

const UNREAD = errorStages.find(({ name }) => name === "DESCRIPTOR")?.value;
/** No ring has so many entries. */
const NO_INDEX = 0xffff;
const DESCRIPTOR_BYTES = descriptorBytes("full");

interface Shared {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly address: LogicalAddress;
}

/**
 * A ring of descriptors and one of completion records, both in common buffers. Descriptors stand between head and tail;
 * a record is new when its phase is that of this turn of the ring. Stopping switches the ring off, and whatever is put
 * next begins at entry 0 again: that one way serves errors, cancellation and recovery.
 */
export class RingWork implements ChannelWork {
  /** One entry stays free, so that a full ring differs from an empty one. */
  readonly capacity: number;
  readonly #channel: ChannelRegisters;
  readonly #adapter: DmaAdapter;
  readonly #entriesLog2: number;
  readonly #ring: Shared;
  readonly #records: Shared;
  /** Handed over and not ended, the oldest first. */
  readonly #pieces: { readonly piece: Piece; readonly isFlagged: boolean }[] = [];
  #isOn = false;
  #head = 0;
  #tail = 0;
  #phase: 0 | 1 = 1;

  constructor(channel: ChannelRegisters, adapter: DmaAdapter, entriesLog2: number) {
    this.#channel = channel;
    this.#adapter = adapter;
    this.#entriesLog2 = entriesLog2;
    this.capacity = 2 ** entriesLog2 - 1;
    this.#ring = allocate(adapter, DESCRIPTOR_BYTES * 2 ** entriesLog2);
    this.#records = allocate(adapter, COMPLETION_BYTES * 2 ** entriesLog2);
  }

  put(pieces: readonly Piece[]): void {
    if (!this.#isOn) this.#switchOn();
    for (let index = 0; index < pieces.length; index++) {
      const piece = pieces[index] as Piece;
      // With the last one the next pieces can be handed over, whether or not a transfer ends there.
      const isFlagged = piece.isLast || index + 1 === pieces.length;
      encodeDescriptor(this.#ring.view, this.#tail * DESCRIPTOR_BYTES, "full", {
        hostAddress: piece.address,
        cardAddress: piece.cardAddress,
        lengthBytes: piece.lengthBytes,
        interrupt: isFlagged,
        end: piece.isLast,
        tag: this.#tail,
      });
      this.#pieces.push({ piece, isFlagged });
      this.#tail = this.#next(this.#tail);
    }
    this.#channel.write("RING_TAIL", this.#tail);
  }

  ended(): number {
    let ended = 0;
    while (ended < this.#pieces.length && this.#isNew(this.#head + ended)) ended++;
    return ended;
  }

  async finished(isHalted: boolean): Promise<Outcome[]> {
    const outcomes = this.#takeRecords(isHalted);
    if (!isHalted) return outcomes.map(({ isFlagged }) => ({ isFlagged }));
    const last = outcomes.at(-1);
    // A record that could not be written is missing; the registers tell of it all the same.
    const failed = last === undefined || last.record.status === 0 ? this.#pieces.shift() : last;
    const good = outcomes.filter((one) => one !== failed).map(({ isFlagged }) => ({ isFlagged }));
    if (failed === undefined) {
      throw new DeviceContractError(
        `${this.#channel.id}: the channel raised ERROR although it had nothing to do (${await this.#channel.describe("STATUS", "ERROR")})`,
      );
    }
    const error = await this.#channel.readError(failed.piece.lengthBytes);
    return [...good, { error, isFlagged: false }];
  }

  async stop(): Promise<Outcome[]> {
    this.#channel.write("RING_CONTROL", 0);
    await this.#channel.untilIdle("RING_CONTROL.ENABLE was cleared");
    const outcomes = this.#takeRecords(true).filter(({ record }) => record.status === 0);
    this.forget();
    return outcomes.map(({ isFlagged }) => ({ isFlagged }));
  }

  forget(): void {
    this.#isOn = false;
    this.#pieces.length = 0;
  }

  async describe(): Promise<string[]> {
    const record = this.#record();
    const isNew = record.phase === this.#phase && this.#isOn;
    return [
      await this.#channel.describe("STATUS", "RING_CONTROL", "ERROR"),
      `${await this.#channel.describe("RING_HEAD", "RING_TAIL")}; the driver expects head ${this.#head}, tail ${this.#tail}`,
      `completion record ${this.#head}: ${isNew ? `written (status ${record.status}, residue ${record.residueBytes}), but no interrupt told of it` : "not written"}`,
    ];
  }

  release(): void {
    for (const { bytes, address } of [this.#ring, this.#records]) {
      this.#adapter.dmaOperations.freeCommonBuffer(this.#adapter, bytes.length, address, bytes, true);
    }
  }

  #next(index: number): number {
    return (index + 1) % 2 ** this.#entriesLog2;
  }

  #switchOn(): void {
    this.#isOn = true;
    this.#head = 0;
    this.#tail = 0;
    this.#phase = 1;
    this.#records.bytes.fill(0);
    for (let entry = 0; entry < 2 ** this.#entriesLog2; entry++) this.#forgetIndex(entry);
    const channel = this.#channel;
    channel.write("RING_BASE_LOW", Number(this.#ring.address & 0xffff_ffffn));
    channel.write("RING_BASE_HIGH", Number(this.#ring.address >> 32n));
    channel.write("COMPLETION_BASE_LOW", Number(this.#records.address & 0xffff_ffffn));
    channel.write("COMPLETION_BASE_HIGH", Number(this.#records.address >> 32n));
    const flags = field("RING_CONTROL", "ENABLE").mask | field("RING_CONTROL", "COMPLETIONS").mask;
    channel.write("RING_CONTROL", flags | (this.#entriesLog2 << 8));
  }

  /** Where a part of the next record cannot be written, the rest must not pass for one. */
  #forgetIndex(entry: number): void {
    this.#records.bytes.fill(0xff, entry * COMPLETION_BYTES, entry * COMPLETION_BYTES + 2);
  }

  /** Whether the record of an entry is written; entries go on being counted after the end of the ring. */
  #isNew(entry: number): boolean {
    const entries = 2 ** this.#entriesLog2;
    const record = decodeCompletion(this.#records.view, (entry % entries) * COMPLETION_BYTES);
    const isSameTurn = entry < entries;
    return (record.phase === this.#phase) === isSameTurn && record.index !== NO_INDEX;
  }

  #record(): Completion {
    return decodeCompletion(this.#records.view, this.#head * COMPLETION_BYTES);
  }

  /** The new records, up to the first that tells of a failure; that one is left until the channel has halted. */
  #takeRecords(isHalted: boolean): { piece: Piece; isFlagged: boolean; record: Completion }[] {
    const taken: { piece: Piece; isFlagged: boolean; record: Completion }[] = [];
    for (let oldest = this.#pieces[0]; oldest !== undefined; oldest = this.#pieces[0]) {
      const record = this.#record();
      if (record.phase !== this.#phase || record.index === NO_INDEX) break;
      // It is written before the channel raises ERROR, and another interrupt may have brought the driver here.
      if (record.status !== 0 && !isHalted) break;
      this.#check(record);
      this.#forgetIndex(this.#head);
      taken.push({ piece: oldest.piece, isFlagged: oldest.isFlagged, record });
      this.#pieces.shift();
      this.#head = this.#next(this.#head);
      if (this.#head === 0) this.#phase = this.#phase === 1 ? 0 : 1;
      if (record.status !== 0) break;
    }
    return taken;
  }

  #check({ index, tag, status, stage, residueBytes }: Completion): void {
    const { id } = this.#channel;
    const head = this.#head;
    // The tag of a descriptor that could not be read is not known.
    const isRead = status === 0 || stage !== UNREAD;
    if (index !== head || (isRead && tag !== head)) {
      throw new DeviceContractError(
        `${id}: completion record ${head} is of descriptor ${index} with tag ${hex(tag, 8)}, not of descriptor ${head} with tag ${hex(head, 8)}`,
      );
    }
    if (status === 0 && residueBytes !== 0) {
      throw new DeviceContractError(
        `${id}: completion record ${head} says that all is well, and that ${residueBytes} bytes did not arrive`,
      );
    }
  }
}

function allocate(adapter: DmaAdapter, lengthBytes: number): Shared {
  const address: Out<LogicalAddress> = { value: undefined };
  const bytes = adapter.dmaOperations.allocateCommonBuffer(adapter, lengthBytes, address, true);
  if (bytes === null || address.value === undefined) throw new CommonBufferError(lengthBytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return { bytes, view, address: address.value };
}
