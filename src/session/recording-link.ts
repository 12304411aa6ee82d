import type { Capabilities } from "../bus/capabilities.ts";
import type { Clock } from "../bus/clock.ts";
import type { ErrorInjection } from "../bus/error-injection.ts";
import type { LinkEvent, LinkEventListener } from "../bus/event.ts";
import type { Link } from "../bus/link.ts";
import type { WaveRecord } from "../bus/wave-record.ts";
import type { WindowTable } from "../bus/window.ts";
import { hex, hexAddress } from "../core/hex.ts";
import type { PhysicalMemory } from "../memory/physical-memory.ts";

/** Whatever crossed the link, in order: an event of the link, or an access to a register. */
export type JournalEntry =
  | LinkEvent
  | {
      readonly kind: "register";
      readonly cycle: number;
      readonly access: "read" | "write";
      readonly address: number;
      readonly value: number;
    };

const ENTRIES = 1024;

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
  readonly #entries: JournalEntry[] = [];
  #next = 0;

  constructor(link: Link) {
    this.name = link.name;
    this.capabilities = link.capabilities;
    this.clock = link.clock;
    this.memory = link.memory;
    this.windows = link.windows;
    if (link.errors !== undefined) this.errors = link.errors;
    if (link.waves !== undefined) this.waves = link.waves;
    this.#link = link;
    link.onEvent((event) => this.#note(event));
  }

  /** The last entries, the oldest first. */
  get entries(): JournalEntry[] {
    return [...this.#entries.slice(this.#next), ...this.#entries.slice(0, this.#next)];
  }

  writeRegister(address: number, value: number): void {
    this.#note({ kind: "register", cycle: this.clock.cycle, access: "write", address, value });
    this.#link.writeRegister(address, value);
  }

  async readRegister(address: number): Promise<number> {
    const value = await this.#link.readRegister(address);
    this.#note({ kind: "register", cycle: this.clock.cycle, access: "read", address, value });
    return value;
  }

  waitForInterrupt(limitCycles: number): Promise<void> {
    return this.#link.waitForInterrupt(limitCycles);
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

  #note(entry: JournalEntry): void {
    this.#entries[this.#next] = entry;
    this.#next = (this.#next + 1) % ENTRIES;
  }
}

/** One line; `nameOf` knows registers by address. */
export function describeEntry(
  entry: JournalEntry,
  nameOf: (address: number, value: number) => string | undefined,
): string {
  return `cycle ${String(entry.cycle).padStart(8)}  ${wordsOf(entry, nameOf)}`;
}

function wordsOf(
  entry: JournalEntry,
  nameOf: (address: number, value: number) => string | undefined,
): string {
  switch (entry.kind) {
    case "register": {
      const what =
        nameOf(entry.address, entry.value) ?? `register ${hex(entry.address, 4)} = ${hex(entry.value, 8)}`;
      return `host ${entry.access === "read" ? "reads " : "writes"} ${what}`;
    }
    case "burst":
      return `device ${entry.direction}s ${entry.beats} beats at logical ${hexAddress(entry.address)} (id ${entry.id})`;
    case "burst-end":
      return `device's ${entry.direction} ends`;
    case "interrupt":
      return `interrupt line goes ${entry.asserted ? "high" : "low"}`;
    case "fault":
      return `FAULT: ${entry.direction} of logical ${hexAddress(entry.address)} outside every window`;
    case "injected-error":
      return `host memory answers the ${entry.direction} of logical ${hexAddress(entry.address)} with an error, as asked`;
    case "violation":
      return `VIOLATION of ${entry.rule} at logical ${hexAddress(entry.address)}`;
  }
}
