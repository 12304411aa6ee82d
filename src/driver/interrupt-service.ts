import { cyclesIn } from "../bus/clock.ts";
import { InterruptTimeoutError } from "../bus/errors.ts";
import type { Link } from "../bus/link.ts";
import type { RegisterFile } from "./register-file.ts";

/** Longest single wait for the line: a request that comes later may have an earlier deadline. */
const SLICE_MS = 0.1;
/** Causes that arise while others are being cleared are cleared with them. */
const MOST_CLEARS = 4;

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
 * The interrupt service routine. While anybody awaits something it waits for the line, reads and clears `IRQ_STATUS`, and
 * runs the deferred parts of those whose causes were set, one after the other. Other causes are cleared and forgotten.
 */
export class InterruptService {
  readonly #link: Link;
  readonly #registers: RegisterFile;
  readonly #clients: InterruptClient[] = [];
  #isServing = false;

  constructor(link: Link, registers: RegisterFile) {
    this.#link = link;
    this.#registers = registers;
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
    const limit = Math.max(1, Math.min(deadline - clock.cycle, cyclesIn(clock, SLICE_MS)));
    if (await this.#isRaised(limit)) {
      const status = await this.#acknowledge();
      for (const client of this.#clients) {
        const causes = status & client.causes;
        if (causes !== 0) await client.serve(causes);
      }
    }
    for (const client of this.#clients) {
      if (client.deadline !== undefined && client.deadline <= clock.cycle) await client.expire();
    }
  }

  async #isRaised(limitCycles: number): Promise<boolean> {
    try {
      await this.#link.waitForInterrupt(limitCycles);
      return true;
    } catch (error) {
      if (error instanceof InterruptTimeoutError) return false;
      throw error;
    }
  }

  /** Writes are posted: only a read behind the clearing makes sure that what ends from now on raises the line again. */
  async #acknowledge(): Promise<number> {
    const { global } = this.#registers;
    let seen = 0;
    for (let turn = 0; turn < MOST_CLEARS; turn++) {
      const status = await global.read("IRQ_STATUS");
      if (status === 0) break;
      seen |= status;
      global.write("IRQ_STATUS", status);
    }
    return seen;
  }
}
