import { checkCycles, cyclesIn } from "../bus/clock.ts";
import { InterruptTimeoutError } from "../bus/errors.ts";
import type { InterruptListener } from "../bus/interrupt-listener.ts";
import type { Link } from "../bus/link.ts";
import type { PendingCalls } from "../core/pending-calls.ts";
import { describeJournal } from "../journal/describe-journal.ts";
import type { Journal } from "../journal/journal.ts";
import { RecordingLink } from "../journal/recording-link.ts";

/** What a device and its bench may take beside the moving of data, in milliseconds of device time. */
const WAIT_MS = 20;

/** The link that a bench has: it knows which waits of the bench have not ended, and where they began. */
export class BenchLink extends RecordingLink {
  readonly #calls: PendingCalls;
  readonly #interrupt: InterruptListener;

  constructor(link: Link, journal: Journal, calls: PendingCalls) {
    super(link, journal);
    this.#calls = calls;
    this.#interrupt = link.listen();
  }

  /**
   * Resolves when there is an interrupt; where `traits.interrupts` is `message`, a rise since the start of the test counts.
   * Rejects with `InterruptTimeoutError` after `limitCycles`: by default after the time that the device needs for all
   * open windows at the pace of the link. On links in wall time a limit is never shorter than that.
   */
  waitForInterrupt(limitCycles?: number): Promise<void> {
    return this.#track("link.waitForInterrupt", this.waitForInterrupt, this.#untilInterrupt(limitCycles));
  }

  override listen(options?: { readonly vector?: number }): InterruptListener {
    const listener = super.listen(options);
    const tracked: InterruptListener = {
      wait: (limitCycles, signal) =>
        this.#track("the wait of a listener", tracked.wait, listener.wait(limitCycles, signal)),
    };
    return tracked;
  }

  override idle(cycles: number): Promise<void> {
    return this.#track("link.idle", this.idle, super.idle(cycles));
  }

  async #untilInterrupt(limitCycles: number | undefined): Promise<void> {
    const start = this.clock.cycle;
    if (await this.#interrupt.wait(this.#limit(limitCycles))) return;
    const [last = "nothing crossed the link"] = describeJournal(this.journal.entries.slice(-1));
    throw new InterruptTimeoutError(this.name, this.clock.cycle - start, `last: ${last.trim()}`);
  }

  #limit(given: number | undefined): number {
    if (given !== undefined) checkCycles(given);
    if (given !== undefined && this.traits.time === "stepped") return given;
    let bytes = 0;
    for (const { lengthBytes } of this.windows.live) bytes += lengthBytes;
    return Math.max(given ?? 0, cyclesIn(this.clock, WAIT_MS + (1000 * bytes) / this.pace.bytesPerSecond));
  }

  async #track<T>(what: string, callee: (...args: never[]) => unknown, work: Promise<T>): Promise<T> {
    const call = this.#calls.begin(what, callee);
    try {
      return await work;
    } catch (error) {
      throw await this.#calls.rejection(call, error);
    } finally {
      this.#calls.end(call);
    }
  }
}
