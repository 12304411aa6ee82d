import type { Checks } from "./checks.ts";
import type { ChannelId, ChannelPlan } from "./plan.ts";

/** From the end of a coalescing time to DONE, and from there to what the host reads. */
const SLACK_CYCLES = 16;

/** One look of the host at a channel. */
interface Look {
  /** DONE stood in IRQ_STATUS. */
  readonly done: boolean;
  /** When IRQ_STATUS was read. */
  readonly statusCycle: number;
  /** When the head was read: after DONE was cleared. */
  readonly headCycle: number;
}

/** When DONE must be raised, and when it must not, by what the host sees of one channel. */
export class DoneModel {
  readonly #id: ChannelId;
  readonly #count: number;
  readonly #timeCycles: number;
  readonly #checks: Checks;
  /** Without a time limit: flagged descriptors that have not raised DONE. */
  #pending = 0;
  /** What the rules promise, in this look and the one before. */
  #raises = 0;
  #raisesBefore = 0;
  #unseen = false;
  /** With one: of descriptors that may be pending, the earliest cycle in which each can have ended, in order. */
  #maybe: number[] = [];
  /** How many of them were there at the end of the last look, and of the one before. */
  #known = 0;
  #knownBefore = 0;
  #flushes = 0;
  #flushesBefore = 0;
  /** When the first descriptor was seen that DONE has not been seen for since. */
  #waitsSince: number | undefined;
  #headCycle = 0;

  constructor(
    id: ChannelId,
    { coalesceCount, coalesceTime }: Pick<ChannelPlan, "coalesceCount" | "coalesceTime">,
    checks: Checks,
  ) {
    this.#id = id;
    this.#count = Math.max(1, coalesceCount);
    this.#timeCycles = 16 * coalesceTime;
    this.#checks = checks;
  }

  /** A descriptor has ended. */
  settled(isGood: boolean, isFlagged: boolean): void {
    if (!isGood) {
      this.flush();
    } else if (isFlagged) {
      this.#pending++;
      this.#maybe.push(this.#headCycle);
      if (this.#pending >= this.#count) this.#raise();
    }
  }

  /** The ring halts or was switched off: what is pending is raised. */
  flush(): void {
    if (this.#maybe.length > 0) this.#flushes++;
    if (this.#pending > 0) this.#raise();
  }

  #raise(): void {
    this.#pending = 0;
    this.#raises++;
  }

  /** The end of a look, with all that has ended settled. */
  look(look: Look): void {
    if (this.#timeCycles > 0) this.#lookWithTime(look);
    else this.#lookWithout(look);
    this.#headCycle = look.headCycle;
    this.#raisesBefore = this.#raises;
    this.#raises = 0;
    this.#flushesBefore = this.#flushes;
    this.#flushes = 0;
  }

  #lookWithout({ done }: Look): void {
    this.#checks.that("done-lost", !this.#unseen || done, `${this.#id}: a DONE interrupt was lost`);
    this.#checks.that(
      "done-reason",
      !done || this.#raises + this.#raisesBefore > 0,
      `${this.#id}: a DONE interrupt without a reason`,
    );
    this.#unseen = this.#raises > 0 && !done;
  }

  #lookWithTime({ done, statusCycle, headCycle }: Look): void {
    if (done) this.#checkDue(headCycle);
    else {
      const waited = statusCycle - (this.#waitsSince ?? statusCycle);
      this.#checks.that(
        "done-late",
        waited <= this.#timeCycles + SLACK_CYCLES,
        `${this.#id}: no DONE interrupt ${waited} cycles after a descriptor had ended; the time limit of coalescing is ${this.#timeCycles}`,
      );
      if (this.#maybe.length > this.#known) this.#waitsSince ??= headCycle;
    }
    this.#knownBefore = this.#known;
    this.#known = this.#maybe.length;
  }

  #checkDue(headCycle: number): void {
    const [earliest = headCycle] = this.#maybe;
    const isDue =
      this.#flushes + this.#flushesBefore > 0 ||
      this.#maybe.length >= this.#count ||
      headCycle - earliest >= this.#timeCycles;
    this.#checks.that(
      "done-early",
      isDue,
      `${this.#id}: a DONE interrupt before ${this.#count} descriptors or ${this.#timeCycles} cycles`,
    );
    // It was raised after the look before: what had ended earlier is not pending any more.
    this.#maybe.splice(0, this.#knownBefore);
    this.#known -= this.#knownBefore;
    this.#waitsSince = undefined;
  }

  /** After a reset nothing is pending. */
  reset(): void {
    this.#pending = 0;
    this.#raises = 0;
    this.#raisesBefore = 0;
    this.#unseen = false;
    this.#maybe = [];
    this.#known = 0;
    this.#knownBefore = 0;
    this.#flushes = 0;
    this.#flushesBefore = 0;
    this.#waitsSince = undefined;
  }
}
