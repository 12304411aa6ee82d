import type { Link } from "../bus/link.ts";
import type { PendingCalls } from "../core/pending-calls.ts";
import type { JournalRing } from "./journal-ring.ts";
import { RecordingLink } from "./recording-link.ts";

/** The link that a bench has: it knows which waits of the bench have not ended, and where they began. */
export class BenchLink extends RecordingLink {
  readonly #calls: PendingCalls;

  constructor(link: Link, ring: JournalRing, calls: PendingCalls) {
    super(link, ring);
    this.#calls = calls;
  }

  override waitForInterrupt(limitCycles: number): Promise<void> {
    return this.#track("link.waitForInterrupt", this.waitForInterrupt, super.waitForInterrupt(limitCycles));
  }

  override idle(cycles: number): Promise<void> {
    return this.#track("link.idle", this.idle, super.idle(cycles));
  }

  async #track(what: string, callee: (cycles: number) => unknown, work: Promise<void>): Promise<void> {
    const call = this.#calls.begin(what, callee);
    try {
      await work;
    } catch (error) {
      throw await this.#calls.rejection(call, error);
    } finally {
      this.#calls.end(call);
    }
  }
}
