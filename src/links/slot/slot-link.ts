import { type Clock, checkCycles } from "../../bus/clock.ts";
import type { ErrorInjection } from "../../bus/error-injection.ts";
import { NoAnswerError } from "../../bus/errors.ts";
import type { LinkEvent, LinkEventListener, ListenOptions } from "../../bus/event.ts";
import type { InterruptListener } from "../../bus/interrupt-listener.ts";
import type { Link, Operation } from "../../bus/link.ts";
import type { Pace, Traits } from "../../bus/traits.ts";
import type { WaveRecord } from "../../bus/wave-record.ts";
import type { PhysicalMemory } from "../../memory/physical-memory.ts";
import { ControlCode } from "../../wire/control-message.ts";
import { EventKind } from "../../wire/parse-event.ts";
import { FarErrors } from "../cocotb/far-errors.ts";
import { EventListeners } from "../event-listeners.ts";
import type { LinkState } from "../link-state.ts";
import type { PageWindows } from "../pcie/page-windows.ts";
import type { PcieDevice, PcieRegion } from "../pcie/pcie-device.ts";
import { Pump } from "../pump.ts";
import { checkNarrow, checkRegister } from "../register-address.ts";
import { FREQUENCY_HZ } from "../simulator/simulator-traits.ts";
import { checkVector, checkVectors } from "../vector.ts";
import type { SlotControl, SlotListener, SlotState } from "./slot-control.ts";
import { RefusedError } from "./vfio-user-client.ts";

/** What ends a run before its last cycle. */
const STOP = { allAnswered: 1, risenAndAnswered: 8 } as const;
/** A register access that makes no progress for so long will never be answered; sim/verilator/slot has the same. */
const REGISTER_LIMIT_CYCLES = 10_000;
const LAST_REGISTER = 0x3fff_fffc;
const ALL_ONES = 0xffff_ffff;
const EVERY_KIND = 0xff;
const BYTES_KIND = 1 << (EventKind.written - 1);

export interface SlotLinkParts {
  readonly name: string;
  readonly traits: Traits;
  readonly pace: Pace;
  readonly state: LinkState;
  readonly device: PcieDevice;
  readonly control: SlotControl;
  readonly memory: PhysicalMemory;
  readonly windows: PageWindows;
  readonly waves: WaveRecord | undefined;
  readonly onSaid: SlotListener["said"];
  readonly close: () => Promise<void>;
}

/** What an asker of the interrupt has seen: how many messages had come. */
interface Latch {
  readonly vector: number;
  messages: number;
}

/**
 * A device in a simulated slot, out of its reset. Registers, host memory and interrupts go the way of a card: accesses of a
 * BAR, mapped pages, messages. Time moves by the control channel, and by reads.
 */
export class SlotLink implements Link, SlotListener {
  readonly name: string;
  readonly traits: Traits;
  readonly pace: Pace;
  readonly clock: Clock;
  readonly memory: PhysicalMemory;
  readonly windows: PageWindows;
  readonly errors: ErrorInjection;
  readonly waves: WaveRecord | undefined;
  readonly signals = undefined;
  readonly #parts: SlotLinkParts;
  readonly #registers: PcieRegion;
  readonly #listeners = new EventListeners();
  readonly #pump: Pump;
  #byteListeners = 0;
  /** Addresses of writes that were posted since everything posted was done last. */
  #posted: number[] = [];
  #cycle = 0;
  /** By vector: rises of its line as the slot counts them, and messages that have come. */
  #rises: readonly number[];
  readonly #messages: number[];
  /** Of waits that are under way. */
  readonly #waiting = new Set<Latch>();
  #closed: Promise<void> | undefined;

  constructor(parts: SlotLinkParts) {
    this.#parts = parts;
    this.name = parts.name;
    this.traits = parts.traits;
    this.pace = parts.pace;
    this.#rises = new Array<number>(parts.traits.vectors).fill(0);
    this.#messages = [...this.#rises];
    this.memory = parts.memory;
    this.windows = parts.windows;
    this.waves = parts.waves;
    this.#registers = parts.device.bars.get(0) as PcieRegion;
    this.errors = new FarErrors({
      ask: async (code, payload) => {
        if (parts.state.end === undefined) parts.control.request(code, payload);
      },
    });
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

  writeRegister(address: number, value: number): void {
    checkRegister(address, value, LAST_REGISTER);
    if (this.#parts.state.end !== undefined || address >= this.#registers.lengthBytes) return;
    this.#posted.push(address);
    try {
      this.#registers.write(address, 32, value);
    } catch (error) {
      this.#parts.state.fail(error as Error);
    }
  }

  async readRegister(address: number): Promise<number> {
    return this.#read(address);
  }

  async perform(operations: readonly Operation[]): Promise<number[]> {
    checkNarrow(this.name, operations);
    checkVectors(this.name, this.traits.vectors, operations);
    this.#parts.state.check();
    const values: number[] = [];
    const latches = this.#messages.map((_, vector) => this.#latch(vector));
    for (const operation of operations) {
      if (operation.kind === "write") this.writeRegister(operation.address, operation.value);
      else if (operation.kind === "read") values.push(this.#read(operation.address));
      else
        values.push(
          this.#runToInterrupt(latches[operation.vector ?? 0] as Latch, operation.limitCycles) ? 1 : 0,
        );
    }
    return values;
  }

  listen({ vector = 0 }: { readonly vector?: number } = {}): InterruptListener {
    checkVector(this.name, this.traits.vectors, vector);
    const latch = this.#latch(vector);
    return { wait: (limitCycles, signal) => this.#waitFor(latch, limitCycles, signal) };
  }

  async idle(cycles: number): Promise<void> {
    checkCycles(cycles);
    this.#finish();
    const target = this.#cycle + cycles;
    await this.#park(target, () => this.#cycle >= target);
    this.#parts.state.check();
  }

  onEvent(listener: LinkEventListener, options?: ListenOptions): () => void {
    const remove = this.#listeners.add(listener, options);
    if (options?.bytes === true) this.#byteListeners++;
    this.#watch();
    let isHeard = true;
    return () => {
      if (!isHeard) return;
      isHeard = false;
      remove();
      if (options?.bytes === true) this.#byteListeners--;
      this.#watch();
    };
  }

  state({ cycle, rises, pending }: SlotState): void {
    this.#cycle = cycle;
    for (const [vector, count] of rises.entries())
      if (count !== this.#rises[vector])
        (this.#messages[vector] as number) += this.#parts.device.interrupts.take(vector);
    this.#rises = rises;
    if (pending < this.#posted.length) this.#posted.splice(0, this.#posted.length - pending);
  }

  event(event: LinkEvent): void {
    this.#cycle = Math.max(this.#cycle, event.cycle);
    this.#listeners.hear(event);
  }

  said(messages: Parameters<SlotListener["said"]>[0]): void {
    this.#parts.onSaid(messages);
  }

  /** The slot is gone, or has refused what must not be refused: what is parked rejects. */
  lose(error: Error): void {
    this.windows.abandon(error);
    this.#pump.stop(this.#parts.state.fail(error));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#pump.stop(this.#parts.state.close());
    this.#closed ??= this.#parts.close();
    await this.#closed;
  }

  #watch(): void {
    if (this.#parts.state.end !== undefined) return;
    const kinds = this.#byteListeners > 0 ? EVERY_KIND : EVERY_KIND & ~BYTES_KIND;
    this.#guard(() => this.#parts.control.watch(this.#listeners.hasAny ? kinds : 0));
  }

  #read(address: number): number {
    checkRegister(address, 0, LAST_REGISTER);
    this.#parts.state.check();
    if (address >= this.#registers.lengthBytes) {
      this.#finish();
      return ALL_ONES;
    }
    return this.#guard(() => {
      const value = this.#readAnswered(address);
      this.#parts.control.settle();
      this.#parts.state.check();
      if (value === undefined) throw this.#unanswered("read", address);
      return value;
    });
  }

  /** Undefined where the device has not answered: an access before it, or this one. */
  #readAnswered(address: number): number | undefined {
    try {
      return this.#registers.read(address, 32);
    } catch (error) {
      if (error instanceof RefusedError) return undefined;
      throw error;
    }
  }

  #runToInterrupt(latch: Latch, limitCycles: number): boolean {
    checkCycles(limitCycles);
    this.#parts.state.check();
    const end = this.#cycle + limitCycles;
    this.#waiting.add(latch);
    try {
      while (!this.#isMet(latch) && this.#cycle < end) this.#advance(end - this.#cycle);
    } finally {
      this.#waiting.delete(latch);
    }
    return this.#settle(latch, latch);
  }

  async #waitFor(latch: Latch, limitCycles: number, signal: AbortSignal | undefined): Promise<boolean> {
    checkCycles(limitCycles);
    this.#parts.state.check();
    // Of its own: a message meets every wait that is parked, also several of one asker.
    const own: Latch = { ...latch };
    this.#waiting.add(own);
    try {
      await this.#park(this.#cycle + limitCycles, () => this.#isMet(own) || signal?.aborted === true);
    } finally {
      this.#waiting.delete(own);
    }
    if (signal?.aborted === true && !this.#isMet(own)) return false;
    return this.#settle(own, latch);
  }

  /** What the wait of `own` yields; one that is met ends the latch of its asker. */
  #settle(own: Latch, asker: Latch): boolean {
    this.#finish();
    if (!this.#isMet(own)) return false;
    asker.messages = this.#messages[asker.vector] as number;
    return true;
  }

  #latch(vector: number): Latch {
    return { vector, messages: this.#messages[vector] as number };
  }

  #isMet({ vector, messages }: Latch): boolean {
    return this.#posted.length === 0 && this.#messages[vector] !== messages;
  }

  #park(deadline: number, isMet: () => boolean): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.#pump.park({ deadline, isMet, settle: resolve, fail: reject });
    });
  }

  /** Everything posted has been done, or it throws. */
  #finish(): void {
    this.#parts.state.check();
    if (this.#posted.length === 0) return;
    const payload = Buffer.alloc(4);
    payload.writeUInt32LE(REGISTER_LIMIT_CYCLES, 0);
    this.#guard(() => this.#parts.control.move(ControlCode.finish, payload));
    this.#parts.state.check();
    if (this.#posted.length > 0) throw this.#unanswered("write", this.#posted[0] as number);
  }

  #advance(cycles: number): void {
    this.#parts.state.check();
    const payload = Buffer.alloc(12 + 4 * this.#rises.length);
    payload.writeBigUInt64LE(BigInt(this.#cycle + cycles), 0);
    payload.writeUInt32LE(this.#stops, 8);
    for (const [vector, count] of this.#rises.entries()) payload.writeUInt32LE(count, 12 + 4 * vector);
    this.#guard(() => this.#parts.control.move(ControlCode.runUntil, payload));
    this.#parts.state.check();
  }

  /** A wait is met by a message once all that was posted is done: where one has its message already, then. */
  get #stops(): number {
    const isHeldUp =
      this.#posted.length > 0 &&
      [...this.#waiting].some(({ vector, messages }) => this.#messages[vector] !== messages);
    return isHeldUp ? STOP.allAnswered : STOP.risenAndAnswered;
  }

  #unanswered(access: "read" | "write", address: number): Error {
    const [oldest] = this.#posted;
    const error =
      oldest === undefined
        ? new NoAnswerError(this.name, access, address, `${REGISTER_LIMIT_CYCLES} cycles`)
        : new NoAnswerError(this.name, "write", oldest, `${REGISTER_LIMIT_CYCLES} cycles`);
    this.lose(error);
    return this.#parts.state.end as Error;
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      this.lose(error as Error);
      throw this.#parts.state.end;
    }
  }
}
