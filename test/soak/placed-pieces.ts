import { type LogicalAddress, logicalAddress, physicalAddress } from "../../src/core/address.ts";
import { Random } from "../../src/core/random.ts";
import type { SimulatorLink } from "../../src/links/simulator/simulator-link.ts";
import type { Checks } from "./checks.ts";
import { dataError, GOOD, isBusError, kinds, type Outcome, stages } from "./expectation.ts";
import { hostBytes, openWindows } from "./host-bytes.ts";
import { GUARD_BYTES, lengthIn } from "./placement.ts";
import { type ChannelId, HALF_CARD_BYTES, type Injection, type Piece } from "./plan.ts";

export const GUARD = 0xa5;
const STALE = 0x5a;

/** Sizes of the device under test. */
export interface Geometry {
  readonly wordBytes: number;
  readonly burstBytes: number;
  /** Bursts in flight. */
  readonly outstanding: number;
  readonly addressBits: number;
}

export interface PlacedPiece extends Piece {
  readonly address: LogicalAddress;
  readonly cardAddress: number;
  /** The buffer with a guard on either side. */
  readonly buffer: Uint8Array;
  /** What `buffer` must hold in the end; for c2h a byte that may be either is in `loose`. */
  readonly expected: Uint8Array;
  loose: { readonly from: number; readonly arrived: Uint8Array } | undefined;
}

/** The parts of a channel's run that concern its data. */
export interface ChannelParts {
  readonly id: ChannelId;
  readonly link: SimulatorLink;
  readonly geometry: Geometry;
  readonly checks: Checks;
  /** What the card holds, as the model knows it: the whole of it. */
  readonly card: Uint8Array;
  readonly seed: number;
}

/** The transfers of one channel in host memory: where they lie, what must become of each, and what has. */
export class PlacedPieces {
  readonly #parts: ChannelParts;
  readonly #isWrite: boolean;
  readonly #pieces: PlacedPiece[] = [];
  readonly #failing = new Map<number, { readonly kind: number; readonly address: bigint }>();

  constructor(parts: ChannelParts) {
    this.#parts = parts;
    this.#isWrite = parts.id === "c2h";
  }

  get length(): number {
    return this.#pieces.length;
  }

  at(index: number): PlacedPiece {
    return this.#pieces[index] as PlacedPiece;
  }

  /** Places a transfer at `start`; no guard follows it where an address space ends. */
  place(piece: Piece, start: bigint): void {
    const { link, seed, geometry } = this.#parts;
    const random = new Random(BigInt(seed) * 1000n + BigInt(this.#pieces.length));
    const lengthBytes = lengthIn(piece);
    const address = logicalAddress(start);
    const half = this.#isWrite ? HALF_CARD_BYTES : 0;
    const cardAddress = half + Math.min(piece.cardOffset, HALF_CARD_BYTES - lengthBytes);
    const isLast = address + BigInt(lengthBytes) === 1n << BigInt(geometry.addressBits);
    const guarded = lengthBytes + (isLast ? 1 : 2) * GUARD_BYTES;
    const view = hostBytes(link.memory, physicalAddress(address - BigInt(GUARD_BYTES)), guarded);
    view.fill(GUARD);
    const bytes = view.subarray(GUARD_BYTES, GUARD_BYTES + lengthBytes);
    if (this.#isWrite) bytes.fill(STALE);
    else bytes.set(random.bytes(lengthBytes));
    openWindows(link, address, lengthBytes, this.#isWrite ? "write" : "read");
    this.#pieces.push({
      ...piece,
      ...{ lengthBytes, address, cardAddress, buffer: view, expected: view.slice(), loose: undefined },
    });
  }

  /** Host memory answers with an error somewhere in a transfer. */
  inject({ target, place, response }: Injection): void {
    const index = target % Math.max(1, this.length);
    const piece = this.#pieces[index];
    if (piece === undefined || piece.defect !== "none" || this.#failing.has(index)) return;
    const address = logicalAddress(piece.address + BigInt(Math.floor(place * piece.lengthBytes)));
    this.#failing.set(index, { kind: kinds[response], address });
    this.#parts.link.errors.at(address, this.#isWrite ? "write" : "read", response);
  }

  /** The address that the device is told. */
  hostAddressOf({ defect, address, lengthBytes, cardOffset }: PlacedPiece): bigint {
    if (defect !== "host-range") return address;
    const { addressBits } = this.#parts.geometry;
    const end = 1n << BigInt(addressBits);
    // One byte too far, all but one byte, or, where there are such addresses, all of it.
    const choices = [end - BigInt(lengthBytes) + 1n, end - 1n, addressBits < 64 ? end + address : end - 1n];
    return choices[cardOffset % choices.length] as bigint;
  }

  cardAddressOf({ defect, cardAddress, lengthBytes }: PlacedPiece): number {
    return defect === "card-range" ? 2 * HALF_CARD_BYTES - lengthBytes + 1 : cardAddress;
  }

  /** What must become of a transfer that nobody cuts short. */
  expect(index: number): Outcome {
    const piece = this.at(index);
    const refused = (kind: number, stage: number): Outcome => {
      return { kind, stage, write: false, residueBytes: lengthOf(piece), address: 0n };
    };
    if (piece.defect === "malformed") return refused(kinds.MALFORMED, stages.DESCRIPTOR);
    if (piece.defect === "zero-length") return refused(kinds.ZERO_LENGTH, stages.DATA);
    if (piece.defect === "card-range") return refused(kinds.CARD_RANGE, stages.DATA);
    if (piece.defect === "host-range") return refused(kinds.HOST_RANGE, stages.DATA);
    const data = this.#failing.get(index);
    if (data === undefined) return GOOD;
    const { address, lengthBytes } = piece;
    return dataError(this.#isWrite, data.kind, address, lengthBytes, data.address, this.#parts.geometry);
  }

  /** A transfer was cut short: whole bursts have arrived, and the address is where the next one would have been. */
  checkCut(index: number, { residueBytes, address }: Outcome, expected: Outcome, where: string): void {
    const { checks, geometry } = this.#parts;
    const piece = this.at(index);
    const arrived = piece.lengthBytes - residueBytes;
    const next = piece.address + BigInt(arrived);
    const isAtBurst = arrived === 0 || next % BigInt(geometry.burstBytes) === 0n;
    const word = this.#isWrite ? next : next - (next % BigInt(geometry.wordBytes));
    const isThere = address === undefined || address === word || (arrived === 0 && address === 0n);
    const isBeforeError = !isBusError(expected.kind) || residueBytes >= expected.residueBytes;
    checks.that(
      "cut-place",
      residueBytes >= 1 && arrived >= 0 && isAtBurst && isThere && isBeforeError,
      () =>
        `${where}: cut short with residue ${residueBytes} at 0x${address?.toString(16)}; it is at 0x${piece.address.toString(16)}`,
    );
  }

  /** What the transfer has done to the card, or what it must have done to the host's memory. */
  apply(index: number, transfer: Outcome, where: string): void {
    const { card, checks } = this.#parts;
    const piece = this.at(index);
    const isRefused = transfer.kind >= kinds.ZERO_LENGTH && transfer.kind <= kinds.HOST_RANGE;
    const touches = transfer.stage === stages.DATA && !isRefused;
    const arrivedBytes = touches ? Math.max(0, piece.lengthBytes - transfer.residueBytes) : 0;
    if (!this.#isWrite) {
      card.set(piece.expected.subarray(GUARD_BYTES, GUARD_BYTES + arrivedBytes), piece.cardAddress);
      return;
    }
    const arrived = card.slice(piece.cardAddress, piece.cardAddress + piece.lengthBytes);
    piece.expected.set(arrived.subarray(0, arrivedBytes), GUARD_BYTES);
    if (touches && isBusError(transfer.kind)) piece.loose = { from: arrivedBytes, arrived };
    const found = piece.buffer.subarray(GUARD_BYTES, GUARD_BYTES + arrivedBytes);
    checks.that(
      "data-before-head",
      Buffer.compare(found, arrived.subarray(0, arrivedBytes)) === 0,
      `${where}: settled before its data were there`,
    );
  }

  /** The data of a transfer from the card are in host memory. */
  hasArrived(index: number): boolean {
    const piece = this.at(index);
    const arrived = this.#parts.card.subarray(piece.cardAddress, piece.cardAddress + piece.lengthBytes);
    return Buffer.compare(piece.buffer.subarray(GUARD_BYTES, GUARD_BYTES + piece.lengthBytes), arrived) === 0;
  }

  /** Every byte, when the run is over. */
  checkEnd(): void {
    for (const [index, { buffer, expected, loose, lengthBytes }] of this.#pieces.entries()) {
      if (Buffer.compare(buffer, expected) === 0) continue;
      const at = buffer.findIndex((byte, place) => byte !== expected[place] && !isLoose(loose, place, byte));
      this.#parts.checks.that(
        "host-bytes",
        at < 0,
        `${this.#parts.id}: transfer ${index}: byte ${at - GUARD_BYTES} of ${lengthBytes} is ${buffer[at]}, expected ${expected[at]}`,
      );
    }
  }
}

function isLoose(loose: PlacedPiece["loose"], place: number, byte: number): boolean {
  if (loose === undefined) return false;
  const at = place - GUARD_BYTES;
  return at >= loose.from && loose.arrived[at] === byte;
}

export function lengthOf(piece: Piece): number {
  return piece.defect === "zero-length" ? 0 : piece.lengthBytes;
}
