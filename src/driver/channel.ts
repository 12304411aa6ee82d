import { cyclesIn } from "../bus/clock.ts";
import type { Link } from "../bus/link.ts";
import type { ChannelWork, Outcome, Piece } from "./channel-work.ts";
import { DeviceContractError, TransferTimeoutError } from "./errors.ts";
import type { InterruptClient, InterruptService } from "./interrupt-service.ts";
import { ACCESSES, limitCycles, openWindowsCycles } from "./limits.ts";
import { type ChannelId, field } from "./register-file.ts";

const CAUSES = {
  h2c: { done: field("IRQ_STATUS", "H2C_DONE").mask, error: field("IRQ_STATUS", "H2C_ERROR").mask },
  c2h: { done: field("IRQ_STATUS", "C2H_DONE").mask, error: field("IRQ_STATUS", "C2H_ERROR").mask },
} as const;

/** What a channel needs of the interrupt service. */
type ChannelInterrupts = Pick<InterruptService, "wake" | "take" | "forget" | "clear">;

interface Transfer {
  readonly pieces: readonly Piece[];
  readonly limitCycles: number;
  /** The caller's, which is kept to the cycle. */
  readonly isLimitGiven: boolean;
  ended: number;
  /** It is over, though the device may still have pieces of it. */
  failure: { readonly error: unknown } | undefined;
  resolve(): void;
  reject(error: unknown): void;
}

interface QueuedPiece {
  readonly piece: Piece;
  readonly transfer: Transfer;
}

/**
 * One direction of the controller: transfers in the order in which they were asked for, their pieces handed to the
 * device as far as it has room. Everything that touches the device's state runs in turn, so that an interrupt, a
 * cancellation and a timeout never meet.
 *
 * A transfer that fails, is cancelled or takes too long ends when the device touches nothing of it any more; what
 * others had handed over is handed over again.
 */
export class Channel implements InterruptClient {
  readonly id: ChannelId;
  readonly causes: number;
  readonly #link: Link;
  readonly #work: ChannelWork;
  readonly #interrupts: ChannelInterrupts;
  /** Not handed over. */
  #waiting: QueuedPiece[] = [];
  /** Handed over, the oldest first. */
  #handed: QueuedPiece[] = [];
  #isFeeding = false;
  #isStopping = false;
  #lost: unknown;
  #lastProgress = 0;
  /** What was added to the limit of the oldest transfer, for what is ahead of it; how often. */
  #addedCycles = 0;
  #additions = 0;
  /** Pieces of which that was seen before their interrupt. */
  #seenEnded = 0;
  /** Pieces that ended with a DONE that was not seen yet. */
  #unseenDone = 0;
  #last: Promise<void> = Promise.resolve();

  constructor(id: ChannelId, link: Link, work: ChannelWork, interrupts: ChannelInterrupts) {
    this.id = id;
    this.causes = CAUSES[id].done | CAUSES[id].error;
    this.#link = link;
    this.#work = work;
    this.#interrupts = interrupts;
  }

  get deadline(): number | undefined {
    const oldest = this.#oldest;
    return oldest === undefined
      ? undefined
      : this.#lastProgress + oldest.transfer.limitCycles + this.#addedCycles;
  }

  get #oldest(): QueuedPiece | undefined {
    return this.#handed[0] ?? this.#waiting[0];
  }

  /**
   * Moves all pieces. `timeoutMs` is the most device time without progress of the channel while this transfer is the
   * oldest; by default what the pace of the link makes of its longest piece and of the open windows. Rejects with `TransferError`, `TransferTimeoutError`, `DeviceContractError`, what the link says, or
   * the reason of the signal; always after the device has let go of them.
   */
  async move(pieces: readonly Piece[], timeoutMs?: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.#lost !== undefined) throw this.#lost;
    const limit = this.#limitOf(pieces, timeoutMs);
    let abort: (() => void) | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        const transfer: Transfer = {
          pieces,
          limitCycles: limit,
          isLimitGiven: timeoutMs !== undefined,
          ended: 0,
          failure: undefined,
          resolve,
          reject,
        };
        if (signal !== undefined) {
          abort = () => void this.#inTurn(() => this.#end(transfer, signal.reason));
          signal.addEventListener("abort", abort, { once: true });
        }
        if (this.deadline === undefined) this.#noteProgress();
        for (const piece of pieces) this.#waiting.push({ piece, transfer });
        this.#feedSoon();
        this.#interrupts.wake();
      });
    } finally {
      if (abort !== undefined) signal?.removeEventListener("abort", abort);
    }
  }

  #limitOf(pieces: readonly Piece[], timeoutMs: number | undefined): number {
    const longest = pieces.reduce((most, { lengthBytes }) => Math.max(most, lengthBytes), 0);
    if (timeoutMs === undefined) return limitCycles(this.#link, longest);
    const limit = cyclesIn(this.#link.clock, timeoutMs);
    if (timeoutMs < 0 || !Number.isSafeInteger(limit))
      throw new RangeError(`timeoutMs of ${timeoutMs}: not a time that has a number of cycles`);
    return limit;
  }

  serve(): Promise<void> {
    return this.#inTurn(async () => {
      // Whoever had the turn before may have made them pointless.
      const causes = this.#interrupts.take(this.causes);
      if (causes === 0) return;
      const isHalted = (causes & CAUSES[this.id].error) !== 0;
      const outcomes = await this.#work.finished(isHalted);
      const failed = this.#settle(outcomes);
      if ((causes & CAUSES[this.id].done) !== 0) await this.#noteDone();
      if (failed !== undefined) await this.#restart(failed);
      else this.#feed();
    });
  }

  expire(): Promise<void> {
    return this.#inTurn(async () => {
      const oldest = this.#oldest;
      if (oldest === undefined || (this.deadline as number) > this.#link.clock.cycle) return;
      const { transfer } = oldest;
      if (this.#hasProgress() || this.#addTime(transfer)) return;
      const bytes = transfer.pieces.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0);
      const lastSeen = [
        `the driver waits for descriptor ${transfer.ended + 1} of ${transfer.pieces.length} of a transfer of ${bytes} bytes; the device has ${this.#handed.length}, ${this.#waiting.length} wait behind them`,
        ...(await this.#work.describe()),
      ];
      const waited = transfer.limitCycles + this.#addedCycles;
      await this.#end(transfer, new TransferTimeoutError(this.id, waited, lastSeen));
    });
  }

  #noteProgress(): void {
    this.#lastProgress = this.#link.clock.cycle;
    this.#addedCycles = 0;
    this.#additions = 0;
  }

  /** What may be ahead of a piece is counted only here, since few transfers ever come to their limit. */
  #addTime({ isLimitGiven }: Transfer): boolean {
    if (isLimitGiven || this.#additions === ACCESSES) return false;
    this.#additions++;
    this.#addedCycles += openWindowsCycles(this.#link);
    return true;
  }

  /** An interrupt comes at the end of a transfer, or of as much as the device takes at a time: that may be long. */
  #hasProgress(): boolean {
    const ended = this.#work.ended();
    if (ended <= this.#seenEnded) return false;
    this.#seenEnded = ended;
    this.#noteProgress();
    return true;
  }

  fail(error: unknown): void {
    this.#lost ??= error;
    const all = [...this.#handed.splice(0), ...this.#waiting.splice(0)];
    for (const transfer of new Set(all.map((one) => one.transfer))) transfer.reject(error);
  }

  /**
   * Keeps its turn while `reset` resets the device: nothing is handed to a device that is not ready. What the channel had
   * is over with `error`. Rejects as `reset` does, and then the channel is lost.
   */
  reset(error: unknown, reset: () => Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      void this.#inTurn(async () => {
        await reset().catch((failure: unknown) => {
          reject(failure);
          throw failure;
        });
        this.#work.forget();
        this.#interrupts.forget(this.causes);
        this.fail(error);
        this.#lost = undefined;
        this.#seenEnded = 0;
        this.#unseenDone = 0;
        resolve();
      });
    });
  }

  /** Ends what is under way and gives everything back. */
  close(error: unknown): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#lost === undefined) await this.#work.stop();
      this.fail(error);
      this.#work.release();
    });
  }

  /** A broken device ends the transfers, never the turn. It is silenced first if it can be. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#last = this.#last.then(work).catch(async (error: unknown) => {
      await this.#work.stop().catch(() => {});
      this.fail(error);
    });
    return this.#last;
  }

  /** What is asked for without a wait in between is handed over at once: the device is told of it once. */
  #feedSoon(): void {
    if (this.#isFeeding) return;
    this.#isFeeding = true;
    void this.#inTurn(async () => {
      this.#isFeeding = false;
      this.#feed();
    });
  }

  #feed(): void {
    if (this.#isStopping || this.#waiting.length === 0) return;
    const next = this.#waiting.splice(0, this.#work.capacity - this.#handed.length);
    if (next.length === 0) return;
    this.#handed.push(...next);
    this.#work.put(next.map(({ piece }) => piece));
  }

  /** Takes note of what ended; the transfer that failed, if one did. */
  #settle(outcomes: readonly Outcome[]): Transfer | undefined {
    for (const { error, isFlagged } of outcomes) {
      const { transfer } = this.#handed.shift() as QueuedPiece;
      this.#noteProgress();
      this.#seenEnded = Math.max(0, this.#seenEnded - 1);
      if (isFlagged) this.#unseenDone++;
      if (error !== undefined) {
        transfer.failure ??= { error };
        return transfer;
      }
      transfer.ended++;
      if (transfer.ended === transfer.pieces.length && transfer.failure === undefined) transfer.resolve();
    }
    return undefined;
  }

  /** Records are there before their interrupt, so one that tells of nothing came too early. */
  async #noteDone(): Promise<void> {
    if (this.#unseenDone > 0) {
      this.#unseenDone--;
      return;
    }
    if (this.#handed.length === 0) return;
    const state = (await this.#work.describe()).join("\n  ");
    throw new DeviceContractError(
      `${this.id}: the completion interrupt came, but nothing has ended\n  ${state}`,
    );
  }

  /** Ends one transfer early. */
  async #end(transfer: Transfer, error: unknown): Promise<void> {
    const isOf = (one: QueuedPiece): boolean => one.transfer === transfer;
    if (![...this.#handed, ...this.#waiting].some(isOf)) return;
    transfer.failure = { error };
    if (this.#handed.some(isOf)) {
      await this.#restart(transfer);
      return;
    }
    this.#waiting = this.#waiting.filter((one) => !isOf(one));
    transfer.reject(error);
  }

  /** Takes everything back from the device, ends the transfer that failed, and hands the others over again. */
  async #restart(failed: Transfer): Promise<void> {
    this.#isStopping = true;
    try {
      this.#settle(await this.#work.stop());
    } catch (stopError) {
      // Two things went wrong, and the first is why the second was tried.
      failed.reject(withFailedStop(failed.failure?.error, stopError));
      throw stopError;
    } finally {
      this.#isStopping = false;
    }
    this.#interrupts.clear(this.causes);
    this.#unseenDone = 0;
    this.#seenEnded = 0;
    this.#waiting = [...this.#handed.splice(0), ...this.#waiting].filter(
      ({ transfer }) => transfer !== failed,
    );
    failed.reject(failed.failure?.error);
    this.#noteProgress();
    this.#feed();
  }
}

/** A transfer that took too long, on a device that cannot be stopped either. */
function withFailedStop(error: unknown, stopError: unknown): unknown {
  return error instanceof TransferTimeoutError && stopError instanceof Error
    ? error.withFailedStop(stopError)
    : stopError;
}
