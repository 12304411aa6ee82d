/**
 * The one mover of simulated time.
 *
 * A wait parks here with a condition and a deadline. When every continuation of the bench has run and all it does is
 * wait, the pump lets time pass in slices of a fixed number of cycles until one of the waits is met, in the order in which
 * they were made. Wall time never decides how far it goes, so the same seed gives the same cycles.
 */
export interface Wait {
  /** Last cycle at which the wait may still be met. */
  readonly deadline: number;
  /** Asked whenever time has passed, after pending events were delivered. */
  isMet(): boolean;
  /** Called once, when `isMet` was true or the deadline has passed. */
  settle(met: boolean): void;
  /** Called instead when time can move no more. */
  fail(error: unknown): void;
}

export interface PumpTarget {
  readonly cycle: number;
  /**
   * Lets up to `cycles` cycles pass, or fewer if something happens that a wait may be about. Fails when the link can do no
   * more. A simulation in another process takes a round trip for it.
   */
  advance(cycles: number): void | Promise<void>;
}

/** Cycles between two looks at the event loop, so that Ctrl-C and time limits work: about 2 ms of engine time. */
const SLICE_CYCLES = 10_000;

/** One in so many goes through the event loop even though something is always met at once. */
const TURNS_OF_LOOP = 64;

export class Pump {
  readonly #target: PumpTarget;
  #waits: Wait[] = [];
  #isScheduled = false;
  #turns = 0;

  constructor(target: PumpTarget) {
    this.#target = target;
  }

  get hasWaits(): boolean {
    return this.#waits.length > 0;
  }

  park(wait: Wait): void {
    this.#waits.push(wait);
    this.#schedule();
  }

  /** Rejects every wait: nothing will move time again. */
  stop(error: unknown): void {
    for (const wait of this.#waits.splice(0)) wait.fail(error);
  }

  #schedule(isUnmet = false): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#turns++;
    // What is queued in a microtask as the next tick runs when no microtask is left: every continuation has run. It takes a
    // fifth of a turn of the event loop, but what waits there must have its turn too.
    if (isUnmet || this.#turns % TURNS_OF_LOOP === 0) setImmediate(this.#slice);
    else queueMicrotask(() => process.nextTick(this.#slice));
  }

  readonly #slice = (): void => this.#run(this.#target.cycle + SLICE_CYCLES);

  /** What is parked meanwhile waits for the end of the slice. */
  #run(end: number): void {
    try {
      while (this.hasWaits && !this.#settleOne() && this.#target.cycle < end) {
        const until = this.#waits.reduce((first, { deadline }) => Math.min(first, deadline), end);
        const passing = this.#target.advance(until - this.#target.cycle);
        if (passing === undefined) continue;
        passing.then(
          () => this.#run(end),
          (error: unknown) => {
            this.stop(error);
            this.#isScheduled = false;
          },
        );
        return;
      }
    } catch (error) {
      this.stop(error);
    }
    this.#isScheduled = false;
    if (this.hasWaits) this.#schedule(this.#target.cycle >= end);
  }

  /** Settles the oldest wait that is met or overdue. */
  #settleOne(): boolean {
    for (const [index, wait] of this.#waits.entries()) {
      const isMet = wait.isMet();
      if (!isMet && this.#target.cycle < wait.deadline) continue;
      this.#waits.splice(index, 1);
      wait.settle(isMet);
      return true;
    }
    return false;
  }
}
