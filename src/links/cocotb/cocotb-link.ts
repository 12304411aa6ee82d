import { type Clock, checkCycles } from "../../bus/clock.ts";
import type { ErrorInjection } from "../../bus/error-injection.ts";
import { NoAnswerError, RegisterAccessError } from "../../bus/errors.ts";
import type { LinkEvent, LinkEventListener, ListenOptions } from "../../bus/event.ts";
import type { InterruptListener } from "../../bus/interrupt-listener.ts";
import type { Link, NarrowOperation, Operation } from "../../bus/link.ts";
import type { Pace, Traits } from "../../bus/traits.ts";
import type { WindowTable } from "../../bus/window.ts";
import type { PhysicalMemory } from "../../memory/physical-memory.ts";
import { ControlCode } from "../../wire/control-message.ts";
import type { StatusCode } from "../../wire/message.ts";
import { checkList } from "../check-list.ts";
import { EventListeners } from "../event-listeners.ts";
import type { LinkState } from "../link-state.ts";
import { Pump } from "../pump.ts";
import { checkRegister } from "../register-address.ts";
import { FREQUENCY_HZ } from "../simulator/simulator-traits.ts";
import { checkVector } from "../vector.ts";
import { CocotbCodeError } from "./errors.ts";
import { type Answer, FarArray, type FarEnd, type FarListener } from "./far-end.ts";
import { FarErrors } from "./far-errors.ts";
import type { CrossedBytes, LinkMemory } from "./link-memory.ts";
import { HEARD_OFFSET } from "./settings-words.ts";
import { Turns } from "./turns.ts";

/** What ends a run before its last cycle. */
const STOP = { allAnswered: 1, risen: 2, highThen: 4 } as const;
/** A register access that makes no progress for so long will never be answered. */
const REGISTER_LIMIT_CYCLES = 10_000;
const LAST_REGISTER = 0x3fff_fffc;
const RESPONSE_NAMES = ["OKAY", "EXOKAY", "SLVERR", "DECERR"];

export interface CocotbLinkParts {
  readonly name: string;
  readonly traits: Traits;
  readonly pace: Pace;
  readonly state: LinkState;
  readonly far: FarEnd;
  readonly memory: LinkMemory;
  readonly close: () => Promise<void>;
}

type WaitOperation = Extract<NarrowOperation, { kind: "wait" }>;

interface Asked {
  readonly access: "read" | "write";
  readonly address: number;
}

/** What an asker of an interrupt has seen: how often the line had risen. */
interface Latch {
  readonly vector: number;
  rises: number;
}

/**
 * A device in a simulator in another process, out of its reset. Whatever is asked is collected and goes in one crossing with
 * the first operation that needs time to pass.
 */
export class CocotbLink implements Link, FarListener {
  readonly name: string;
  readonly traits: Traits;
  readonly pace: Pace;
  readonly clock: Clock;
  readonly memory: PhysicalMemory;
  readonly windows: WindowTable;
  readonly errors: ErrorInjection;
  readonly waves = undefined;
  readonly signals = undefined;
  readonly #parts: CocotbLinkParts;
  readonly #listeners = new EventListeners();
  readonly #turns = new Turns();
  readonly #pump: Pump;
  /** Posted, and not answered, the oldest first. */
  readonly #asked: Asked[] = [];
  /** Register accesses that were answered. */
  #answered = 0;
  #lastRead = 0;
  #writeError: Error | undefined;
  #cycle = 0;
  /** Of the interrupt lines, a bit each. */
  #levels = 0;
  /** By vector. */
  #rises: readonly number[];
  /** Of all lines, when nothing posted was under way last. */
  #quietRises = 0;
  #crossings = 0;
  #asksForEvents = false;
  #closed: Promise<void> | undefined;

  constructor(parts: CocotbLinkParts) {
    this.#parts = parts;
    this.name = parts.name;
    this.traits = parts.traits;
    this.#rises = new Array<number>(parts.traits.vectors).fill(0);
    this.pace = parts.pace;
    this.memory = parts.memory.memory;
    this.windows = parts.memory.windows;
    this.errors = new FarErrors(parts.far);
    const link = this;
    this.clock = {
      kind: "simulated",
      frequencyHz: FREQUENCY_HZ,
      get cycle() {
        return link.#cycle;
      },
    };
    this.#pump = new Pump({
      get cycle() {
        return link.#cycle;
      },
      advance: (cycles) => link.#advance(cycles),
    });
  }

  /** Of host memory so far. */
  get crossed(): Readonly<CrossedBytes> {
    return this.#parts.memory.crossed;
  }

  /** Round trips so far. */
  get crossings(): number {
    return this.#crossings;
  }

  writeRegister(address: number, value: number): void {
    checkRegister(address, value, LAST_REGISTER);
    this.#turns.take(() => this.#post({ access: "write", address }, value));
  }

  readRegister(address: number): Promise<number> {
    return this.#ask(
      () => checkRegister(address, 0, LAST_REGISTER),
      async () => {
        this.#throwPending();
        this.#post({ access: "read", address });
        await this.#finish();
        this.#throwPending();
        return this.#lastRead;
      },
    );
  }

  perform(operations: readonly Operation[]): Promise<number[]> {
    return this.#ask(
      () => checkList(this.name, operations, { vectors: this.traits.vectors, last: LAST_REGISTER }),
      () => this.#list(operations as readonly NarrowOperation[]),
    );
  }

  listen({ vector = 0 }: { readonly vector?: number } = {}): InterruptListener {
    checkVector(this.name, this.traits.vectors, vector);
    const latch: Latch = { vector, rises: this.#rises[vector] as number };
    return { wait: (limitCycles, signal) => this.#waitFor(latch, limitCycles, signal) };
  }

  async idle(cycles: number): Promise<void> {
    const target = await this.#ask(
      () => checkCycles(cycles),
      async () => {
        this.#throwPending();
        await this.#finish();
        return this.#cycle + cycles;
      },
    );
    await this.#park(target, () => this.#cycle >= target);
    this.#throwPending();
  }

  onEvent(listener: LinkEventListener, options?: ListenOptions): () => void {
    this.#askForEvents();
    return this.#listeners.add(listener, options);
  }

  registerAnswered(_access: "read" | "write", status: StatusCode, value: number): void {
    const asked = this.#asked.shift();
    this.#answered++;
    if (asked === undefined) throw new Error("an answer to a register access that nobody has asked for");
    if (asked.access === "read") this.#lastRead = value;
    if (status === 0) return;
    const what = `the device answered ${RESPONSE_NAMES[status]}`;
    this.#writeError ??= new RegisterAccessError(this.name, asked.access, asked.address, what);
  }

  event(event: LinkEvent): void {
    this.#cycle = Math.max(this.#cycle, event.cycle);
    for (const each of this.#parts.memory.take(event)) this.#listeners.hear(each);
  }

  failed(what: string): void {
    this.lose(new CocotbCodeError(this.name, what));
  }

  /** The simulator is gone: what is parked rejects. */
  lose(error: Error): void {
    this.#pump.stop(this.#parts.state.fail(error));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { state, far } = this.#parts;
    far.listener = undefined;
    this.#pump.stop(state.close());
    this.#closed ??= this.#parts.close();
    await this.#closed;
  }

  /** In its turn; `check` throws for what is not a request. */
  async #ask<T>(check: () => void, work: () => Promise<T>): Promise<T> {
    check();
    this.#parts.state.check();
    return await this.#turns.ask(work);
  }

  /** They are sent from the first listener on: events that nobody hears cost as much as a small transfer. */
  #askForEvents(): void {
    if (this.#asksForEvents) return;
    this.#asksForEvents = true;
    this.#parts.far.write(FarArray.settings, HEARD_OFFSET, Uint8Array.of(1, 0, 0, 0));
  }

  get #posted(): number {
    return this.#answered + this.#asked.length;
  }

  #post(asked: Asked, value = 0): void {
    if (this.#parts.state.end !== undefined) return;
    this.#asked.push(asked);
    if (asked.access === "read") this.#parts.far.readRegister(asked.address);
    else this.#parts.far.writeRegister(asked.address, value);
  }

  /** Everything posted has been done, or it rejects. */
  async #finish(): Promise<void> {
    if (this.#asked.length === 0) return;
    await this.#cross(() => this.#parts.far.ask(ControlCode.finish, finishPayload()));
    if (this.#asked.length > 0) throw this.#breakUnanswered();
  }

  /** One round trip, with all that has been collected. */
  async #cross(ask: () => Promise<Answer>): Promise<Answer> {
    const { state, far, memory } = this.#parts;
    state.check();
    memory.send();
    this.#crossings++;
    const asked = ask();
    far.send();
    memory.isOut = true;
    try {
      const answer = await asked;
      state.check();
      this.#note(answer);
      return answer;
    } catch (error) {
      throw state.fail(error as Error);
    } finally {
      memory.isOut = false;
    }
  }

  #note({ cycle, levels, rises, failed }: Answer): void {
    if (failed !== undefined) return;
    this.#cycle = cycle;
    this.#levels = levels;
    this.#rises = rises;
    if (this.#asked.length === 0) this.#quietRises = this.#allRises;
  }

  get #allRises(): number {
    return this.#rises.reduce((sum, rises) => sum + rises, 0);
  }

  /** For the pump: nobody does anything but wait. */
  async #advance(cycles: number): Promise<void> {
    const before = this.#crossings;
    const until = this.#cycle + cycles;
    await this.#turns.quiet();
    // Something has been done meanwhile: waits may be met.
    if (this.#crossings !== before) return;
    await this.#turns.ask(async () => {
      const payload = Buffer.alloc(12 + 4 * this.#rises.length);
      payload.writeBigUInt64LE(BigInt(until), 0);
      payload.writeUInt32LE(this.#waitStops, 8);
      for (const [vector, rises] of this.#rises.entries()) payload.writeUInt32LE(rises, 12 + 4 * vector);
      await this.#cross(() => this.#parts.far.ask(ControlCode.runUntil, payload));
    });
  }

  /**
   * A rise, and where there was one already, the end of what was posted: a wait is met then. A message may be an old one. Where a
   * line is only high, what was posted may clear it: its end counts if a line is high then.
   */
  get #waitStops(): number {
    if (this.#asked.length === 0) return STOP.risen;
    if (this.traits.interrupts === "message" || this.#allRises !== this.#quietRises)
      return STOP.risen | STOP.allAnswered;
    return this.#levels === 0 ? STOP.risen : STOP.risen | STOP.highThen;
  }

  /** What follows a read or a wait that fails is not done. */
  async #list(operations: readonly NarrowOperation[]): Promise<number[]> {
    this.#throwPending();
    const { far } = this.#parts;
    const values: number[] = [];
    let isUnanswered = false;
    let isBroken = false;
    /** Takes the answer to an operation before which all of `posted` was to be answered. */
    const take = ({ failed }: Answer, posted: number, value: () => number): void => {
      isBroken ||= failed !== undefined || this.#writeError !== undefined;
      isUnanswered ||= !isBroken && this.#answered < posted;
      if (!isBroken) values.push(value());
    };
    far.askAlong(ControlCode.list, Uint8Array.of(1));
    for (const operation of operations) {
      if (operation.kind === "wait") {
        const [payload, posted] = [this.#waitPayload(operation), this.#posted];
        far.askAlong(ControlCode.wait, payload, (answer) =>
          take(answer, posted, () => answer.rest[0] as number),
        );
        continue;
      }
      const { kind: access, address } = operation;
      this.#post({ access, address }, operation.kind === "write" ? operation.value : 0);
      const posted = this.#posted;
      if (access === "read")
        far.askAlong(ControlCode.finish, finishPayload(), (answer) =>
          take(answer, posted, () => this.#lastRead),
        );
    }
    await this.#cross(() => far.ask(ControlCode.list, Uint8Array.of(0)));
    if (isUnanswered) throw this.#breakUnanswered();
    if (isBroken) this.#asked.length = 0;
    this.#throwPending();
    return values;
  }

  #waitPayload({ limitCycles, vector = 0 }: WaitOperation): Uint8Array {
    const payload = Buffer.alloc(20);
    payload.writeBigUInt64LE(BigInt(limitCycles), 0);
    payload.writeUInt32LE(this.traits.interrupts === "message" ? 1 : 0, 8);
    payload.writeUInt32LE(REGISTER_LIMIT_CYCLES, 12);
    payload.writeUInt32LE(vector, 16);
    return payload;
  }

  async #waitFor(latch: Latch, limitCycles: number, signal: AbortSignal | undefined): Promise<boolean> {
    checkCycles(limitCycles);
    this.#parts.state.check();
    if (this.#turns.isBusy) await this.#turns.ask(async () => {});
    this.#throwPending();
    if (this.traits.interrupts === "level") latch.rises = this.#rises[latch.vector] as number;
    // Of its own: a rise meets every wait that is parked, also several of one asker.
    const own: Latch = { ...latch };
    await this.#park(this.#cycle + limitCycles, () => this.#isMet(own) || signal?.aborted === true);
    if (signal?.aborted === true && !this.#isMet(own)) return false;
    return await this.#turns.ask(async () => {
      await this.#finish();
      this.#throwPending();
      if (!this.#isMet(own)) return false;
      latch.rises = this.#rises[latch.vector] as number;
      return true;
    });
  }

  /** Everything that was posted has been done (one of them may clear the line), and there is an interrupt. */
  #isMet({ vector, rises }: Latch): boolean {
    if (this.#asked.length > 0) return false;
    const isHigh = this.traits.interrupts === "level" && ((this.#levels >>> vector) & 1) === 1;
    return isHigh || this.#rises[vector] !== rises;
  }

  #park(deadline: number, isMet: () => boolean): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.#pump.park({ deadline, isMet, settle: resolve, fail: reject });
    });
  }

  #breakUnanswered(): Error {
    const { access, address } = this.#asked[0] as Asked;
    const waited = `${REGISTER_LIMIT_CYCLES} cycles`;
    const error = new NoAnswerError(this.name, access, address, waited);
    this.lose(error);
    return this.#parts.state.end as Error;
  }

  /** Reports an error of an earlier posted write, once. */
  #throwPending(): void {
    this.#parts.state.check();
    const error = this.#writeError;
    this.#writeError = undefined;
    if (error !== undefined) throw error;
  }
}

function finishPayload(): Uint8Array {
  const payload = Buffer.alloc(4);
  payload.writeUInt32LE(REGISTER_LIMIT_CYCLES, 0);
  return payload;
}
