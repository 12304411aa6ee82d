import type { InterruptListener } from "../bus/interrupt-listener.ts";
import type { Link } from "../bus/link.ts";
import type { RegisterFile } from "./register-file.ts";

/** Who is told of interrupts: the deferred part. */
export interface InterruptClient {
  /** Bits of `IRQ_STATUS`. */
  readonly causes: number;
  /** Cycle by which something has to happen; undefined while nothing is awaited. */
  readonly deadline: number | undefined;
  /** Some of `causes` were set, and `take` yields them; they are cleared, and the device has seen that. */
  serve(): Promise<void>;
  /** The deadline has passed. */
  expire(): Promise<void>;
  /** There will be no more interrupts. */
  fail(error: unknown): void;
}

/**
 * The interrupt service routine. While anybody awaits something it waits for an interrupt, reads and clears `IRQ_STATUS`
 * until it reads 0, and runs the deferred parts of those whose causes were set, one after the other. Other causes are
 * cleared and forgotten.
 */
export class InterruptService {
  readonly #link: Link;
  readonly #registers: RegisterFile;
  readonly #listener: InterruptListener;
  readonly #clients: InterruptClient[] = [];
  #isServing = false;
  /** Of the wait that is under way. */
  #limit = Number.POSITIVE_INFINITY;
  #wait = new AbortController();
  /** Causes that were set and are cleared; nobody has taken them. */
  #seen = 0;
  /** Taken back while a read of `IRQ_STATUS` was under way, which may still say that they are set. */
  #takenBack = 0;
  /** `IRQ_STATUS` did not read 0 last: the line may be high, and no message comes. */
  #isHigh = false;

  constructor(link: Link, registers: RegisterFile) {
    this.#link = link;
    this.#registers = registers;
    this.#listener = link.listen();
  }

  connect(client: InterruptClient): void {
    this.#clients.push(client);
  }

  /** Those of `causes` that were set. They are the caller's now. */
  take(causes: number): number {
    const taken = this.#seen & causes;
    this.#seen &= ~causes;
    return taken;
  }

  /** Forgets causes that are not wanted any more, those that have been read already included. */
  forget(causes: number): void {
    this.#seen &= ~causes;
    this.#takenBack |= causes;
  }

  /** Forgets causes and clears them in the device. Posted. */
  clear(causes: number): void {
    this.forget(causes);
    this.#registers.global.write("IRQ_STATUS", causes);
  }

  /** Somebody has a deadline now. */
  wake(): void {
    if (!this.#isServing) void this.#serve();
    else if ((this.#deadline() ?? this.#limit) < this.#limit) {
      this.#wait.abort();
      this.#wait = new AbortController();
    }
  }

  async #serve(): Promise<void> {
    this.#isServing = true;
    try {
      for (let deadline = this.#deadline(); deadline !== undefined; deadline = this.#deadline()) {
        await this.#serveUntil(deadline);
      }
    } catch (error) {
      for (const client of this.#clients) client.fail(error);
    } finally {
      this.#isServing = false;
    }
  }

  #deadline(): number | undefined {
    let earliest: number | undefined;
    for (const { deadline } of this.#clients) {
      if (deadline !== undefined && deadline < (earliest ?? Number.POSITIVE_INFINITY)) earliest = deadline;
    }
    return earliest;
  }

  async #serveUntil(deadline: number): Promise<void> {
    const { clock } = this.#link;
    const { signal } = this.#wait;
    this.#limit = deadline;
    /** A cycle in which or after which the device was looked at. */
    let looked = deadline;
    if (this.#isHigh || (await this.#listener.wait(Math.max(1, deadline - clock.cycle), signal))) {
      looked = await this.#acknowledge(deadline);
      for (const client of this.#clients) {
        if ((this.#seen & client.causes) !== 0) await client.serve();
      }
    } else if (signal.aborted) return;
    // Not by the clock as it is now: the host may have slept since it looked.
    for (const client of this.#clients) {
      if (client.deadline !== undefined && client.deadline <= looked) await client.expire();
    }
  }

  /**
   * An interrupt that is a message does not come again while a cause stays set: only a status of 0 makes sure that what
   * ends from now on raises the line. Causes that arise while others are being cleared are cleared with them; those of
   * a device that never runs out of them are served at the deadline. Returns the cycle in which it asked last.
   */
  async #acknowledge(deadline: number): Promise<number> {
    const { global } = this.#registers;
    const { clock } = this.#link;
    for (;;) {
      const asked = clock.cycle;
      this.#takenBack = 0;
      const status = await global.read("IRQ_STATUS");
      this.#isHigh = status !== 0;
      const seen = status & ~this.#takenBack;
      this.#seen |= seen;
      if (seen !== 0) global.write("IRQ_STATUS", seen);
      if (!this.#isHigh || asked > deadline) return asked;
    }
  }
}
