import { type LogicalAddress, logicalAddress, physicalAddress } from "../../src/core/address.ts";
import { type ChannelName, field, type NamedRegisters } from "../../src/driver/register-file.ts";
import { COMPLETION_BYTES, descriptorBytes, encodeDescriptor } from "../../src/driver/ring.ts";
import { AbortModel } from "./abort-model.ts";
import type { Checks } from "./checks.ts";
import { CompletionRecords, recordDigits } from "./completion-records.ts";
import { DoneModel } from "./done-model.ts";
import { GOOD, isBusError, isUnreadable, kinds, type Outcome, stages } from "./expectation.ts";
import { FailingSlots } from "./failing-slots.ts";
import { hostBytes, openWindows } from "./host-bytes.ts";
import { type ChannelParts, lengthOf, PlacedPieces } from "./placed-pieces.ts";
import type { Placement } from "./placement.ts";
import type { ChannelId, ChannelPlan, Injection } from "./plan.ts";

interface RingParts extends ChannelParts {
  readonly plan: ChannelPlan;
  readonly registers: NamedRegisters<ChannelName>;
  readonly injections: readonly Injection[];
  readonly placement: Placement;
}

/** The host's side of one ring in a run of the soak: feeds it, and checks what comes back. */
export class RingRun {
  readonly id: ChannelId;
  readonly plan: ChannelPlan;
  readonly registers: NamedRegisters<ChannelName>;
  readonly done: DoneModel;
  readonly #checks: Checks;
  readonly #aborts: AbortModel;
  readonly #isWrite: boolean;
  readonly #ringAddress: LogicalAddress;
  readonly #ring: Uint8Array;
  readonly #recordsAddress: LogicalAddress;
  readonly #records: CompletionRecords;
  readonly #pieces: PlacedPieces;
  readonly #failing: FailingSlots;

  /** Pieces that were settled before the ring was switched on last. */
  #base = 0;
  #submitted = 0;
  #settled = 0;
  #earlierResidue = 0;
  #endedWell: boolean | undefined;
  /** COMPLETED since the last reset. */
  #completed = 0;
  fetchesAreExact = true;
  descriptorBytesUsed = 0;

  constructor(parts: RingParts) {
    const { id, plan, link, placement } = parts;
    this.id = id;
    this.plan = plan;
    this.registers = parts.registers;
    this.done = new DoneModel(id, plan, parts.checks);
    this.#checks = parts.checks;
    this.#aborts = new AbortModel(parts.checks);
    this.#isWrite = id === "c2h";
    this.#pieces = new PlacedPieces(parts);
    // What the device asks for outside of them is a fault.
    const open = (address: bigint, entryBytes: number, access: "read" | "write"): Uint8Array => {
      const lengthBytes = this.#entries * entryBytes;
      openWindows(link, address, lengthBytes, access);
      return hostBytes(link.memory, physicalAddress(address), lengthBytes);
    };
    this.#ringAddress = logicalAddress(placement.ring);
    this.#ring = open(placement.ring, this.#descriptorBytes, "read");
    this.#recordsAddress = logicalAddress(placement.records);
    this.#records = new CompletionRecords(open(placement.records, COMPLETION_BYTES, "write"), this.#entries);
    for (const [index, piece] of plan.pieces.entries())
      this.#pieces.place(piece, placement.pieces[index] as bigint);
    this.#failing = new FailingSlots(link, placement, this.#entries, this.#descriptorBytes);
    for (const each of parts.injections.filter(({ channel }) => channel === id)) {
      if (each.stage === "data") this.#pieces.inject(each);
      else if (each.stage === "descriptor" || plan.completions) this.#failing.inject(each);
    }
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

  /** Programs the ring and switches it on. */
  switchOn(): void {
    const { registers, plan } = this;
    this.#records.clear();
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
    this.#endedWell = undefined;
    this.#base += this.#settled;
    this.#submitted = 0;
    this.#settled = 0;
    this.#earlierResidue = 0;
    this.#aborts.forget();
  }

  /** Writes descriptors into free slots and rings the doorbell. */
  submit(): void {
    let count = 0;
    while (
      count < this.plan.batch &&
      this.#submitted - this.#settled < this.#entries - 1 &&
      this.#base + this.#submitted < this.#pieces.length
    ) {
      this.#write(this.#base + this.#submitted, this.#submitted % this.#entries);
      this.#submitted++;
      count++;
    }
    if (count > 0) this.registers.write("RING_TAIL", this.#submitted % this.#entries);
  }

  #write(index: number, slot: number): void {
    const piece = this.#pieces.at(index);
    const { buffer, byteOffset, length } = this.#ring;
    const view = new DataView(buffer, byteOffset, length);
    encodeDescriptor(view, slot * this.#descriptorBytes, this.plan.compact ? "compact" : "full", {
      hostAddress: this.#pieces.hostAddressOf(piece),
      cardAddress: this.#pieces.cardAddressOf(piece),
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

  /**
   * An abort was written, and the head read after that: the descriptor at the head, or the next one, may end with it. With one
   * more in the queue one of them must. Where no head can be read any more, any that is queued may.
   */
  noteAbort(head?: number): void {
    if (!this.hasQueued) return;
    const last = head === undefined ? this.#submitted : this.countAt(head) + 1;
    this.#aborts.note(last, head !== undefined && last + 1 < this.#submitted);
  }

  /** The channel was seen idle or halted: nothing of an abort is left. */
  noteIdle(): void {
    this.#aborts.forget();
  }

  /** What must become of the piece at `slot` unless something cuts it short. */
  #expect(index: number, slot: number): Outcome {
    const failing = this.#failing.descriptorAt(slot);
    return failing === undefined ? this.#pieces.expect(index) : { ...failing, write: false, residueBytes: 0 };
  }

  /**
   * Settles everything up to `count` descriptors since the ring was switched on. `last` is what the registers say of the
   * last of them, when the channel has halted at it. `barred`: BUS_MASTER is 0.
   */
  settleUpTo(count: number, last: Outcome | undefined, options: { readonly barred: boolean }): void {
    const isPlausible = count >= this.#settled && count <= this.#submitted;
    this.#checks.that("head", isPlausible, () => `${this.describe()}: the ring's head went to ${count}`);
    while (this.#settled < Math.min(count, this.#submitted)) {
      const isLast = this.#settled + 1 === count;
      this.#settleOne(isLast ? last : undefined, isLast && options.barred);
    }
  }

  #settleOne(reported: Outcome | undefined, isBarred: boolean): void {
    const slot = this.#settled % this.#entries;
    const index = this.#base + this.#settled;
    const piece = this.#pieces.at(index);
    const where = `${this.id}: descriptor ${index} (slot ${slot}, ${piece.lengthBytes} bytes, defect ${piece.defect})`;
    const recordKind = this.plan.completions ? this.#failing.recordAt(slot) : undefined;
    const outcome = reported ?? GOOD;
    const transfer = this.#checkOutcome({ outcome, index, slot, recordKind, isBarred, where });
    const residue = transfer.residueBytes;
    const endsTransfer = piece.end && !isUnreadable(transfer);
    const total = (this.#earlierResidue + residue) % 2 ** 32;
    if (this.plan.completions) {
      const isOff = outcome.kind === kinds.BUS_MASTER_OFF;
      const due = isOff ? "never" : recordKind !== undefined || isBarred ? "perhaps" : "always";
      this.#checkRecord({ slot, index, transfer, residueBytes: endsTransfer ? total : residue, due, where });
    }
    this.#earlierResidue = endsTransfer ? 0 : total;
    this.#pieces.apply(index, transfer, where);
    this.done.settled(outcome.kind === kinds.NONE, piece.interrupt);
    this.#settled++;
    this.#completed++;
    this.descriptorBytesUsed += this.#descriptorBytes;
    this.#endedWell = outcome.kind === kinds.NONE;
    if (!this.#endedWell) this.fetchesAreExact = false;
  }

  /** The outcome of the transfer itself: without the failure of its record. */
  #checkOutcome(one: {
    outcome: Outcome;
    index: number;
    slot: number;
    recordKind: number | undefined;
    isBarred: boolean;
    where: string;
  }): Outcome {
    const { outcome, index, slot, recordKind, isBarred, where } = one;
    const checks = this.#checks;
    const expected = this.#expect(index, slot);
    const isOff = outcome.kind === kinds.BUS_MASTER_OFF;
    checks.that("bus-master-cause", !isOff || isBarred, `${where}: BUS_MASTER_OFF, but BUS_MASTER is 1`);
    this.#aborts.ended(this.#settled, outcome.kind, where);
    if (outcome.stage === stages.COMPLETION) {
      const isRecordKind = isOff || outcome.kind === recordKind;
      checks.that(
        "record-error",
        isRecordKind && outcome.write === !isOff && outcome.residueBytes === 0,
        `${where}: its record failed with ${outcome.kind}`,
      );
      const isPlace = outcome.address === this.#recordsAddress + BigInt(slot * COMPLETION_BYTES);
      checks.that("record-error", isPlace, `${where}: its record failed at another place`);
      checks.that(
        "record-error",
        expected.kind === kinds.NONE,
        `${where}: the record's error hides the transfer's`,
      );
      return GOOD;
    }
    if (outcome.kind === kinds.ABORTED || isOff) {
      const isAllowed = expected.kind === kinds.NONE || isBusError(expected.kind);
      checks.that("outcome", isAllowed, `${where}: cut short instead of ${expected.kind}`);
      this.#pieces.checkCut(index, outcome, expected, where);
      return outcome;
    }
    const what = (one: Outcome): string => JSON.stringify({ ...one, address: one.address?.toString(16) });
    checks.that(
      "outcome",
      outcome.kind === expected.kind &&
        outcome.stage === expected.stage &&
        outcome.write === expected.write &&
        outcome.residueBytes === expected.residueBytes &&
        outcome.address === expected.address,
      () => `${where}: expected ${what(expected)}, found ${what(outcome)}`,
    );
    const isKept = recordKind === undefined || outcome.kind !== kinds.NONE;
    checks.that("record-error", isKept, `${where}: the error of its record was lost`);
    return outcome;
  }

  #phaseOf(settled: number): 0 | 1 {
    return Math.floor(settled / this.#entries) % 2 === 0 ? 1 : 0;
  }

  #checkRecord(one: {
    slot: number;
    index: number;
    transfer: Outcome;
    residueBytes: number;
    due: "always" | "perhaps" | "never";
    where: string;
  }): void {
    const { slot, index, transfer, residueBytes, due, where } = one;
    const phase = this.#phaseOf(this.#settled);
    const isThere = this.#records.at(slot).phase === phase;
    this.#checks.that(
      "record-absent",
      !isThere || due !== "never",
      `${where}: a completion record with BUS_MASTER 0`,
    );
    this.#checks.that(
      "record-present",
      isThere || due !== "always",
      `${where}: no completion record, though the head is past it`,
    );
    if (!isThere || due !== "always") {
      this.#records.turn(slot, phase);
      return;
    }
    const expected = recordDigits({
      ...{ index: slot, status: transfer.kind, stage: transfer.stage, write: transfer.write, phase },
      residueBytes,
      tag: this.plan.compact || isUnreadable(transfer) ? 0 : 0x1000_0000 + index,
    });
    const found = this.#records.digitsAt(slot);
    this.#checks.that(
      "record-bytes",
      found === expected,
      () => `${where}: record ${found}, expected ${expected}`,
    );
  }

  /** A record that is there before the head moves must find its data in memory. */
  checkEarlyRecord(): void {
    if (!this.plan.completions || !this.hasQueued || !this.#isWrite) return;
    const slot = this.#settled % this.#entries;
    const record = this.#records.at(slot);
    if (this.#failing.recordAt(slot) !== undefined) return;
    if (record.phase !== this.#phaseOf(this.#settled) || record.status !== kinds.NONE) return;
    const index = this.#base + this.#settled;
    this.#checks.that(
      "record-after-data",
      this.#pieces.hasArrived(index),
      `${this.id}: descriptor ${index}: its record was written before its data`,
    );
  }

  /** Records that are there, for a ring that was switched off and has no head any more. */
  recordsAfterSettled(): number {
    let count = this.#settled;
    while (
      count < this.#submitted &&
      this.#records.at(count % this.#entries).phase === this.#phaseOf(count)
    ) {
      count++;
    }
    return count;
  }

  /** What the record of the last of `count` says. */
  outcomeFromRecord(count: number): Outcome | undefined {
    if (count === this.#settled) return undefined;
    const slot = (count - 1) % this.#entries;
    const { status, stage, write, residueBytes } = this.#records.at(slot);
    if (status === kinds.NONE) return undefined;
    const index = this.#base + count - 1;
    // The record of an END carries the sum; what was missing before is known.
    let earlier = this.#earlierResidue;
    for (let at = this.#settled; at < count - 1; at++) {
      if (this.#pieces.at(this.#base + at).end) earlier = 0;
    }
    const isSum = this.#pieces.at(index).end && !isUnreadable({ kind: status, stage });
    const own = isSum ? residueBytes - earlier : residueBytes;
    const isCut = status === kinds.ABORTED || status === kinds.BUS_MASTER_OFF;
    const address = isCut ? undefined : this.#expect(index, slot).address;
    return { kind: status, stage, write, residueBytes: own, address };
  }

  /** After a reset nothing is pending, and the counters start again. */
  noteReset(): void {
    this.done.reset();
    this.#completed = 0;
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

  /** The last descriptor did; nothing has since the ring was switched on. */
  get endedWell(): boolean | undefined {
    return this.#endedWell;
  }

  /** Everything in memory, when the run is over. */
  async checkEnd(): Promise<void> {
    const completed = await this.registers.read("COMPLETED");
    this.#checks.that(
      "completed",
      completed === this.#completed,
      `${this.id}: COMPLETED is ${completed}, expected ${this.#completed}`,
    );
    this.#pieces.checkEnd();
  }
}
