import { type Clock, checkCycles } from "../../bus/clock.ts";
import { NoAnswerError } from "../../bus/errors.ts";
import type { LinkEvent, LinkEventListener, ListenOptions } from "../../bus/event.ts";
import type { InterruptListener } from "../../bus/interrupt-listener.ts";
import { type LineCounts, lineSince } from "../../bus/line-counts.ts";
import type { Link, NarrowOperation, Operation } from "../../bus/link.ts";
import type { Pace, Traits } from "../../bus/traits.ts";
import type { WaveRecord } from "../../bus/wave-record.ts";
import type { LogicalAddress } from "../../core/address.ts";
import type { PhysicalMemory } from "../../memory/physical-memory.ts";
import { WireMessageError } from "../../wire/errors.ts";
import type { Identity } from "../../wire/identity.ts";
import type { LineStatistics } from "../../wire/line-statistics.ts";
import { type DownMessage, Status, type StatusCode, type UpMessage } from "../../wire/message.ts";
import { checkList } from "../check-list.ts";
import { EventListeners } from "../event-listeners.ts";
import { LinkState } from "../link-state.ts";
import { checkRegister } from "../register-address.ts";
import { checkVector } from "../vector.ts";
import { wallClock } from "../wall-clock.ts";
import { WallWaits } from "../wall-waits.ts";
import { AccessQueue, type AskKind } from "./access-queue.ts";
import { BoardWindows } from "./board-windows.ts";
import type { CycleMap } from "./cycle-map.ts";
import { lineCounts } from "./line-counts.ts";
import { MemoryErrors } from "./memory-errors.ts";
import { MemoryServer } from "./memory-server.ts";

export interface UartLinkParts {
  readonly name: string;
  readonly traits: Traits;
  readonly pace: Pace;
  readonly memory: PhysicalMemory;
  readonly identity: Identity;
  readonly statistics: LineStatistics;
  readonly send: (message: UpMessage) => void;
  readonly waves: WaveRecord | undefined;
  /** Of moments that are known in both times; only of a board that says its own. */
  readonly cycles: CycleMap;
  /** What is known of the board by another way has come. Resolves with the device's cycle, where that is known. */
  readonly settle: () => Promise<number | undefined>;
  readonly onTrace: (text: string) => void;
  readonly close: () => Promise<void>;
}

/** A device behind a bridge on a serial line: it asks for host memory, and this side serves it. */
export class UartLink implements Link {
  readonly name: string;
  readonly traits: Traits;
  readonly pace: Pace;
  readonly clock: Clock;
  readonly memory: PhysicalMemory;
  readonly windows: BoardWindows;
  readonly errors = new MemoryErrors();
  readonly waves: WaveRecord | undefined;
  readonly signals = undefined;
  /** Of the line since it was opened. */
  readonly statistics: LineStatistics;
  readonly #lineBefore: LineCounts;
  readonly #parts: UartLinkParts;
  readonly #lastRegister: number;
  readonly #state: LinkState;
  readonly #accesses: AccessQueue;
  readonly #server: MemoryServer;
  readonly #waits: WallWaits;
  readonly #listeners = new EventListeners();
  /** As the last message about the lines says. */
  #levels = 0;
  /** By line. */
  readonly #rises: number[];
  /** A write may have changed the levels after the last message about them that has come. */
  #isStale = false;
  /** Of a posted write; it goes with the next operation that is awaited. */
  #writeError: Error | undefined;
  /** A list is under way; what is asked meanwhile is done after it. */
  #isListing = false;
  readonly #deferred: (() => void)[] = [];

  constructor(parts: UartLinkParts) {
    const { name, identity, memory } = parts;
    this.#parts = parts;
    this.name = name;
    this.traits = parts.traits;
    this.pace = parts.pace;
    this.memory = memory;
    this.waves = parts.waves;
    this.statistics = parts.statistics;
    this.#lineBefore = lineCounts(parts.statistics);
    this.#lastRegister = 2 ** Math.min(32, identity.registerAddressBits) - 4;
    this.#state = new LinkState(name);
    this.clock = wallClock(identity.clockHz);
    this.windows = new BoardWindows(memory, identity.memoryAddressBits);
    this.#accesses = new AccessQueue(name, parts.send);
    this.#rises = new Array<number>(identity.interruptLines).fill(0);
    this.#server = new MemoryServer({
      ...{ memory, windows: this.windows, errors: this.errors, wordBytes: identity.memoryBits / 8 },
      ...{ send: parts.send, cycle: () => this.clock.cycle, onEvent: (event) => this.#hear(event) },
      isHeard: () => this.#listeners.hasAny,
    });
    this.#waits = new WallWaits({
      msUntil: (cycle) => ((cycle - this.clock.cycle) * 1000) / identity.clockHz,
      look: () => this.#fence(),
    });
  }

  get line(): LineCounts {
    return lineSince(lineCounts(this.statistics), this.#lineBefore);
  }

  /** A message of the board. Throws `WireMessageError` for one that answers nothing. */
  take(message: DownMessage): void {
    if (this.#state.end !== undefined) return;
    switch (message.kind) {
      case "memory-write":
        this.#server.write(message);
        break;
      case "memory-read":
        this.#server.read(message.address, message.lengthBytes);
        break;
      case "register-value":
        if (message.width === 64)
          throw new WireMessageError("a register value of 64 bits, and 32 were asked for", 0x34);
        this.#answered("register-read", message.status, message.value);
        break;
      case "register-written":
        this.#answered("register-write", message.status, 0);
        break;
      case "fence-passed":
        this.#answered("fence", Status.okay, 0);
        break;
      case "interrupts":
        this.#noteLevels(message.levels);
        break;
      case "trace":
        this.#parts.onTrace(Buffer.from(message.bytes).toString("utf8"));
        break;
      case "control":
        throw new WireMessageError("a message of the control channel", 0xf0);
    }
  }

  /** A rule of the device's bus is broken. */
  violated(violation: { rule: string; address: LogicalAddress; deviceCycle: number }): void {
    // Events are ordered by this link's clock, which is not the device's.
    const { cycle } = this.clock;
    this.#parts.cycles.note(cycle, violation.deviceCycle);
    this.#hear({ kind: "violation", cycle, ...violation });
  }

  /** What has come so far has been taken. */
  flush(): void {
    if (this.#state.end === undefined) this.#server.flush();
  }

  get unanswered(): number {
    return this.#accesses.unanswered;
  }

  /** The way to the board is gone. */
  lose(error: Error): void {
    this.#end(this.#state.fail(error));
  }

  writeRegister(address: number, value: number): void {
    checkRegister(address, value, this.#lastRegister);
    if (this.#state.end !== undefined) return;
    this.#inTurn(() => this.#write(address, value));
  }

  readRegister(address: number): Promise<number> {
    return this.#asked(
      () => this.#read(address),
      () => checkRegister(address, 0, this.#lastRegister),
    );
  }

  perform(operations: readonly Operation[]): Promise<number[]> {
    return this.#asked(
      () => this.#list(operations as readonly NarrowOperation[]),
      () => checkList(this.name, operations, { vectors: this.#rises.length, last: this.#lastRegister }),
    );
  }

  listen({ vector = 0 }: { readonly vector?: number } = {}): InterruptListener {
    checkVector(this.name, this.#rises.length, vector);
    const latch = { rises: this.#rises[vector] as number };
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
        const deadline = this.clock.cycle + cycles;
        await this.#posted();
        await this.#waits.until(deadline, () => false);
        await this.settle();
      },
      () => checkCycles(cycles),
    );
  }

  /** What is known of the board by another way has come. */
  async settle(): Promise<void> {
    const { cycle } = this.clock;
    const deviceCycle = await this.#parts.settle();
    if (deviceCycle !== undefined) this.#parts.cycles.note(cycle, deviceCycle);
  }

  onEvent(listener: LinkEventListener, options?: ListenOptions): () => void {
    return this.#listeners.add(listener, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const isFirst = this.#state.end === undefined;
    this.#end(this.#state.close());
    if (isFirst) await this.#parts.close();
  }

  /** In the order of the calls: nothing gets between the operations of a list. */
  #inTurn(begin: () => void): void {
    if (this.#isListing) this.#deferred.push(begin);
    else begin();
  }

  async #asked<T>(work: () => Promise<T>, check: () => void): Promise<T> {
    check();
    this.#state.check();
    return await new Promise<T>((resolve, reject) => {
      this.#inTurn(() => {
        work().then(resolve, reject);
      });
    });
  }

  #write(address: number, value: number): void {
    if (this.#state.end !== undefined) return;
    this.#isStale = true;
    void this.#accesses.ask({ kind: "register-write", address, width: 32, value });
  }

  async #read(address: number): Promise<number> {
    this.#throwWriteError();
    const { value, error } = await this.#accesses.ask({ kind: "register-read", address, width: 32 });
    if (error !== undefined) throw error;
    return value;
  }

  /** What follows a read or a wait that fails is not done: each is answered before the list goes on. */
  async #list(operations: readonly NarrowOperation[]): Promise<number[]> {
    const values: number[] = [];
    const latches = this.#rises.map((rises) => ({ rises }));
    this.#isListing = true;
    this.#waits.hold(true);
    try {
      for (const operation of operations) {
        this.#state.check();
        if (operation.kind === "write") this.#write(operation.address, operation.value);
        else if (operation.kind === "read") values.push(await this.#read(operation.address));
        else {
          const { limitCycles, vector = 0 } = operation;
          const latch = latches[vector] as { rises: number };
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
    latch: { rises: number },
    limitCycles: number,
    signal: AbortSignal | undefined,
    isInList = false,
  ): Promise<boolean> {
    const isLevel = this.traits.interrupts === "level";
    if (isLevel) latch.rises = this.#rises[vector] as number;
    // Of its own: a rise meets every wait that is parked, also several of one asker.
    const own = { ...latch };
    const deadline = this.clock.cycle + limitCycles;
    await this.#posted();
    if (isLevel && this.#isHigh(vector) && this.#isStale) await this.#fence();
    this.#throwWriteError();
    const isMet = (): boolean =>
      (isLevel && this.#isHigh(vector)) || (this.#rises[vector] as number) !== own.rises;
    const met = await this.#waits.until(deadline, isMet, signal, isInList);
    if (met) latch.rises = this.#rises[vector] as number;
    this.#throwWriteError();
    return met;
  }

  #isHigh(vector: number): boolean {
    return ((this.#levels >>> vector) & 1) === 1;
  }

  /** Resolves when everything that was posted has been done. */
  async #posted(): Promise<void> {
    this.#throwWriteError();
    await this.#accesses.settled;
    this.#throwWriteError();
  }

  /** When it resolves, all that the board had sent when it was asked has come. */
  async #fence(): Promise<void> {
    this.#state.check();
    this.#isStale = false;
    await this.#accesses.ask({ kind: "fence", mark: 0 });
  }

  #answered(kind: AskKind, status: StatusCode, value: number): void {
    const answered = this.#accesses.answered(kind, status, value, this.#earlierError(kind));
    if (answered === undefined) throw new WireMessageError("an answer to nothing that was asked", 0x30);
    const { ask, error } = answered;
    if (ask.kind === "fence") return;
    const access = ask.kind === "register-read" ? "read" : "write";
    if (access === "write") this.#writeError ??= error;
    this.#hear({
      ...{ kind: "register", cycle: this.clock.cycle, access, address: ask.address, value },
      isRefused: error !== undefined,
    });
    if (error instanceof NoAnswerError) this.lose(error);
  }

  /** Of a write before the access that is answered now: those after it are not answered yet. */
  #earlierError(kind: AskKind): Error | undefined {
    if (kind !== "register-read") return undefined;
    const error = this.#writeError;
    this.#writeError = undefined;
    return error;
  }

  #noteLevels(levels: number): void {
    const changed = this.#levels ^ levels;
    this.#levels = levels;
    for (let vector = 0; vector < this.#rises.length; vector++) {
      if (((changed >>> vector) & 1) === 0) continue;
      const asserted = this.#isHigh(vector);
      if (asserted) this.#rises[vector] = (this.#rises[vector] as number) + 1;
      this.#hear({ kind: "interrupt", cycle: this.clock.cycle, vector, asserted });
    }
    this.#waits.settle();
  }

  #hear(event: LinkEvent): void {
    this.#listeners.hear(event);
  }

  /** Reports an error of an earlier posted write, once. */
  #throwWriteError(): void {
    this.#state.check();
    const error = this.#writeError;
    this.#writeError = undefined;
    if (error !== undefined) throw error;
  }

  #end(error: Error): void {
    this.#accesses.fail(error);
    this.#waits.fail(error);
    for (const begin of this.#deferred.splice(0)) begin();
  }
}
