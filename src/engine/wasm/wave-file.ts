import { closeSync, openSync, writeSync } from "node:fs";
import { type RecordedSignal, WAVES_TIME_PER_CYCLE } from "../engine.ts";
import type { TraceSlot } from "./layout.ts";
import { type VcdSignal, VcdWriter } from "./vcd-writer.ts";

/** Characters that are kept before they are written. */
const CHUNK = 1 << 16;

/**
 * A VCD file of a clock and of signals in the memory of a module, a sample each cycle. It is written at once and not in
 * the background: a run of millions of cycles would fill the memory first.
 */
export class WaveFile {
  readonly signals: readonly RecordedSignal[];
  readonly #vcd: VcdWriter;
  readonly #file: number;
  readonly #slots: readonly TraceSlot[];
  readonly #words: Uint32Array;
  /** The words of all slots, end to end, as they were. */
  readonly #last: Uint32Array;
  #text = "";
  #isFirst = true;

  constructor(file: string, top: string, clock: string, slots: readonly TraceSlot[], memory: ArrayBuffer) {
    this.#slots = slots;
    this.#words = new Uint32Array(memory);
    this.#last = new Uint32Array(slots.reduce((sum, { width }) => sum + wordsOf(width), 0));
    const signals: VcdSignal[] = [
      { scopes: [top], name: clock, width: 1, range: "" },
      ...slots.map(({ scoped, width, range }) => ({
        scopes: [top, ...scoped.scopes],
        name: scoped.name,
        width,
        range,
      })),
    ];
    this.signals = signals.map(({ scopes, name, width, range }) => ({
      path: [...scopes, name].join("."),
      width,
      range,
    }));
    this.#file = openSync(file, "w");
    this.#vcd = new VcdWriter({ write: (text) => this.#write(text) }, signals, "1 ns");
  }

  /** After edge `cycle`; the module's memory has settled. */
  sample(cycle: number): void {
    const time = WAVES_TIME_PER_CYCLE * cycle;
    this.#vcd.change(time, 0, 1);
    let at = 0;
    for (let index = 0; index < this.#slots.length; index++) {
      const { address, width } = this.#slots[index] as TraceSlot;
      const count = wordsOf(width);
      if (this.#hasChanged(address, width, at, count) || this.#isFirst)
        this.#vcd.change(time, index + 1, this.#valueAt(at, count));
      at += count;
    }
    this.#isFirst = false;
    this.#vcd.change(time + WAVES_TIME_PER_CYCLE / 2, 0, 0);
  }

  close(): void {
    this.#flush();
    closeSync(this.#file);
  }

  /** Takes the words over. Elements of a memory share words. */
  #hasChanged(address: number, width: number, to: number, count: number): boolean {
    const from = address >>> 2;
    const low = 8 * (address & 3);
    const mask = width < 32 ? 2 ** width - 1 : 0xffff_ffff;
    let hasChanged = false;
    for (let word = 0; word < count; word++) {
      const whole = this.#words[from + word] as number;
      const value = count === 1 ? ((whole >>> low) & mask) >>> 0 : whole;
      if (value === this.#last[to + word]) continue;
      this.#last[to + word] = value;
      hasChanged = true;
    }
    return hasChanged;
  }

  #valueAt(at: number, count: number): bigint | number {
    if (count === 1) return this.#last[at] as number;
    let value = 0n;
    for (let word = count - 1; word >= 0; word--)
      value = (value << 32n) | BigInt(this.#last[at + word] as number);
    return value;
  }

  #write(text: string): void {
    this.#text += text;
    if (this.#text.length > CHUNK) this.#flush();
  }

  #flush(): void {
    writeSync(this.#file, this.#text);
    this.#text = "";
  }
}

function wordsOf(width: number): number {
  return Math.ceil(width / 32);
}
