import { createWriteStream, type WriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import { type TraceSignal, WAVES_TIME_PER_CYCLE } from "../engine.ts";
import { VcdWriter } from "./vcd-writer.ts";

/** A VCD file of a clock and signals, a sample each cycle. */
export class WaveFile {
  readonly #signals: readonly TraceSignal[];
  readonly #file: WriteStream;
  readonly #vcd: VcdWriter;

  constructor(file: string, clock: string, signals: readonly TraceSignal[]) {
    this.#signals = signals;
    this.#file = createWriteStream(file);
    const others = signals.map(({ name, width }) => ({ name, width }));
    this.#vcd = new VcdWriter(this.#file, [{ name: clock, width: 1 }, ...others], "1 ns");
  }

  /** After edge `cycle`. */
  sample(cycle: number): void {
    const time = WAVES_TIME_PER_CYCLE * cycle;
    this.#vcd.sample(time, [1n, ...this.#signals.map((signal) => signal.read())]);
    this.#vcd.sample(time + WAVES_TIME_PER_CYCLE / 2, [0n]);
  }

  async close(): Promise<void> {
    this.#file.end();
    await finished(this.#file);
  }
}
