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
  /** Cycles from one byte to the board to the next. */
  readonly cyclesPerByte: number;
  readonly onBytes: (bytes: Uint8Array) => void;
  /** Called in each cycle, before its edge. */
  readonly eachCycle?: () => void;
}

/** The byte-level line of a simulated board, `rxd` and `txd` of 9 bits; time is the board's. */
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
    const isByte = this.#upAt < this.#up.length && this.#cycle >= this.#freeAt;
    if (isByte) this.#freeAt = this.#cycle + this.#options.cyclesPerByte;
    this.#rxd.write(isByte ? 0x100 | (this.#up[this.#upAt++] as number) : 0);
    if (this.#upAt === this.#up.length) this.cut();
    this.#simulation.run(1);
    this.#cycle++;
    const sent = this.#txd.read();
    if (sent < 0x100) return;
    this.bytes.down++;
    const arriving = this.disturbance.down?.(sent & 0xff) ?? [sent & 0xff];
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
