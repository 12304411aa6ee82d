import type { Clock } from "../bus/clock.ts";
import type { ErrorInjection } from "../bus/error-injection.ts";
import type { Direction, LinkEventListener, ListenOptions } from "../bus/event.ts";
import type { InterruptListener } from "../bus/interrupt-listener.ts";
import type { LineCounts } from "../bus/line-counts.ts";
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
  declare readonly line?: LineCounts;
  declare readonly writeRegister64?: NonNullable<Link["writeRegister64"]>;
  declare readonly readRegister64?: NonNullable<Link["readRegister64"]>;
  readonly #link: Link;

  constructor(link: Link, journal: Journal) {
    this.name = link.name;
    this.traits = link.traits;
    this.pace = link.pace;
    this.clock = link.clock;
    this.memory = link.memory;
    this.windows = new RecordingWindows(link.windows, link.clock, link.memory, journal);
    this.errors = link.errors;
    this.waves = link.waves;
    this.signals = link.signals;
    this.journal = journal;
    this.#link = link;
    // It changes while the link lives.
    if (link.line !== undefined) Object.defineProperty(this, "line", { get: () => link.line });
    if (link.writeRegister64 !== undefined)
      this.writeRegister64 = this.#wideWriter(link.writeRegister64.bind(link));
    if (link.readRegister64 !== undefined)
      this.readRegister64 = this.counted(this.#wideReader(link.readRegister64.bind(link)));
  }

  /** What a link does with a reader of 64 bits beside recording it. */
  protected counted(read: NonNullable<Link["readRegister64"]>): NonNullable<Link["readRegister64"]> {
    return read;
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
      wordsOf(operation).map(({ access, address, value }) => this.journal.ask(access, address, value, cycle)),
    );
    try {
      const values = await this.#link.perform(operations);
      this.#noteAnswers(operations, requests, values);
      return values;
    } catch (error) {
      this.journal.fail(requests.flat(), error);
      throw error;
    }
  }

  /** Up to the last read: writes after it are posted. */
  #noteAnswers(
    operations: readonly Operation[],
    requests: readonly (readonly number[])[],
    values: readonly number[],
  ): void {
    let found = 0;
    for (const [index, { kind }] of operations.entries()) {
      if (kind === "wait") found++;
      if (kind !== "read") continue;
      for (const request of requests[index] ?? [])
        this.journal.answer(request, this.clock.cycle, values[found++]);
    }
  }

  #wideWriter(write: (address: number, value: bigint) => void): NonNullable<Link["writeRegister64"]> {
    return (address, value) => {
      const { cycle } = this.clock;
      write(address, value);
      for (const word of wordsOf({ kind: "write", address, value, width: 64 }))
        this.journal.ask("write", word.address, word.value, cycle);
    };
  }

  #wideReader(read: (address: number) => Promise<bigint>): NonNullable<Link["readRegister64"]> {
    return async (address) => {
      const { cycle } = this.clock;
      const words = wordsOf({ kind: "read", address, width: 64 });
      const requests = words.map((word) => this.journal.ask("read", word.address, 0, cycle));
      try {
        const value = await read(address);
        for (const [index, { value: word }] of wordsOf({
          kind: "write",
          address,
          value,
          width: 64,
        }).entries())
          this.journal.answer(requests[index] as number, this.clock.cycle, word);
        return value;
      } catch (error) {
        this.journal.fail(requests, error);
        throw error;
      }
    };
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

interface Word {
  readonly access: Direction;
  readonly address: number;
  /** That is written. */
  readonly value: number;
}

/** The accesses of 32 bits as which the journal has an operation: none of a wait, of 64 bits the low word and the high one. */
function wordsOf(operation: Operation): Word[] {
  if (operation.kind === "wait") return [];
  const { kind: access, address } = operation;
  if (operation.width !== 64)
    return [{ access, address, value: operation.kind === "write" ? operation.value : 0 }];
  const value = operation.kind === "write" ? BigInt(operation.value) : 0n;
  const word = (low: number): Word => ({
    access,
    address: address + low / 8,
    value: Number(BigInt.asUintN(32, value >> BigInt(low))),
  });
  return [word(0), word(32)];
}
