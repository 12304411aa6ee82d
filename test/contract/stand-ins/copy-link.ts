import type { Clock } from "../../../src/bus/clock.ts";
import type { ErrorInjection } from "../../../src/bus/error-injection.ts";
import type { LinkEventListener, ListenOptions } from "../../../src/bus/event.ts";
import type { InterruptListener } from "../../../src/bus/interrupt-listener.ts";
import type { Link, Operation } from "../../../src/bus/link.ts";
import type { SignalAccess } from "../../../src/bus/signal-access.ts";
import type { Pace, Traits } from "../../../src/bus/traits.ts";
import type { WaveRecord } from "../../../src/bus/wave-record.ts";
import type { WindowTable } from "../../../src/bus/window.ts";
import { EventListeners } from "../../../src/links/event-listeners.ts";
import type { PhysicalMemory } from "../../../src/memory/physical-memory.ts";
import { CopiedMemory } from "./copied-memory.ts";

/** A stand-in for a simulator in another process: whatever crosses takes the bytes of host memory with it. */
export class CopyLink implements Link {
  readonly name: string;
  readonly traits: Traits;
  readonly pace: Pace;
  readonly clock: Clock;
  readonly memory: PhysicalMemory;
  readonly windows: WindowTable;
  readonly waves: WaveRecord | undefined;
  readonly signals: SignalAccess | undefined;
  readonly errors: ErrorInjection | undefined;
  readonly #link: Link;
  readonly #copy: CopiedMemory;
  readonly #listeners = new EventListeners();

  constructor(link: Link) {
    this.name = link.name;
    this.traits = link.traits;
    this.pace = link.pace;
    this.clock = link.clock;
    this.waves = link.waves;
    this.signals = link.signals;
    this.errors = link.errors;
    this.#link = link;
    this.#copy = new CopiedMemory(link);
    this.memory = this.#copy.memory;
    this.windows = this.#copy.windows;
    link.onEvent(
      (event) => {
        for (const each of this.#copy.take(event)) this.#listeners.hear(each);
      },
      { bytes: true },
    );
  }

  /** Bytes that have crossed. */
  get crossed(): Readonly<CopiedMemory["crossed"]> {
    return this.#copy.crossed;
  }

  writeRegister(address: number, value: number): void {
    this.#copy.post();
    this.#link.writeRegister(address, value);
  }

  readRegister(address: number): Promise<number> {
    return this.#copy.cross(() => this.#link.readRegister(address));
  }

  perform(operations: readonly Operation[]): Promise<number[]> {
    return this.#copy.cross(() => this.#link.perform(operations));
  }

  listen(options?: { readonly vector?: number }): InterruptListener {
    const listener = this.#link.listen(options);
    return {
      wait: (limitCycles, signal) => this.#copy.cross(() => listener.wait(limitCycles, signal)),
    };
  }

  idle(cycles: number): Promise<void> {
    return this.#copy.cross(() => this.#link.idle(cycles));
  }

  onEvent(listener: LinkEventListener, options?: ListenOptions): () => void {
    return this.#listeners.add(listener, options);
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#link[Symbol.asyncDispose]();
  }
}
