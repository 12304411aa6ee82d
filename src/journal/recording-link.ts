import type { Clock } from "../bus/clock.ts";
import type { ErrorInjection } from "../bus/error-injection.ts";
import type { LinkEventListener, ListenOptions } from "../bus/event.ts";
import type { InterruptListener } from "../bus/interrupt-listener.ts";
import type { Link, Operation } from "../bus/link.ts";
import type { SignalAccess } from "../bus/signal-access.ts";
import type { Pace, Traits } from "../bus/traits.ts";
import type { WaveRecord } from "../bus/wave-record.ts";
import type { WindowTable } from "../bus/window.ts";
import type { PhysicalMemory } from "../memory/physical-memory.ts";
import type { Journal } from "./journal.ts";
import { RecordingWindows } from "./recording-windows.ts";

/** A link whose journal has what the host asks of it. What the device does is noted by whoever listens to the link's events. */
export class RecordingLink implements Link {
  readonly name: string;
  readonly traits: Traits;
  readonly pace: Pace;
  readonly clock: Clock;
  readonly memory: PhysicalMemory;
  readonly windows: WindowTable;
  readonly errors: ErrorInjection | undefined;
  readonly waves: WaveRecord | undefined;
  readonly signals: SignalAccess | undefined;
  readonly journal: Journal;
  readonly #link: Link;

  constructor(link: Link, journal: Journal) {
    this.name = link.name;
    this.traits = link.traits;
    this.pace = link.pace;
    this.clock = link.clock;
    this.memory = link.memory;
    this.windows = new RecordingWindows(link.windows, link.clock, journal);
    this.errors = link.errors;
    this.waves = link.waves;
    this.signals = link.signals;
    this.journal = journal;
    this.#link = link;
  }

  writeRegister(address: number, value: number): void {
    const { cycle } = this.clock;
    this.#link.writeRegister(address, value);
    this.journal.ask("write", address, value, cycle);
  }

  async readRegister(address: number): Promise<number> {
    const request = this.journal.ask("read", address, 0, this.clock.cycle);
    try {
      const value = await this.#link.readRegister(address);
      this.journal.answer(request, this.clock.cycle, value);
      return value;
    } catch (error) {
      this.journal.fail([request], error);
      throw error;
    }
  }

  async perform(operations: readonly Operation[]): Promise<number[]> {
    const { cycle } = this.clock;
    const requests = operations.map((operation) =>
      operation.kind === "wait"
        ? undefined
        : this.journal.ask(
            operation.kind,
            operation.address,
            operation.kind === "write" ? operation.value : 0,
            cycle,
          ),
    );
    try {
      const values = await this.#link.perform(operations);
      this.#noteAnswers(operations, requests, values);
      return values;
    } catch (error) {
      this.journal.fail(
        requests.filter((request) => request !== undefined),
        error,
      );
      throw error;
    }
  }

  /** Up to the last read: writes after it are posted. */
  #noteAnswers(
    operations: readonly Operation[],
    requests: readonly (number | undefined)[],
    values: readonly number[],
  ): void {
    let found = 0;
    for (const [index, { kind }] of operations.entries()) {
      if (kind === "write") continue;
      const value = values[found++];
      const request = requests[index];
      if (request !== undefined) this.journal.answer(request, this.clock.cycle, value);
    }
  }

  listen(options?: { readonly vector?: number }): InterruptListener {
    return this.#link.listen(options);
  }

  idle(cycles: number): Promise<void> {
    return this.#link.idle(cycles);
  }

  onEvent(listener: LinkEventListener, options?: ListenOptions): () => void {
    return this.#link.onEvent(listener, options);
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#link[Symbol.asyncDispose]();
  }
}
