import { type LogicalAddress, logicalAddress, physicalAddress } from "../../src/core/address.ts";
import { Random } from "../../src/core/random.ts";
import { type ChannelName, field, type NamedRegisters } from "../../src/driver/register-file.ts";
import {
  COMPLETION_BYTES,
  type Completion,
  decodeCompletion,
  descriptorBytes,
  encodeDescriptor,
} from "../../src/driver/ring.ts";
import type { SimulatorLink } from "../../src/links/simulator/simulator-link.ts";
import { dataError, GOOD, kinds, type Outcome, stages } from "./expectation.ts";
import { type ChannelId, type ChannelPlan, HALF_CARD_BYTES, type Injection, type Piece } from "./plan.ts";

export const GUARD_BYTES = 64;
const GUARD = 0xa5;
const STALE = 0x5a;

/** Sizes of the device under test. */
export interface Geometry {
  readonly wordBytes: number;
  readonly burstBytes: number;
}

interface PlacedPiece extends Piece {
  readonly address: LogicalAddress;
  readonly cardAddress: number;
  /** The buffer with a guard on either side; absent where nothing may be touched. */
  readonly buffer: Uint8Array | undefined;
  /** What `buffer` must hold in the end; for c2h a byte that may be either is in `loose`. */
  readonly expected: Uint8Array;
  loose: { readonly from: number; readonly arrived: Uint8Array } | undefined;
}

/** The host's side of one ring in a run of the soak: feeds it, and checks what comes back. */
export class RingRun {
  readonly id: ChannelId;
  readonly plan: ChannelPlan;
  readonly registers: NamedRegisters<ChannelName>;
  readonly #link: SimulatorLink;
  readonly #geometry: Geometry;
  readonly #isWrite: boolean;
  readonly #ringAddress: LogicalAddress;
  readonly #ring: Uint8Array;
  readonly #recordsAddress: LogicalAddress;
  readonly #records: Uint8Array;
  readonly #pieces: PlacedPiece[] = [];
  /** Which slots of the ring and of the records fail, with the response. */
  readonly #failingDescriptors = new Map<number, { kind: number; offset: number }>();
  readonly #failingRecords = new Map<number, number>();
  readonly #failingData = new Map<number, { kind: number; address: bigint }>();
  readonly #card: Uint8Array;

  /** Pieces that were settled before the ring was switched on last. */
  #base = 0;
  #submitted = 0;
  #settled = 0;
  #earlierResidue = 0;
  /** Aborts that may still hit a descriptor. */
  #aborts = 0;
  #pendingInterrupts = 0;
  /** DONE events that the rules promise, in this look and the one before. */
  #raises = 0;
  #raisesBefore = 0;
  #unseenRaise = false;
  /** Interrupt-flagged descriptors since DONE was seen last, for a ring with a time limit. */
  #flagged = 0;
  /** COMPLETED since the last reset. */
  #completed = 0;
  fetchesAreExact = true;
  descriptorBytesUsed = 0;

  constructor(parts: {
    id: ChannelId;
    plan: ChannelPlan;
    link: SimulatorLink;
    registers: NamedRegisters<ChannelName>;
    geometry: Geometry;
    injections: readonly Injection[];
    /** Where host memory for this channel starts. */
    memoryBase: bigint;
    /** What the card holds, as the model knows it: the whole of it. */
    card: Uint8Array;
    seed: number;
  }) {
    this.id = parts.id;
    this.plan = parts.plan;
    this.registers = parts.registers;
    this.#link = parts.link;
    this.#geometry = parts.geometry;
    this.#isWrite = parts.id === "c2h";
    this.#card = parts.card;
    let at = parts.memoryBase;
    const entries = this.#entries;
    const take = (lengthBytes: number, access: "read" | "write"): [LogicalAddress, Uint8Array] => {
      const address = logicalAddress(at);
      const physical = physicalAddress(at);
      at += BigInt(Math.ceil((lengthBytes + GUARD_BYTES) / 4096) * 4096);
      parts.link.windows.open({ logical: address, physical, lengthBytes, access, use: "mapped" });
      return [address, parts.link.memory.view(physical, lengthBytes + GUARD_BYTES)];
    };
    // Descriptors may start anywhere that their form allows.
    at += BigInt(this.#descriptorBytes * (parts.seed % 7));
    [this.#ringAddress, this.#ring] = take(entries * this.#descriptorBytes, "read");
    at = ((at + 4095n) / 4096n) * 4096n + BigInt(COMPLETION_BYTES * (parts.seed % 5));
    [this.#recordsAddress, this.#records] = take(entries * COMPLETION_BYTES, "write");
    this.#records.fill(GUARD, entries * COMPLETION_BYTES);
    at = ((at + 4095n) / 4096n) * 4096n + 4096n;
    for (const [index, piece] of parts.plan.pieces.entries()) {
      at = this.#place(piece, at, new Random(BigInt(parts.seed) * 1000n + BigInt(index)));
    }
    for (const each of parts.injections) if (each.channel === parts.id) this.#inject(each);
  }

  get #entries(): number {
    return 2 ** this.plan.entriesLog2;
  }

  get #descriptorBytes(): number {
    return descriptorBytes(this.plan.compact ? "compact" : "full");
  }

  get isFinished(): boolean {
    return this.#base + this.#settled === this.#pieces.length;
  }

  get hasQueued(): boolean {
    return this.#submitted > this.#settled;
  }

  describe(): string {
    return `${this.id}: ${this.#base + this.#settled} of ${this.#pieces.length} descriptors settled, ${this.#submitted - this.#settled} queued`;
  }

  #place(piece: Piece, at: bigint, random: Random): bigint {
    // One byte at the last address is no overrun.
    const lengthBytes = piece.defect === "host-range" ? Math.max(2, piece.lengthBytes) : piece.lengthBytes;
    const address = logicalAddress(at + 4096n + BigInt(piece.pageOffset));
    const half = this.#isWrite ? HALF_CARD_BYTES : 0;
    const cardAddress = half + Math.min(piece.cardOffset, HALF_CARD_BYTES - lengthBytes);
    const view = this.#link.memory.view(
      physicalAddress(address - BigInt(GUARD_BYTES)),
      lengthBytes + 2 * GUARD_BYTES,
    );
    if (this.#isWrite) {
      view.fill(STALE);
      view.fill(GUARD, 0, GUARD_BYTES);
      view.fill(GUARD, GUARD_BYTES + lengthBytes);
    } else {
      view.fill(GUARD);
      view.set(random.bytes(lengthBytes), GUARD_BYTES);
    }
    this.#link.windows.open({
      logical: address,
      physical: physicalAddress(address),
      lengthBytes,
      access: this.#isWrite ? "write" : "read",
      use: "mapped",
    });
    this.#pieces.push({
      ...piece,
      lengthBytes,
      address,
      cardAddress,
      buffer: view,
      expected: view.slice(),
      loose: undefined,
    });
    return (address + BigInt(lengthBytes + GUARD_BYTES + 4095)) & ~4095n;
  }

  #inject(injection: Injection): void {
    const { stage, target, place, response } = injection;
    const kind = kinds[response];
    if (stage === "data") {
      const index = target % Math.max(1, this.#pieces.length);
      const piece = this.#pieces[index];
      if (piece === undefined || piece.defect !== "none" || this.#failingData.has(index)) return;
      const address = logicalAddress(piece.address + BigInt(Math.floor(place * piece.lengthBytes)));
      this.#failingData.set(index, { kind, address });
      this.#link.errors.at(address, this.#isWrite ? "write" : "read", response);
      return;
    }
    const slot = target % this.#entries;
    if (stage === "descriptor" && !this.#failingDescriptors.has(slot)) {
      const offset = Math.floor((place * this.#descriptorBytes) / 8) * 8;
      this.#failingDescriptors.set(slot, { kind, offset });
      const address = this.#ringAddress + BigInt(slot * this.#descriptorBytes + offset);
      this.#link.errors.at(logicalAddress(address), "read", response);
    }
    if (stage === "completion" && this.plan.completions && !this.#failingRecords.has(slot)) {
      this.#failingRecords.set(slot, kind);
      const address = this.#recordsAddress + BigInt(slot * COMPLETION_BYTES + (place < 0.5 ? 0 : 8));
      this.#link.errors.at(logicalAddress(address), "write", response);
    }
  }

  /** Programs the ring and switches it on. */
  switchOn(): void {
    const { registers, plan } = this;
    this.#records.fill(0, 0, this.#entries * COMPLETION_BYTES);
    registers.write("RING_BASE_LOW", Number(this.#ringAddress & 0xffff_ffffn));
    registers.write("RING_BASE_HIGH", Number(this.#ringAddress >> 32n));
    registers.write("COMPLETION_BASE_LOW", Number(this.#recordsAddress & 0xffff_ffffn));
    registers.write("COMPLETION_BASE_HIGH", Number(this.#recordsAddress >> 32n));
    registers.write("COALESCE", plan.coalesceCount | (plan.coalesceTime << 16));
    registers.write(
      "RING_CONTROL",
      field("RING_CONTROL", "ENABLE").mask |
        (plan.compact ? field("RING_CONTROL", "COMPACT").mask : 0) |
        (plan.completions ? field("RING_CONTROL", "COMPLETIONS").mask : 0) |
        (plan.entriesLog2 << 8),
    );
    this.#base += this.#settled;
    this.#submitted = 0;
    this.#settled = 0;
    this.#earlierResidue = 0;
    this.#aborts = 0;
    this.#pendingInterrupts = 0;
  }

  /** Writes descriptors into free slots and rings the doorbell. */
  submit(): void {
    let count = 0;
    while (
      count < this.plan.batch &&
      this.#submitted - this.#settled < this.#entries - 1 &&
      this.#base + this.#submitted < this.#pieces.length
    ) {
      this.#write(this.#pieces[this.#base + this.#submitted] as PlacedPiece, this.#submitted % this.#entries);
      this.#submitted++;
      count++;
    }
    if (count > 0) this.registers.write("RING_TAIL", this.#submitted % this.#entries);
  }

  #write(piece: PlacedPiece, slot: number): void {
    const index = this.#pieces.indexOf(piece);
    const view = viewOf(this.#ring);
    encodeDescriptor(view, slot * this.#descriptorBytes, this.plan.compact ? "compact" : "full", {
      hostAddress: piece.defect === "host-range" ? 2n ** 64n - 1n : piece.address,
      cardAddress:
        piece.defect === "card-range" ? 2 * HALF_CARD_BYTES - piece.lengthBytes + 1 : piece.cardAddress,
      lengthBytes: lengthOf(piece),
      interrupt: piece.interrupt,
      end: piece.end,
      tag: 0x1000_0000 + index,
    });
    if (piece.defect === "malformed") {
      const last = slot * this.#descriptorBytes + (this.plan.compact ? 15 : 23);
      this.#ring[last] = (this.#ring[last] as number) | 0x80;
    }
  }

  /** An abort was written: one descriptor may end with it. */
  noteAbort(): void {
    if (this.hasQueued) this.#aborts++;
  }

  /** The channel was seen idle: nothing of an abort is left. */
  noteIdle(): void {
    this.#aborts = 0;
  }

  /** What must become of the piece at `slot` unless an abort comes first. */
  #expect(index: number, slot: number): Outcome {
    const piece = this.#pieces[index] as PlacedPiece;
    const refused = (kind: number, stage: number): Outcome => {
      return { kind, stage, write: false, residueBytes: lengthOf(piece), address: 0n };
    };
    const failing = this.#failingDescriptors.get(slot);
    if (failing !== undefined) {
      const address = this.#ringAddress + BigInt(slot * this.#descriptorBytes + failing.offset);
      return { kind: failing.kind, stage: stages.DESCRIPTOR, write: false, residueBytes: 0, address };
    }
    if (piece.defect === "malformed") return refused(kinds.MALFORMED, stages.DESCRIPTOR);
    if (piece.defect === "zero-length") return refused(kinds.ZERO_LENGTH, stages.DATA);
    if (piece.defect === "card-range") return refused(kinds.CARD_RANGE, stages.DATA);
    if (piece.defect === "host-range") return refused(kinds.HOST_RANGE, stages.DATA);
    const data = this.#failingData.get(index);
    if (data === undefined) return GOOD;
    return dataError(
      this.#isWrite,
      data.kind,
      piece.address,
      piece.lengthBytes,
      data.address,
      this.#geometry,
    );
  }

  /**
   * Settles everything up to `count` descriptors since the ring was switched on. `last` is what the registers say of the
   * last of them, when the channel has halted at it.
   */
  settleUpTo(count: number, last: Outcome | undefined, options: { readonly barred: boolean }): void {
    check(count <= this.#submitted, `${this.describe()}: the ring's head went to ${count}, past the tail`);
    check(count >= this.#settled, `${this.describe()}: the ring's head went back to ${count}`);
    while (this.#settled < count) {
      const isLast = this.#settled + 1 === count;
      this.#settleOne(isLast ? last : undefined, isLast && options.barred);
    }
  }

  #settleOne(reported: Outcome | undefined, isBarred: boolean): void {
    const slot = this.#settled % this.#entries;
    const index = this.#base + this.#settled;
    const piece = this.#pieces[index] as PlacedPiece;
    const where = `${this.id}: descriptor ${index} (slot ${slot}, ${piece.lengthBytes} bytes, defect ${piece.defect})`;
    const expected = this.#expect(index, slot);
    const recordKind = this.plan.completions ? this.#failingRecords.get(slot) : undefined;
    const outcome = reported ?? GOOD;
    const transfer = this.#checkOutcome(outcome, expected, recordKind, where);
    const residue = transfer.residueBytes;
    const endsTransfer = piece.end && !isUnreadable(transfer);
    const total = (this.#earlierResidue + residue) % 2 ** 32;
    if (this.plan.completions) {
      this.#checkRecord(
        slot,
        index,
        transfer,
        endsTransfer ? total : residue,
        recordKind !== undefined || isBarred,
        where,
      );
    }
    this.#earlierResidue = endsTransfer ? 0 : total;
    this.#apply(piece, transfer, where);
    this.#countInterrupts(piece, outcome);
    this.#settled++;
    this.#completed++;
    this.descriptorBytesUsed += this.#descriptorBytes;
    if (outcome.kind !== kinds.NONE) this.fetchesAreExact = false;
  }

  /** The outcome of the transfer itself: without the failure of its record. */
  #checkOutcome(outcome: Outcome, expected: Outcome, recordKind: number | undefined, where: string): Outcome {
    if (outcome.stage === stages.COMPLETION) {
      const isBusMaster = outcome.kind === kinds.BUS_MASTER_OFF;
      check(isBusMaster || outcome.kind === recordKind, `${where}: its record failed with ${outcome.kind}`);
      check(expected.kind === kinds.NONE, `${where}: the error of the record hides the transfer's`);
      return GOOD;
    }
    if (outcome.kind === kinds.ABORTED || outcome.kind === kinds.BUS_MASTER_OFF) {
      if (outcome.kind === kinds.ABORTED) {
        check(this.#aborts > 0, `${where}: ABORTED without an abort`);
        this.#aborts--;
      }
      check(
        expected.kind === kinds.NONE || expected === GOOD || isBusError(expected.kind),
        `${where}: ABORTED instead of ${expected.kind}`,
      );
      check(outcome.residueBytes >= 1, `${where}: ABORTED with residue 0`);
      if (isBusError(expected.kind)) {
        check(outcome.residueBytes >= expected.residueBytes, `${where}: ABORTED behind its error`);
      }
      return outcome;
    }
    const what = (one: Outcome): string => JSON.stringify({ ...one, address: one.address?.toString(16) });
    check(
      outcome.kind === expected.kind &&
        outcome.stage === expected.stage &&
        outcome.write === expected.write &&
        outcome.residueBytes === expected.residueBytes &&
        outcome.address === expected.address,
      `${where}: expected ${what(expected)}, found ${what(outcome)}`,
    );
    check(
      recordKind === undefined || outcome.kind !== kinds.NONE,
      `${where}: the error of its record was lost`,
    );
    return outcome;
  }

  #recordAt(slot: number): Completion {
    return decodeCompletion(viewOf(this.#records), slot * COMPLETION_BYTES);
  }

  #phaseOf(settled: number): 0 | 1 {
    return Math.floor(settled / this.#entries) % 2 === 0 ? 1 : 0;
  }

  #checkRecord(
    slot: number,
    index: number,
    transfer: Outcome,
    residueBytes: number,
    mayBeMissing: boolean,
    where: string,
  ): void {
    const record = this.#recordAt(slot);
    if (record.phase !== this.#phaseOf(this.#settled) || mayBeMissing) {
      check(mayBeMissing, `${where}: no completion record, though the head is past it`);
      // As a driver must: a stale record would look new in the next turn.
      this.#records[(slot + 1) * COMPLETION_BYTES - 1] = this.#phaseOf(this.#settled) << 7;
      return;
    }
    const tag = this.plan.compact || isUnreadable(transfer) ? 0 : 0x1000_0000 + index;
    const expected: Completion = {
      index: slot,
      status: transfer.kind,
      stage: transfer.stage,
      write: transfer.write,
      phase: record.phase,
      residueBytes,
      tag,
    };
    check(
      JSON.stringify(record) === JSON.stringify(expected),
      `${where}: record ${JSON.stringify(record)}, expected ${JSON.stringify(expected)}`,
    );
  }

  /** A record that is there before the head moves must find its data in memory. */
  checkEarlyRecord(): void {
    if (!this.plan.completions || !this.hasQueued || !this.#isWrite) return;
    const slot = this.#settled % this.#entries;
    const record = this.#recordAt(slot);
    if (this.#failingRecords.has(slot)) return;
    if (record.phase !== this.#phaseOf(this.#settled) || record.status !== kinds.NONE) return;
    const piece = this.#pieces[this.#base + this.#settled] as PlacedPiece;
    const arrived = this.#card.subarray(piece.cardAddress, piece.cardAddress + piece.lengthBytes);
    const found = piece.buffer?.subarray(GUARD_BYTES, GUARD_BYTES + piece.lengthBytes);
    check(
      Buffer.compare(found as Uint8Array, arrived) === 0,
      `${this.id}: descriptor ${this.#base + this.#settled}: its record was written before its data`,
    );
  }

  /** Records that are there, for a ring that was switched off and has no head any more. */
  recordsBehindSettled(): number {
    let count = this.#settled;
    while (count < this.#submitted && this.#recordAt(count % this.#entries).phase === this.#phaseOf(count)) {
      count++;
    }
    return count;
  }

  /** What the record of the last of `count` says. */
  outcomeFromRecord(count: number): Outcome | undefined {
    if (count === this.#settled) return undefined;
    const slot = (count - 1) % this.#entries;
    const { status, stage, write, residueBytes } = this.#recordAt(slot);
    if (status === kinds.NONE) return undefined;
    const index = this.#base + count - 1;
    const expected = this.#expect(index, slot);
    // The record of an END carries the sum; what was missing before is known.
    let earlier = this.#earlierResidue;
    for (let at = this.#settled; at < count - 1; at++) {
      if (this.#pieces[this.#base + at]?.end === true) earlier = 0;
    }
    const isSum = this.#pieces[index]?.end === true && !isUnreadable({ kind: status, stage });
    const own = isSum ? residueBytes - earlier : residueBytes;
    return { kind: status, stage, write, residueBytes: own, address: expected.address };
  }

  #apply(piece: PlacedPiece, transfer: Outcome, where: string): void {
    const isRefused = transfer.kind >= kinds.ZERO_LENGTH && transfer.kind <= kinds.HOST_RANGE;
    const touches = transfer.stage === stages.DATA && !isRefused;
    const arrivedBytes = touches ? piece.lengthBytes - transfer.residueBytes : 0;
    if (!this.#isWrite) {
      const source = piece.expected.subarray(GUARD_BYTES, GUARD_BYTES + arrivedBytes);
      this.#card.set(source, piece.cardAddress);
      return;
    }
    const arrived = this.#card.slice(piece.cardAddress, piece.cardAddress + piece.lengthBytes);
    piece.expected.set(arrived.subarray(0, arrivedBytes), GUARD_BYTES);
    if (touches && isBusError(transfer.kind)) piece.loose = { from: arrivedBytes, arrived };
    const found = piece.buffer?.subarray(GUARD_BYTES, GUARD_BYTES + arrivedBytes) as Uint8Array;
    check(
      Buffer.compare(found, arrived.subarray(0, arrivedBytes)) === 0,
      `${where}: settled before its data were there`,
    );
  }

  #countInterrupts(piece: Piece, outcome: Outcome): void {
    if (outcome.kind === kinds.NONE) {
      if (piece.interrupt) {
        this.#pendingInterrupts++;
        this.#flagged++;
      }
      if (piece.interrupt && this.#pendingInterrupts >= this.plan.coalesceCount) this.#raise();
    } else if (this.#pendingInterrupts > 0) this.#raise();
  }

  #raise(): void {
    this.#pendingInterrupts = 0;
    this.#raises++;
  }

  /** The ring was switched off, or halted without a descriptor: what was pending is raised. */
  flushInterrupts(): void {
    if (this.#pendingInterrupts > 0) this.#raise();
  }

  /** `done`: DONE stood in the look that ends now; the head was read after it was cleared. */
  checkInterrupts(done: boolean): void {
    if (this.plan.coalesceTime === 0) {
      check(!this.#unseenRaise || done, `${this.id}: a DONE interrupt was lost`);
      check(!done || this.#raises + this.#raisesBefore > 0, `${this.id}: a DONE interrupt without a reason`);
    }
    if (done) this.#flagged = 0;
    this.#unseenRaise = this.#raises > 0 && !done;
    this.#raisesBefore = this.#raises;
    this.#raises = 0;
  }

  /** After a reset nothing is pending, and the counters start again. */
  noteReset(): void {
    this.#pendingInterrupts = 0;
    this.#raises = 0;
    this.#raisesBefore = 0;
    this.#unseenRaise = false;
    this.#flagged = 0;
    this.#completed = 0;
  }

  /** The time limit of coalescing must raise DONE. */
  get waitsForTime(): boolean {
    return this.plan.coalesceTime > 0 && this.#flagged > 0;
  }

  get headIndex(): number {
    return this.#settled % this.#entries;
  }

  /** The head as a count since the ring was switched on. */
  countAt(head: number): number {
    const ahead = (head - this.headIndex + this.#entries) % this.#entries;
    return this.#settled + ahead;
  }

  /** Slot of the descriptor with this number since the ring was switched on. */
  slotOf(count: number): number {
    return (count + this.#entries) % this.#entries;
  }

  get lastSlot(): number {
    return this.slotOf(this.#settled - 1);
  }

  /** Everything in memory, when the run is over. */
  async checkEnd(): Promise<void> {
    const completed = await this.registers.read("COMPLETED");
    check(
      completed === this.#completed,
      `${this.id}: COMPLETED is ${completed}, expected ${this.#completed}`,
    );
    const entryBytes = this.#entries * COMPLETION_BYTES;
    check(
      this.#records.subarray(entryBytes).every((byte) => byte === GUARD),
      `${this.id}: bytes behind the records`,
    );
    for (const [index, piece] of this.#pieces.entries()) {
      const found = piece.buffer as Uint8Array;
      const { expected, loose } = piece;
      if (Buffer.compare(found, expected) === 0) continue;
      const at = found.findIndex((byte, place) => byte !== expected[place] && !isLoose(loose, place, byte));
      check(
        at < 0,
        `${this.id}: descriptor ${index}: byte ${at - GUARD_BYTES} of ${piece.lengthBytes} is ${found[at]}, expected ${expected[at]}`,
      );
    }
  }
}

function isLoose(loose: PlacedPiece["loose"], place: number, byte: number): boolean {
  if (loose === undefined) return false;
  const at = place - GUARD_BYTES;
  return at >= loose.from && loose.arrived[at] === byte;
}

function viewOf({ buffer, byteOffset, length }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, length);
}

function lengthOf(piece: Piece): number {
  return piece.defect === "zero-length" ? 0 : piece.lengthBytes;
}

/** Nothing of the descriptor is known: reading it failed. */
function isUnreadable({ kind, stage }: Pick<Outcome, "kind" | "stage">): boolean {
  return stage === stages.DESCRIPTOR && isBusError(kind);
}

function isBusError(kind: number): boolean {
  return kind === kinds.SLVERR || kind === kinds.DECERR;
}

export class SoakFailure extends Error {}

export function check(condition: boolean, message: string): void {
  if (!condition) throw new SoakFailure(message);
}
