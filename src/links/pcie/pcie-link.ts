import { type Clock, checkCycles } from "../../bus/clock.ts";
import { LinkLostError } from "../../bus/errors.ts";
import type { Direction, LinkEventListener, ListenOptions } from "../../bus/event.ts";
import type { InterruptListener } from "../../bus/interrupt-listener.ts";
import type { Link, NarrowOperation, Operation } from "../../bus/link.ts";
import type { Pace, Traits } from "../../bus/traits.ts";
import type { PhysicalMemory } from "../../memory/physical-memory.ts";
import { checkList } from "../check-list.ts";
import { EventListeners } from "../event-listeners.ts";
import { LinkState } from "../link-state.ts";
import { checkRegister } from "../register-address.ts";
import { checkVector } from "../vector.ts";
import { wallClock } from "../wall-clock.ts";
import { WallWaits } from "../wall-waits.ts";
import type { PageWindows } from "./page-windows.ts";
import type { PcieDevice, PcieRegion } from "./pcie-device.ts";

/** Addresses of registers are numbers of 32 bits; what lies beyond the BAR does not answer. */
const LAST_REGISTER = 0xffff_fffc;
const ALL_ONES = 0xffff_ffff;

export interface PcieLinkParts {
  readonly name: string;
  readonly traits: Traits;
  readonly pace: Pace;
  readonly clockHz: number;
  readonly device: PcieDevice;
  /** Has the registers. */
  readonly bar: PcieRegion;
  readonly memory: PhysicalMemory;
  readonly windows: PageWindows;
  readonly close: () => void;
}

/** What an asker has seen of a vector: how many messages had come. */
interface Latch {
  messages: number;
}

/** A device on a card, out of its reset. Each register access is one access of its BAR, at once. */
export class PcieLink implements Link {
  readonly name: string;
  readonly traits: Traits;
  readonly pace: Pace;
  readonly clock: Clock;
  readonly memory: PhysicalMemory;
  readonly windows: PageWindows;
  readonly waves = undefined;
  readonly errors = undefined;
  readonly signals = undefined;
  readonly #parts: PcieLinkParts;
  readonly #bar: PcieRegion;
  readonly #state: LinkState;
  readonly #listeners = new EventListeners();
  readonly #waits: WallWaits;
  /** By vector: messages that have come. */
  readonly #messages: number[];
  readonly #watches: readonly Disposable[];
  /** A list is under way; what is asked meanwhile is done after it. */
  #isListing = false;
  #isClosed = false;
  /** Writes since the last read. */
  #hasPosted = false;
  readonly #deferred: (() => void)[] = [];

  constructor(parts: PcieLinkParts) {
    const { name, device } = parts;
    this.#parts = parts;
    this.name = name;
    this.traits = parts.traits;
    this.pace = parts.pace;
    this.memory = parts.memory;
    this.windows = parts.windows;
    this.#bar = parts.bar;
    this.#state = new LinkState(name);
    this.clock = wallClock(parts.clockHz);
    this.#messages = new Array<number>(parts.traits.vectors).fill(0);
    this.#waits = new WallWaits({
      msUntil: (cycle) => ((cycle - this.clock.cycle) * 1000) / parts.clockHz,
      look: async () => this.#look(),
    });
    this.#watches = this.#messages.map((_count, vector) =>
      device.interrupts.watch(vector, (count) => this.#arrived(vector, count)),
    );
  }

  writeRegister(address: number, value: number): void {
    checkRegister(address, value, LAST_REGISTER);
    if (this.#state.end !== undefined) return;
    if (this.#isListing) this.#deferred.push(() => this.#write(address, value));
    else this.#write(address, value);
  }

  readRegister(address: number): Promise<number> {
    return this.#asked(
      () => this.#read(address),
      () => checkRegister(address, 0, LAST_REGISTER),
    );
  }

  perform(operations: readonly Operation[]): Promise<number[]> {
    return this.#asked(
      () => this.#list(operations as readonly NarrowOperation[]),
      () => checkList(this.name, operations, { vectors: this.traits.vectors, last: LAST_REGISTER }),
    );
  }

  listen({ vector = 0 }: { readonly vector?: number } = {}): InterruptListener {
    checkVector(this.name, this.traits.vectors, vector);
    this.#look();
    const latch: Latch = { messages: this.#messages[vector] as number };
    return {
      wait: (limitCycles, signal) =>
        this.#asked(
          () => this.#waitFor(vector, latch, limitCycles, signal),
          () => checkCycles(limitCycles),
        ),
    };
  }

  idle(cycles: number): Promise<void> {
    return this.#asked(
      async () => {
        this.#complete();
        await this.#waits.until(this.clock.cycle + cycles, () => false);
      },
      () => checkCycles(cycles),
    );
  }

  onEvent(listener: LinkEventListener, options?: ListenOptions): () => void {
    return this.#listeners.add(listener, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const isFirst = !this.#isClosed;
    this.#isClosed = true;
    this.#end(this.#state.close());
    if (!isFirst) return;
    for (const watch of this.#watches) watch[Symbol.dispose]();
    this.#parts.close();
  }

  /** In the order of the calls: nothing gets between the operations of a list. */
  async #asked<T>(work: () => T | Promise<T>, check: () => void): Promise<T> {
    check();
    this.#state.check();
    if (this.#isListing) await new Promise<void>((resolve) => this.#deferred.push(resolve));
    this.#state.check();
    return await work();
  }

  /** A read is a barrier by the rules of PCI Express: it does not overtake a posted write. */
  #read(address: number): number {
    let value = ALL_ONES;
    try {
      if (address < this.#bar.lengthBytes) value = this.#bar.read(address, 32);
    } catch (error) {
      throw this.#lost(error);
    }
    this.#hasPosted = false;
    if (this.#listeners.hasAny) this.#accessed("read", address, value);
    return value;
  }

  #write(address: number, value: number): void {
    if (this.#state.end !== undefined) return;
    try {
      if (address < this.#bar.lengthBytes) this.#bar.write(address, 32, value);
    } catch (error) {
      // Whatever is awaited next rejects with it.
      this.#lost(error);
      return;
    }
    this.#hasPosted = true;
    if (this.#listeners.hasAny) this.#accessed("write", address, value);
  }

  /** A read completes what was posted before it; this one does not touch the device's registers. */
  #complete(): void {
    try {
      if (this.#hasPosted) this.#parts.device.config.read(0, 32);
    } catch (error) {
      throw this.#lost(error);
    }
    this.#hasPosted = false;
  }

  #accessed(access: Direction, address: number, value: number): void {
    this.#listeners.hear({
      ...{ kind: "register", cycle: this.clock.cycle, access, address, value, isRefused: false },
    });
  }

  async #list(operations: readonly NarrowOperation[]): Promise<number[]> {
    const values: number[] = [];
    // A look is a call of the kernel for each vector.
    if (operations.some(({ kind }) => kind === "wait")) this.#look();
    const latches = this.#messages.map((messages): Latch => ({ messages }));
    this.#isListing = true;
    this.#waits.hold(true);
    try {
      for (const operation of operations) {
        this.#state.check();
        if (operation.kind === "write") this.#write(operation.address, operation.value);
        else if (operation.kind === "read") values.push(this.#read(operation.address));
        else {
          const { limitCycles, vector = 0 } = operation;
          const latch = latches[vector] as Latch;
          values.push((await this.#waitFor(vector, latch, limitCycles, undefined, true)) ? 1 : 0);
        }
      }
      return values;
    } finally {
      this.#isListing = false;
      this.#waits.hold(false);
      while (!this.#isListing && this.#deferred.length > 0) this.#deferred.shift()?.();
    }
  }

  async #waitFor(
    vector: number,
    latch: Latch,
    limitCycles: number,
    signal: AbortSignal | undefined,
    isInList = false,
  ): Promise<boolean> {
    this.#complete();
    this.#look();
    // Of its own: a message meets every wait that is parked, also several of one asker.
    const own: Latch = { ...latch };
    const isMet = (): boolean => this.#messages[vector] !== own.messages;
    const met = await this.#waits.until(this.clock.cycle + limitCycles, isMet, signal, isInList);
    this.#state.check();
    if (met) latch.messages = this.#messages[vector] as number;
    return met;
  }

  /** Takes the messages that have come. */
  #look(): void {
    if (this.#state.end !== undefined) return;
    for (let vector = 0; vector < this.#messages.length; vector++)
      this.#arrived(vector, this.#parts.device.interrupts.take(vector));
  }

  #arrived(vector: number, count: number): void {
    this.#messages[vector] = (this.#messages[vector] as number) + count;
    for (let each = 0; each < count; each++)
      this.#listeners.hear({ kind: "interrupt", cycle: this.clock.cycle, vector, asserted: true });
    // Whoever has looked: the messages are taken, and nobody else hears of them.
    if (count > 0) this.#waits.settle();
  }

  /** What every later operation rejects with. */
  #lost(error: unknown): Error {
    const lost =
      error instanceof LinkLostError
        ? error
        : new LinkLostError(this.name, (error as Error).message, { cause: error });
    const end = this.#state.fail(lost);
    this.#end(end);
    return end;
  }

  #end(error: Error): void {
    this.#waits.fail(error);
    for (const begin of this.#deferred.splice(0)) begin();
  }
}
