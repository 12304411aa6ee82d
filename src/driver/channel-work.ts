import type { LogicalAddress } from "../core/address.ts";
import type { TransferError } from "./errors.ts";

/** One element of a transfer: what the device does in one go. */
export interface Piece {
  readonly address: LogicalAddress;
  readonly cardAddress: number;
  readonly lengthBytes: number;
  /** The last of its transfer. */
  readonly isLast: boolean;
}

/** What became of a piece. */
export interface Outcome {
  /** Absent when every byte arrived. */
  readonly error?: TransferError;
  /** The channel's DONE was asked for. */
  readonly isFlagged: boolean;
}

/** How a channel is made to work: by registers or by a ring of descriptors. Not busy when it is made. */
export interface ChannelWork {
  /** Most pieces at a time. */
  readonly capacity: number;
  /** Hands over pieces, no more than there is room for; starts the channel when it is not running. */
  put(pieces: readonly Piece[]): void;
  /** Pieces that have ended and `finished` has not returned, as far as it shows without asking the device. */
  ended(): number;
  /** What ended since the last call, in order. With `isHalted` the last of them is the one that failed. */
  finished(isHalted: boolean): Promise<Outcome[]>;
  /**
   * Takes everything back that has not ended, and returns what has. Afterwards the device touches nothing of it. Rejects
   * with `DeviceContractError` when the channel does not become idle in time.
   */
  stop(): Promise<Outcome[]>;
  /** The device was reset: nothing is handed over any more. */
  forget(): void;
  /** State of the channel in words, a line each, for messages. */
  describe(): Promise<string[]>;
  /** Gives back what the work has of the system; the channel is stopped. */
  release(): void;
}
