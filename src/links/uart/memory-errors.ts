import type { ErrorInjection, ErrorResponse } from "../../bus/error-injection.ts";
import type { Direction } from "../../bus/event.ts";
import type { LogicalAddress } from "../../core/address.ts";
import { Status, type StatusCode } from "../../wire/message.ts";

const ADDRESSES = 16;
const BLOCK = 8;
const STATUS = { SLVERR: Status.slaveError, DECERR: Status.decodeError } as const;

interface FailingBlock {
  readonly block: number;
  readonly direction: Direction;
  readonly status: StatusCode;
}

/** Which beats of the device's accesses are answered with an error because a test has asked for it. */
export class MemoryErrors implements ErrorInjection {
  readonly addresses = ADDRESSES;
  readonly #blocks = new Set<FailingBlock>();
  /** Beats that are left before the one that fails. */
  readonly #counted = new Map<Direction, { left: number; readonly status: StatusCode }>();

  at(address: LogicalAddress, direction: Direction, response: ErrorResponse): () => void {
    if (this.#blocks.size === ADDRESSES)
      throw new RangeError(`all ${ADDRESSES} failing addresses are in use`);
    const entry = { block: Math.floor(Number(address) / BLOCK), direction, status: STATUS[response] };
    this.#blocks.add(entry);
    return () => {
      this.#blocks.delete(entry);
    };
  }

  afterBeats(beats: number, direction: Direction, response: ErrorResponse): void {
    if (!Number.isInteger(beats) || beats < 0) throw new RangeError(`${beats} is not a number of beats`);
    this.#counted.set(direction, { left: beats, status: STATUS[response] });
  }

  /** Nothing is to fail now: no beat need be looked at. */
  get isQuiet(): boolean {
    return this.#blocks.size === 0 && this.#counted.size === 0;
  }

  /** What the beat of a word at `address` is answered; it counts as one. */
  beat(address: number, direction: Direction): StatusCode {
    const counted = this.#counted.get(direction);
    if (counted?.left === 0) {
      this.#counted.delete(direction);
      return counted.status;
    }
    if (counted !== undefined) counted.left--;
    const block = Math.floor(address / BLOCK);
    for (const entry of this.#blocks)
      if (entry.block === block && entry.direction === direction) return entry.status;
    return Status.okay;
  }
}
