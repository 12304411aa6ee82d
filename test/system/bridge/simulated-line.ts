import type { Port, Simulation } from "../../../src/engine/engine.ts";
import type { WireClock } from "../../../src/wire/wire-clock.ts";

/** What a line does to bytes; each is called with every byte, in order. Undefined: the byte is lost. */
export interface Disturbance {
  readonly up?: (byte: number) => readonly number[];
  readonly down?: (byte: number) => readonly number[];
}

interface Timer {
  readonly cycle: number;
  readonly callback: () => void;
}

export interface SimulatedLineOptions {
  readonly clockHz: number;
  /** Cycles from one byte to the board to the next, on a line of bytes. */
  readonly cyclesPerByte: number;
  /** Cycles of a bit, where the line is one of bits (`rxd` and `txd` of one bit); need not be whole. */
  readonly cyclesPerBit?: number;
  readonly onBytes: (bytes: Uint8Array) => void;
  /** Called in each cycle, before its edge. */
  readonly eachCycle?: () => void;
}

/** The line of a simulated board, of bytes (`rxd` and `txd` of 9 bits) or of bits; time is the board's. */
export class SimulatedLine implements WireClock {
  disturbance: Disturbance = {};
  /** Of bytes that the host sent and that came, before disturbances. */
  readonly bytes = { up: 0, down: 0 };
  readonly #simulation: Simulation;
  readonly #options: SimulatedLineOptions;
  readonly #rxd: Port;
  readonly #txd: Port;
  readonly #up: number[] = [];
  #upAt = 0;
  #soon: (() => void)[] = [];
  #timers: Timer[] = [];
  #cycle = 0;
  #freeAt = 0;
  #sending: { readonly bits: number; readonly from: number } | undefined;
  #coming: { bits: number; count: number; readonly from: number } | undefined;

  constructor(simulation: Simulation, options: SimulatedLineOptions) {
    this.#simulation = simulation;
    this.#options = options;
    this.#rxd = simulation.port("rxd");
    this.#txd = simulation.port("txd");
  }

  get cycle(): number {
    return this.#cycle;
  }

  now(): number {
    return (this.#cycle * 1000) / this.#options.clockHz;
  }

  after(milliseconds: number, callback: () => void): () => void {
    const cycle = this.#cycle + Math.ceil((milliseconds * this.#options.clockHz) / 1000);
    const timer = { cycle, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  soon(callback: () => void): void {
    this.#soon.push(callback);
  }

  write(bytes: Uint8Array): void {
    this.bytes.up += bytes.length;
    for (const byte of bytes) this.#up.push(...(this.disturbance.up?.(byte) ?? [byte]));
  }

  /** What was sent and has not reached the board is lost. */
  cut(): void {
    this.#up.length = 0;
    this.#upAt = 0;
  }

  /** One cycle of the board. */
  step(): void {
    this.#settle();
    this.#options.eachCycle?.();
    const { cyclesPerBit } = this.#options;
    if (cyclesPerBit === undefined) this.#stepBytes();
    else this.#stepBits(cyclesPerBit);
  }

  #stepBytes(): void {
    const byte = this.#cycle >= this.#freeAt ? this.#next() : undefined;
    if (byte !== undefined) this.#freeAt = this.#cycle + this.#options.cyclesPerByte;
    this.#rxd.write(byte === undefined ? 0 : 0x100 | byte);
    this.#simulation.run(1);
    this.#cycle++;
    const sent = this.#txd.read();
    if (sent >= 0x100) this.#arrive(sent & 0xff);
  }

  #stepBits(cyclesPerBit: number): void {
    if (this.#cycle >= this.#freeAt) {
      const byte = this.#next();
      this.#sending = byte === undefined ? undefined : { bits: (byte << 1) | 0x200, from: this.#freeAt };
      if (byte === undefined) this.#freeAt = this.#cycle + 1;
      else this.#freeAt += 10 * cyclesPerBit;
    }
    const bit = Math.floor((this.#cycle - (this.#sending?.from ?? 0)) / cyclesPerBit);
    this.#rxd.write(this.#sending === undefined ? 1 : (this.#sending.bits >> bit) & 1);
    this.#simulation.run(1);
    this.#cycle++;
    const level = this.#txd.read();
    if (this.#coming === undefined && level === 0) this.#coming = { bits: 0, count: 0, from: this.#cycle };
    const coming = this.#coming;
    if (coming === undefined || this.#cycle < coming.from + (coming.count + 0.5) * cyclesPerBit - 0.5) return;
    coming.bits |= level << coming.count++;
    if (coming.count < 10) return;
    this.#coming = undefined;
    if ((coming.bits & 0x201) !== 0x200) throw new Error(`not a character: ${coming.bits.toString(2)}`);
    this.#arrive((coming.bits >> 1) & 0xff);
  }

  #next(): number | undefined {
    if (this.#upAt === this.#up.length) return undefined;
    const byte = this.#up[this.#upAt++];
    if (this.#upAt === this.#up.length) this.cut();
    return byte;
  }

  #arrive(byte: number): void {
    this.bytes.down++;
    const arriving = this.disturbance.down?.(byte) ?? [byte];
    if (arriving.length > 0) this.#options.onBytes(Uint8Array.from(arriving));
  }

  /** Until `isDone`; throws after `limitCycles`. Promises settle meanwhile. */
  async until(isDone: () => boolean, limitCycles: number, what: string): Promise<void> {
    const end = this.#cycle + limitCycles;
    while (!isDone()) {
      if (this.#cycle >= end) throw new Error(`${what}: not in ${limitCycles} cycles`);
      for (let count = 0; count < 64; count++) this.step();
      await Promise.resolve();
    }
  }

  async settled<T>(promise: Promise<T>, limitCycles: number, what: string): Promise<T> {
    let isSettled = false;
    promise.then(
      () => (isSettled = true),
      () => (isSettled = true),
    );
    await this.until(() => isSettled, limitCycles, what);
    return promise;
  }

  #settle(): void {
    while (this.#soon.length > 0) {
      const all = this.#soon;
      this.#soon = [];
      for (const callback of all) callback();
    }
    const due = this.#timers.filter(({ cycle }) => cycle <= this.#cycle);
    if (due.length === 0) return;
    this.#timers = this.#timers.filter(({ cycle }) => cycle > this.#cycle);
    for (const { callback } of due) callback();
  }
}
