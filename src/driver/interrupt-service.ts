import type { InterruptListener } from "../bus/interrupt-listener.ts";
import type { Link } from "../bus/link.ts";
import type { RegisterFile } from "./register-file.ts";

/** Who is told of interrupts: the deferred part. */
export interface InterruptClient {
  /** Bits of `IRQ_STATUS`. */
  readonly causes: number;
  /** Cycle by which something has to happen; undefined while nothing is awaited. */
  readonly deadline: number | undefined;
  /** Some of `causes` were set; they are cleared, and the device has seen that. */
  serve(causes: number): Promise<void>;
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

  constructor(link: Link, registers: RegisterFile) {
    this.#link = link;
    this.#registers = registers;
    this.#listener = link.listen();
  }

  connect(client: InterruptClient): void {
    this.#clients.push(client);
  }

  /** Takes back causes that are not wanted any more. Posted. */
  clear(causes: number): void {
    this.#registers.global.write("IRQ_STATUS", causes);
  }

  /** Somebody has a deadline now. */
  wake(): void {
    if (!this.#isServing) void this.#serve();
    else if ((this.#deadline() ?? this.#limit) < this.#limit) this.#wait.abort();
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
    if (this.#wait.signal.aborted) this.#wait = new AbortController();
    this.#limit = deadline;
    if (await this.#listener.wait(Math.max(1, deadline - clock.cycle), this.#wait.signal)) {
      const status = await this.#acknowledge(deadline);
      for (const client of this.#clients) {
        const causes = status & client.causes;
        if (causes !== 0) await client.serve(causes);
      }
    }
    for (const client of this.#clients) {
      if (client.deadline !== undefined && client.deadline <= clock.cycle) await client.expire();
    }
  }

  /**
   * An interrupt that is a message does not come again while a cause stays set: only a status of 0 makes sure that what
   * ends from now on raises the line. Causes that arise while others are being cleared are cleared with them; those of
   * a device that never runs out of them are served at the deadline.
   */
  async #acknowledge(deadline: number): Promise<number> {
    const { global } = this.#registers;
    let seen = 0;
    for (
      let status = await global.read("IRQ_STATUS");
      status !== 0;
      status = await global.read("IRQ_STATUS")
    ) {
      seen |= status;
      global.write("IRQ_STATUS", status);
      if (this.#link.clock.cycle > deadline) break;
    }
    return seen;
  }
}
