import type { Capabilities } from "../bus/capabilities.ts";
import type { Clock } from "../bus/clock.ts";
import type { ErrorInjection } from "../bus/error-injection.ts";
import type { LinkEventListener } from "../bus/event.ts";
import type { Link, Operation } from "../bus/link.ts";
import type { WaveRecord } from "../bus/wave-record.ts";
import type { WindowTable } from "../bus/window.ts";
import type { PhysicalMemory } from "../memory/physical-memory.ts";
import type { JournalEntry } from "./journal-entry.ts";
import { type JournalRing, readJournal } from "./journal-ring.ts";

/** A link that remembers what crossed it last, for the message about a failure and the journal. */
export class RecordingLink implements Link {
  readonly name: string;
  readonly capabilities: Capabilities;
  readonly clock: Clock;
  readonly memory: PhysicalMemory;
  readonly windows: WindowTable;
  readonly errors?: ErrorInjection;
  readonly waves?: WaveRecord;
  readonly #link: Link;
  readonly #ring: JournalRing;

  constructor(link: Link, ring: JournalRing) {
    this.name = link.name;
    this.capabilities = link.capabilities;
    this.clock = link.clock;
    this.memory = link.memory;
    this.windows = link.windows;
    if (link.errors !== undefined) this.errors = link.errors;
    if (link.waves !== undefined) this.waves = link.waves;
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
    const value = await this.#link.readRegister(address);
    this.#ring.note({ kind: "register", cycle: this.clock.cycle, access: "read", address, value });
    return value;
  }

  waitForInterrupt(limitCycles: number): Promise<void> {
    return this.#link.waitForInterrupt(limitCycles);
  }

  async perform(operations: readonly Operation[]): Promise<number[]> {
    const values = await this.#link.perform(operations);
    const { cycle } = this.clock;
    let reads = 0;
    for (const operation of operations) {
      if (operation.kind === "wait") continue;
      const { kind: access, address } = operation;
      const value = operation.kind === "write" ? operation.value : (values[reads++] as number);
      this.#ring.note({ kind: "register", cycle, access, address, value });
    }
    return values;
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
