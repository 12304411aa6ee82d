import type { Direction } from "../bus/event.ts";
import type { Access, WindowUse } from "../bus/window.ts";
import type { LogicalAddress } from "../core/address.ts";

/** Something that crossed a link, or was to cross it. */
export type JournalEntry = Moments &
  (RegisterEntry | AccessEntry | WindowsEntry | WrittenEntry | BreachEntry | InterruptEntry);

export interface Moments {
  /** When it was asked for. */
  readonly asked: number;
  /** When it crossed; absent for a request that was not answered, or of whose crossing the link knows no cycle. */
  readonly crossed?: number;
  /** The one that the journal is sorted by: `crossed`, or else `asked`. */
  readonly cycle: number;
}

/** The host accesses a register. */
export interface RegisterEntry {
  readonly kind: "register";
  readonly access: Direction;
  readonly address: number;
  /** That was written, or that the device answered; 0 for a read without an answer. */
  readonly value: number;
  readonly isAnswered: boolean;
  readonly failure?: Failure;
}

/** The device accesses host memory; it crosses when the last of it has been answered. */
export interface AccessEntry {
  readonly kind: "access";
  readonly direction: Direction;
  readonly address: LogicalAddress;
  readonly lengthBytes: number;
  readonly master?: number;
}

/** Bytes that the device has put into host memory, as they were then. A journal that is not whole has their CRC-32 alone. */
export interface WrittenEntry {
  readonly kind: "written";
  readonly address: LogicalAddress;
  readonly lengthBytes: number;
  readonly crc: number;
  readonly bytes?: Uint8Array;
}

/** Windows of one kind that were opened or closed one after the other, such as those of a list. */
export interface WindowsEntry {
  readonly kind: "windows";
  readonly isOpening: boolean;
  readonly access: Access;
  readonly use: WindowUse;
  readonly count: number;
  readonly first: LogicalAddress;
  readonly last: LogicalAddress;
  /** Of all of them. */
  readonly lengthBytes: number;
  /**
   * Over addresses and lengths of all of them. When windows are closed that the device could write in: CRC-32 of the bytes
   * that it has left in them.
   */
  readonly hash: number;
}

export type BreachEntry =
  | {
      readonly kind: "fault" | "injected-error";
      readonly direction: Direction;
      readonly address: LogicalAddress;
    }
  | {
      readonly kind: "violation";
      readonly rule: string;
      readonly address: LogicalAddress;
      /** The device's own, where the link's clock counts something else. */
      readonly deviceCycle?: number;
    };

export interface InterruptEntry {
  readonly kind: "interrupt";
  readonly vector: number;
  readonly asserted: boolean;
}

/** Why a register access has no answer; the index is its code in the format. */
export const failures = [
  "refused",
  "not answered in time",
  "link lost",
  "link closed",
  "not done",
  "failed",
] as const;
export type Failure = (typeof failures)[number];
