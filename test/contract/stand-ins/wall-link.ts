import { setTimeout as sleep } from "node:timers/promises";
import { type Clock, checkCycles, cyclesIn } from "../../../src/bus/clock.ts";
import type { ErrorInjection } from "../../../src/bus/error-injection.ts";
import { LinkClosedError, LinkLostError, NoAnswerError } from "../../../src/bus/errors.ts";
import type { LinkEvent, LinkEventListener, ListenOptions } from "../../../src/bus/event.ts";
import type { InterruptListener } from "../../../src/bus/interrupt-listener.ts";
import type { Link, Operation } from "../../../src/bus/link.ts";
import type { Pace, Traits } from "../../../src/bus/traits.ts";
import type { WaveRecord } from "../../../src/bus/wave-record.ts";
import type { WindowTable } from "../../../src/bus/window.ts";
import { PAGE_SIZE } from "../../../src/core/address.ts";
import { EventListeners } from "../../../src/links/event-listeners.ts";
import { checkNarrow, checkRegister } from "../../../src/links/register-address.ts";
import { checkVector, checkVectors } from "../../../src/links/vector.ts";
import type { PhysicalMemory } from "../../../src/memory/physical-memory.ts";
import { FarDevice } from "./far-device.ts";
import { PageWindows } from "./page-windows.ts";
import { stopProcess } from "./stop-process.ts";
import { WallWaits } from "./wall-waits.ts";

/** Wall time between two looks of the host at what has arrived. */
const LOOK_MS = 1;
/** An access that is not answered in so long ends the link, if nothing else is answered meanwhile. */
const ANSWER_MS = 100;
const ACCESSES = 20;
/** Of the simulation below. */
const LAST_REGISTER = 0x3fff_fffc;

export interface WallOptions {
  /** Cycles of the device in a second of wall time. */
  readonly frequencyHz: number;
  /** What a message takes from one side to the other. */
  readonly delayMs: number;
  /** By default what the simulation makes of its settings. */
  readonly bytesPerSecond?: number;
  readonly registerErrors?: Traits["registerErrors"];
  readonly observes?: Traits["observes"];
  /** Windows are checked by pages, as an IOMMU does; by default as the simulation does. */
  readonly hasPages?: boolean;
  /** The whole process stops for `ms` after each so many looks that found something, before anybody has acted on it. */
  readonly sleep?: { readonly afterLooks: number; readonly ms: number };
}

/** An access, for the message about its end. `waits`: cycles that its waits may take. */
interface Asked {
  readonly access: "read" | "write";
  readonly address: number;
  readonly waits?: number;
}

interface Ask extends Omit<Asked, "waits"> {
  readonly limit: number;
  readonly asked: number;
  readonly reject: (error: unknown) => void;
}

/**
 * A stand-in for a board: the device of a simulation that steps goes on by itself in wall time, and registers,
 * interrupts and events are messages that take a while. Host memory and its windows are on this side, as with a bridge
 * that asks for every access, or with an IOMMU.
 */
export class WallLink implements Link {
  readonly name: string;
  readonly traits: Traits;
  readonly pace: Pace;
  readonly clock: Clock;
  readonly memory: PhysicalMemory;
  readonly windows: WindowTable;
  readonly waves: WaveRecord | undefined;
  readonly signals = undefined;
  readonly errors: ErrorInjection | undefined;
  readonly #device: Link;
  readonly #far: FarDevice;
  readonly #options: WallOptions;
  readonly #delayCycles: number;
  readonly #waits = new WallWaits();
  readonly #listeners = new EventListeners();
  readonly #asks = new Set<Ask>();
  /** Cycle of the last answer. */
  #answered = 0;
  /** The last posted write. */
  #postedAddress = 0;
  #running: Promise<void> = Promise.resolve();
  #broken: unknown;
  /** As the last messages about the lines say, a bit each. */
  #levels = 0;
  /** By vector. */
  readonly #rises: number[];
  /** Something was posted after the last request that is answered. */
  #isPosted = false;
  #lastAnswer: Promise<unknown> = Promise.resolve();
  #looks = 0;

  private constructor(device: Link, options: WallOptions) {
    const { frequencyHz, delayMs } = options;
    this.name = device.name;
    this.#device = device;
    this.#options = options;
    this.traits = wallTraits(device.traits, options);
    this.#rises = new Array<number>(device.traits.vectors).fill(0);
    const slower = device.clock.frequencyHz / frequencyHz;
    this.pace = {
      accessMs: device.pace.accessMs * slower + 2 * delayMs + LOOK_MS,
      bytesPerSecond: options.bytesPerSecond ?? device.pace.bytesPerSecond / slower,
    };
    this.clock = wallClock(device.clock.cycle, frequencyHz);
    this.memory = device.memory;
    this.windows = options.hasPages ? new PageWindows(device.windows) : device.windows;
    this.waves = device.waves;
    this.errors = this.traits.errors ? device.errors : undefined;
    this.#delayCycles = Math.round((delayMs * frequencyHz) / 1000);
    this.#far = new FarDevice(device, this.traits.registerErrors, (event) => this.#hear(event));
  }

  /** From now on the time of `device` is this link's. */
  static start(device: Link, options: WallOptions): WallLink {
    const link = new WallLink(device, options);
    link.#running = link.#run();
    return link;
  }

  writeRegister(address: number, value: number): void {
    checkRegister(address, value, LAST_REGISTER);
    if (this.#broken !== undefined) return;
    this.#isPosted = true;
    this.#postedAddress = address;
    this.#far.write(this.#arrival(), address, value);
  }

  async readRegister(address: number): Promise<number> {
    checkRegister(address, 0, LAST_REGISTER);
    return await this.#ask((far) => far.read(address), { access: "read", address });
  }

  async perform(operations: readonly Operation[]): Promise<number[]> {
    checkNarrow(this.name, operations);
    checkVectors(this.name, this.traits.vectors, operations);
    const first = operations.find(({ kind }) => kind !== "wait");
    const waits = operations.map((each) => (each.kind === "wait" ? each.limitCycles : 0));
    for (const cycles of waits) checkCycles(cycles);
    return await this.#ask((far) => far.perform(operations), {
      access: first?.kind === "write" ? "write" : "read",
      address: first !== undefined && "address" in first ? first.address : 0,
      waits: waits.reduce((sum, cycles) => sum + cycles, 0),
    });
  }

  listen({ vector = 0 }: { readonly vector?: number } = {}): InterruptListener {
    checkVector(this.name, this.traits.vectors, vector);
    const isLevel = this.traits.interrupts === "level";
    const rises = (): number => this.#rises[vector]!;
    let seen = rises();
    const isMet = (): boolean => (isLevel && ((this.#levels >>> vector) & 1) === 1) || rises() !== seen;
    return {
      wait: async (limitCycles, signal) => {
        checkCycles(limitCycles);
        if (isLevel) seen = rises();
        const deadline = this.clock.cycle + limitCycles;
        await this.#posted();
        const met = await this.#waits.until(deadline, isMet, signal);
        if (met) seen = rises();
        return met;
      },
    };
  }

  async idle(cycles: number): Promise<void> {
    checkCycles(cycles);
    await this.#posted();
    await this.#waits.until(this.clock.cycle + cycles, () => false);
  }

  onEvent(listener: LinkEventListener, options?: ListenOptions): () => void {
    return this.#listeners.add(listener, options);
  }

  /** The cable is pulled. */
  lose(): void {
    this.#end(new LinkLostError(this.name, "the cable was pulled"));
  }

  /** The device answers nothing any more. */
  mute(): void {
    this.#far.isMute = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end(new LinkClosedError(this.name));
    await this.#running;
    await this.#device[Symbol.asyncDispose]();
  }

  #arrival(): number {
    return this.clock.cycle + this.#delayCycles;
  }

  #ask<T>(work: (far: FarDevice) => Promise<T>, { access, address, waits = 0 }: Asked): Promise<T> {
    if (this.#broken !== undefined) return Promise.reject(this.#broken);
    this.#isPosted = false;
    const limit = cyclesIn(this.clock, ANSWER_MS + ACCESSES * this.pace.accessMs) + waits;
    const answer = new Promise<T>((resolve, reject) => {
      const ask: Ask = { access, address, limit, asked: this.clock.cycle, reject };
      this.#asks.add(ask);
      const settled = <V>(settle: (value: V) => void) => {
        return (value: V): void => {
          this.#asks.delete(ask);
          this.#answered = this.clock.cycle;
          settle(value);
        };
      };
      this.#far.ask(this.#arrival(), work, settled(resolve), settled(reject));
    });
    this.#lastAnswer = answer.catch(() => {});
    return answer;
  }

  /** It was cycle `now` before the link looked. */
  #expire(now: number): void {
    for (const { access, address, limit, asked } of this.#asks) {
      if (Math.max(asked, this.#answered) + limit > now) continue;
      const waited = `${Math.round((1000 * limit) / this.clock.frequencyHz)} ms`;
      this.#end(new NoAnswerError(this.name, access, address, waited));
    }
  }

  /** Resolves when everything that was posted has been done: the far side answers a request for nothing. */
  async #posted(): Promise<void> {
    if (this.#broken !== undefined) throw this.#broken;
    const write = { access: "write", address: this.#postedAddress } as const;
    await (this.#isPosted ? this.#ask(async () => {}, write) : this.#lastAnswer);
    if (this.#broken !== undefined) throw this.#broken;
  }

  async #run(): Promise<void> {
    try {
      while (this.#broken === undefined) {
        await sleep(LOOK_MS);
        if (this.#broken === undefined) await this.#look();
      }
    } catch (error) {
      this.#end(error);
    }
  }

  /**
   * What has arrived counts before any deadline that has passed. What the device does shows here when word of it has come,
   * in memory as in events.
   */
  async #look(): Promise<void> {
    const { cycle } = this.clock;
    const sent = cycle - this.#delayCycles;
    await this.#far.runTo(sent);
    const isSomething = this.#far.deliver(sent);
    this.#waits.settle(cycle);
    this.#expire(cycle);
    const { sleep: pause } = this.#options;
    if (!isSomething || pause === undefined || ++this.#looks % pause.afterLooks !== 0) return;
    stopProcess(pause.ms);
  }

  #hear(event: LinkEvent): void {
    if (event.kind === "interrupt") {
      const { vector, asserted } = event;
      this.#levels = (this.#levels & ~(1 << vector)) | (Number(asserted) << vector);
      if (asserted) this.#rises[vector]!++;
    }
    if (this.#isObserved(event)) this.#listeners.hear(event);
  }

  /** Of a card that is not looked into, all that shows is that its interrupt has come; a bridge sees what it is asked for. */
  #isObserved({ kind, ...event }: LinkEvent): boolean {
    const { observes, busRules } = this.traits;
    if (observes === "nothing") return kind === "interrupt" && "asserted" in event && event.asserted;
    return (kind !== "access-end" || observes === "bursts") && (kind !== "violation" || busRules);
  }

  #end(error: unknown): void {
    if (this.#broken !== undefined) return;
    this.#broken = error;
    for (const { reject } of this.#asks) reject(error);
    this.#waits.fail(error);
  }
}

/** What a device of these traits is like in wall time. */
export function wallTraits(
  device: Traits,
  { registerErrors = "reported", observes, hasPages }: WallOptions,
): Traits {
  const isSeen = observes !== "nothing";
  const unit = hasPages ? { readUnit: PAGE_SIZE, writeUnit: PAGE_SIZE } : {};
  return {
    ...device,
    ...{
      time: "wall",
      registerErrors,
      observes: observes ?? device.observes,
      busRules: (observes ?? device.observes) === "bursts" && device.busRules,
      errors: isSeen && device.errors,
      signals: false,
    },
    windows:
      device.windows === "unchecked"
        ? "unchecked"
        : { ...device.windows, ...unit, reportsFaults: isSeen && device.windows.reportsFaults },
  };
}

function wallClock(firstCycle: number, frequencyHz: number): Clock {
  const start = performance.now();
  return {
    kind: "wall",
    frequencyHz,
    get cycle() {
      return firstCycle + Math.floor(((performance.now() - start) * frequencyHz) / 1000);
    },
  };
}
