import { COMPLETION_BYTES, descriptorBytes } from "../../src/driver/ring.ts";
import type { ChannelPlan, Piece } from "./plan.ts";

/** On either side of what is checked. */
export const GUARD_BYTES = 64;
const PAGE_BYTES = 4096n;

/** Where what a channel needs lies in host memory. */
export interface Placement {
  readonly ring: bigint;
  readonly records: bigint;
  readonly pieces: readonly bigint[];
  /** A multiple of a page. */
  readonly end: bigint;
}

type Placed = Pick<ChannelPlan, "compact" | "entriesLog2" | "ringPlace" | "recordsPlace" | "pieces">;

/** From `base` on, a multiple of a page: ring and records, where their form allows it, and each transfer in pages of its own. */
export function placeFrom(base: bigint, plan: Placed): Placement {
  let at = base;
  const take = (address: bigint, lengthBytes: number): bigint => {
    at = pageAfter(address + BigInt(lengthBytes + GUARD_BYTES));
    return address;
  };
  const entries = 2 ** plan.entriesLog2;
  const form = descriptorBytes(plan.compact ? "compact" : "full");
  const ring = take(at + BigInt(plan.ringPlace - (plan.ringPlace % form)), entries * form);
  const records = take(
    at + BigInt(plan.recordsPlace - (plan.recordsPlace % COMPLETION_BYTES)),
    entries * COMPLETION_BYTES,
  );
  const pieces = plan.pieces.map((piece) =>
    take(at + PAGE_BYTES + BigInt(piece.pageOffset), lengthIn(piece)),
  );
  return { ring, records, pieces, end: at };
}

/** The same at the end of an address space: the last byte of the last transfer is its last. */
export function placeBefore(top: bigint, plan: Placed): Placement {
  const placement = placeFrom(top - placeFrom(0n, plan).end, plan);
  const last = plan.pieces.at(-1);
  if (last === undefined) return placement;
  return { ...placement, pieces: [...placement.pieces.slice(0, -1), top - BigInt(lengthIn(last))], end: top };
}

/** One byte at the last address is no overrun. */
export function lengthIn({ defect, lengthBytes }: Piece): number {
  return defect === "host-range" ? Math.max(2, lengthBytes) : lengthBytes;
}

function pageAfter(address: bigint): bigint {
  return (address + PAGE_BYTES - 1n) & ~(PAGE_BYTES - 1n);
}
