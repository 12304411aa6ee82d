import type { Clock } from "../bus/clock.ts";
import type { ErrorInjection } from "../bus/error-injection.ts";
import type { LinkEventListener } from "../bus/event.ts";
import type { InterruptListener } from "../bus/interrupt-listener.ts";
import type { Link, Operation } from "../bus/link.ts";
import type { Pace, Traits } from "../bus/traits.ts";
import type { WaveRecord } from "../bus/wave-record.ts";
import type { WindowTable } from "../bus/window.ts";
import type { PhysicalMemory } from "../memory/physical-memory.ts";
import type { JournalEntry } from "./journal-entry.ts";
import { type JournalRing, readJournal } from "./journal-ring.ts";

/** A link that remembers what crossed it last, for the message about a failure and the journal. */
export class RecordingLink implements Link {
  readonly name: string;
  readonly traits: Traits;
  readonly pace: Pace;
  readonly clock: Clock;
  readonly memory: PhysicalMemory;
  readonly windows: WindowTable;
  readonly errors: ErrorInjection | undefined;
  readonly waves: WaveRecord | undefined;
  readonly #link: Link;
  readonly #ring: JournalRing;

  constructor(link: Link, ring: JournalRing) {
    this.name = link.name;
    this.traits = link.traits;
    this.pace = link.pace;
    this.clock = link.clock;
    this.memory = link.memory;
    this.windows = link.windows;
    this.errors = link.errors;
    this.waves = link.waves;
    this.#link = link;
    this.#ring = ring;
  }

  /** The last entries, the oldest first. */
  get entries(): JournalEntry[] {
    return readJournal(this.#ring.bytes);
  }

  writeRegister(address: number, value: number): void {
    this.#ring.note({ kind: "register", cycle: this.clock.cycle, access: "write", address, value });
    this.#link.writeRegister(address, value);
  }

  async readRegister(address: number): Promise<number> {
    try {
      const value = await this.#link.readRegister(address);
      this.#noteRead(address, value);
      return value;
    } catch (error) {
      this.#noteRead(address);
      throw error;
    }
  }

  listen(options?: { readonly vector?: number }): InterruptListener {
    return this.#link.listen(options);
  }

  async perform(operations: readonly Operation[]): Promise<number[]> {
    const { cycle } = this.clock;
    for (const { kind, ...write } of operations)
      if ("value" in write) this.#ring.note({ kind: "register", cycle, access: "write", ...write });
    let values: readonly (number | undefined)[] = [];
    try {
      const found = await this.#link.perform(operations);
      values = found;
      return found;
    } finally {
      const asked = operations.filter(({ kind }) => kind !== "write");
      for (const [index, operation] of asked.entries())
        if (operation.kind === "read") this.#noteRead(operation.address, values[index]);
    }
  }

  /** Without a value it has failed. */
  #noteRead(address: number, value?: number): void {
    const { cycle } = this.clock;
    const entry = { kind: "register", cycle, access: "read", address } as const;
    this.#ring.note(value === undefined ? { ...entry, value: 0, isFailed: true } : { ...entry, value });
  }

  idle(cycles: number): Promise<void> {
    return this.#link.idle(cycles);
  }

  onEvent(listener: LinkEventListener): () => void {
    return this.#link.onEvent(listener);
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#link[Symbol.asyncDispose]();
  }
}
