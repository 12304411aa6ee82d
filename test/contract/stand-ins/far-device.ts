import { RegisterAccessError } from "../../../src/bus/errors.ts";
import type { LinkEvent } from "../../../src/bus/event.ts";
import type { Link, NarrowOperation } from "../../../src/bus/link.ts";
import type { Traits } from "../../../src/bus/traits.ts";

/** What a card answers to a read of nothing. */
const ALL_ONES = 0xffff_ffff;

/**
 * The far side of a wire: a real device in a simulation that goes on by itself. Requests reach it in order, each in its
 * cycle, and what it sends is dated with the cycle in which it was sent.
 */
export class FarDevice {
  readonly #device: Link;
  readonly #registerErrors: Traits["registerErrors"];
  readonly #requests: { readonly arrival: number; readonly work: () => Promise<void> }[] = [];
  readonly #messages: { readonly sent: number; readonly deliver: () => void }[] = [];
  /** It takes no requests any more. */
  isMute = false;
  /** Of a posted write that was refused; it goes with the next answer. */
  #refusal: Error | undefined;

  /** `device` steps, and nobody else moves its time. `onEvent` is called at the near side. */
  constructor(device: Link, registerErrors: Traits["registerErrors"], onEvent: (event: LinkEvent) => void) {
    this.#device = device;
    this.#registerErrors = registerErrors;
    device.onEvent((event) => this.#messages.push({ sent: event.cycle, deliver: () => onEvent(event) }), {
      bytes: true,
    });
  }

  /** A posted write that arrives in cycle `arrival`. */
  write(arrival: number, address: number, value: number): void {
    this.#requests.push({ arrival, work: () => this.#write(address, value) });
  }

  /** A request that is answered; nothing is done for it where a posted write before it was refused. */
  ask<T>(
    arrival: number,
    work: (far: FarDevice) => Promise<T>,
    resolve: (value: T) => void,
    reject: (error: unknown) => void,
  ): void {
    const answered = async (): Promise<void> => {
      try {
        this.#throwRefusal();
        const value = await work(this);
        this.#send(() => resolve(value));
      } catch (error) {
        this.#send(() => reject(error));
        if (!(error instanceof RegisterAccessError || error instanceof RangeError)) throw error;
      }
    };
    this.#requests.push({ arrival, work: answered });
  }

  /** Lets the device go on up to `cycle`, and do what has arrived until then. Rejects when it can do no more. */
  async runTo(cycle: number): Promise<void> {
    for (;;) {
      const [next] = this.#requests;
      const isDue = next !== undefined && next.arrival <= cycle;
      const missing = (isDue ? next.arrival : cycle) - this.#device.clock.cycle;
      if (missing > 0) await this.#device.idle(missing);
      if (!isDue) return;
      this.#requests.shift();
      if (!this.isMute) await next.work();
    }
  }

  /** Hands over what was sent up to `cycle`, in order; whether there was something. */
  deliver(cycle: number): boolean {
    let isSomething = false;
    for (let [next] = this.#messages; next !== undefined && next.sent <= cycle; [next] = this.#messages) {
      this.#messages.shift();
      next.deliver();
      isSomething = true;
    }
    return isSomething;
  }

  async read(address: number): Promise<number> {
    try {
      return await this.#device.readRegister(address);
    } catch (error) {
      if (this.#isSilent(error)) return ALL_ONES;
      throw error;
    }
  }

  async perform(operations: readonly NarrowOperation[]): Promise<number[]> {
    const { vectors } = this.#device.traits;
    const interrupts = Array.from({ length: vectors }, (_, vector) => this.#device.listen({ vector }));
    const values: number[] = [];
    for (const operation of operations) {
      if (operation.kind === "write") await this.#write(operation.address, operation.value);
      else if (operation.kind === "read") values.push(await this.read(operation.address));
      else values.push((await interrupts[operation.vector ?? 0]!.wait(operation.limitCycles)) ? 1 : 0);
      this.#throwRefusal();
    }
    return values;
  }

  async #write(address: number, value: number): Promise<void> {
    try {
      this.#device.writeRegister(address, value);
      await this.#device.idle(0);
    } catch (error) {
      if (this.#isSilent(error)) return;
      if (!(error instanceof RegisterAccessError || error instanceof RangeError)) throw error;
      this.#refusal ??= error;
    }
  }

  #isSilent(error: unknown): boolean {
    return this.#registerErrors === "silent" && error instanceof RegisterAccessError;
  }

  #send(deliver: () => void): void {
    this.#messages.push({ sent: this.#device.clock.cycle, deliver });
  }

  #throwRefusal(): void {
    const error = this.#refusal;
    this.#refusal = undefined;
    if (error !== undefined) throw error;
  }
}
