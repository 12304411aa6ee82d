import { checkCycles, cyclesIn } from "../bus/clock.ts";
import { InterruptTimeoutError } from "../bus/errors.ts";
import type { InterruptListener } from "../bus/interrupt-listener.ts";
import type { Link, Operation } from "../bus/link.ts";
import type { Callee } from "../core/call-sites.ts";
import type { PendingCall, PendingCalls } from "../core/pending-calls.ts";
import { describeJournal } from "../journal/describe-journal.ts";
import type { Journal } from "../journal/journal.ts";
import { RecordingLink } from "../journal/recording-link.ts";

/** What a device and its bench may take beside the moving of data, in milliseconds of device time. */
const WAIT_MS = 20;

/** The link that a bench has: it knows which waits of the bench have not ended, and where they began. */
export class BenchLink extends RecordingLink {
  readonly #calls: PendingCalls;
  /** By vector. */
  readonly #interrupts: readonly InterruptListener[];

  constructor(link: Link, journal: Journal, calls: PendingCalls) {
    super(link, journal);
    this.#calls = calls;
    this.#interrupts = Array.from({ length: link.traits.vectors }, (_, vector) => link.listen({ vector }));
  }

  /**
   * Resolves when there is an interrupt of `vector`; where `traits.interrupts` is `message`, a rise since the start of the test counts.
   * Rejects with `InterruptTimeoutError` after `limitCycles`: by default after the time that the device needs for all
   * open windows at the pace of the link. On links in wall time a limit is never shorter than that.
   */
  waitForInterrupt(limitCycles?: number, { vector = 0 }: { readonly vector?: number } = {}): Promise<void> {
    const wait = this.#untilInterrupt(vector, limitCycles);
    return this.#track("link.waitForInterrupt", this.waitForInterrupt, wait);
  }

  override listen(options?: { readonly vector?: number }): InterruptListener {
    const listener = super.listen(options);
    const tracked: InterruptListener = {
      wait: (limitCycles, signal) =>
        this.#track("the wait of a listener", tracked.wait, listener.wait(limitCycles, signal)),
    };
    return tracked;
  }

  override readRegister(address: number): Promise<number> {
    return this.#trackAtOnce("link.readRegister", this.readRegister, super.readRegister(address));
  }

  protected override counted(read: NonNullable<Link["readRegister64"]>): NonNullable<Link["readRegister64"]> {
    const tracked: typeof read = (address) =>
      this.#trackAtOnce("link.readRegister64", tracked, read(address));
    return tracked;
  }

  override perform(operations: readonly Operation[]): Promise<number[]> {
    const isWait = operations.some(({ kind }) => kind === "wait");
    const call = this.#calls[isWait ? "begin" : "beginAtOnce"]("link.perform", this.perform);
    return this.#calls.watched(call, this.#ended(call, super.perform(operations)));
  }

  override idle(cycles: number): Promise<void> {
    return this.#track("link.idle", this.idle, super.idle(cycles));
  }

  async #untilInterrupt(vector: number, limitCycles: number | undefined): Promise<void> {
    const start = this.clock.cycle;
    // One that the device lacks is refused.
    const interrupt = this.#interrupts[vector] ?? super.listen({ vector });
    if (await interrupt.wait(this.#limit(limitCycles))) return;
    const [last = "nothing crossed the link"] = describeJournal(this.journal.entries.slice(-1));
    const own = this.traits.vectors === 1 ? undefined : vector;
    throw new InterruptTimeoutError(this.name, this.clock.cycle - start, `last: ${last.trim()}`, own);
  }

  #limit(given: number | undefined): number {
    if (given !== undefined) checkCycles(given);
    if (given !== undefined && this.traits.time === "stepped") return given;
    let bytes = 0;
    for (const { lengthBytes } of this.windows.live) bytes += lengthBytes;
    return Math.max(given ?? 0, cyclesIn(this.clock, WAIT_MS + (1000 * bytes) / this.pace.bytesPerSecond));
  }

  #track<T>(what: string, callee: Callee, work: Promise<T>): Promise<T> {
    return this.#ended(this.#calls.begin(what, callee), work);
  }

  #trackAtOnce<T>(what: string, callee: Callee, work: Promise<T>): Promise<T> {
    const call = this.#calls.beginAtOnce(what, callee);
    return this.#calls.watched(call, this.#ended(call, work));
  }

  async #ended<T>(call: PendingCall, work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      throw await this.#calls.rejection(call, error);
    } finally {
      this.#calls.end(call);
    }
  }
}
