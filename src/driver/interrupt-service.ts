import { InterruptTimeoutError } from "../bus/errors.ts";
import type { Link } from "../bus/link.ts";
import type { RegisterFile } from "./register-file.ts";

interface Waiter {
  readonly causes: number;
  readonly deadline: number;
  resolve(status: number): void;
  reject(error: unknown): void;
}

/**
 * The interrupt service routine: while anybody waits for a cause, it waits for the line, reads `IRQ_STATUS`, clears
 * what it saw and wakes the waiters. A cause that nobody waits for is cleared and forgotten.
 */
export class InterruptService {
  readonly #link: Link;
  readonly #registers: RegisterFile;
  readonly #waiters = new Set<Waiter>();
  #isServing = false;

  constructor(link: Link, registers: RegisterFile) {
    this.#link = link;
    this.#registers = registers;
  }

  /** Resolves with `IRQ_STATUS` once one of `causes` is set; rejects with `InterruptTimeoutError` after the limit. */
  waitFor(causes: number, limitCycles: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#waiters.add({ causes, deadline: this.#link.clock.cycle + limitCycles, resolve, reject });
      if (!this.#isServing) void this.#serve();
    });
  }

  async #serve(): Promise<void> {
    this.#isServing = true;
    while (this.#waiters.size > 0) {
      try {
        await this.#serveOne();
      } catch (error) {
        this.#reject(error);
      }
    }
    this.#isServing = false;
  }

  async #serveOne(): Promise<void> {
    const deadline = Math.min(...Array.from(this.#waiters, (waiter) => waiter.deadline));
    await this.#link.waitForInterrupt(Math.max(1, deadline - this.#link.clock.cycle));
    const status = await this.#registers.global.read("IRQ_STATUS");
    this.#registers.global.write("IRQ_STATUS", status);
    for (const waiter of this.#waiters) {
      if ((waiter.causes & status) === 0) continue;
      this.#waiters.delete(waiter);
      waiter.resolve(status);
    }
  }

  /** A timeout concerns those whose time is up; anything else concerns everybody. */
  #reject(error: unknown): void {
    const isTimeout = error instanceof InterruptTimeoutError;
    for (const waiter of this.#waiters) {
      if (isTimeout && waiter.deadline > this.#link.clock.cycle) continue;
      this.#waiters.delete(waiter);
      waiter.reject(error);
    }
  }
}
