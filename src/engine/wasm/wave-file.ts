import { createWriteStream, type WriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import { type RecordedSignal, type TraceSignal, WAVES_TIME_PER_CYCLE } from "../engine.ts";
import { VcdWriter } from "./vcd-writer.ts";

/** A VCD file of a clock and signals, a sample each cycle. */
export class WaveFile {
  readonly signals: readonly RecordedSignal[];
  readonly #read: readonly TraceSignal[];
  readonly #file: WriteStream;
  readonly #vcd: VcdWriter;

  constructor(file: string, top: string, clock: string, signals: readonly TraceSignal[]) {
    this.#read = signals;
    this.#file = createWriteStream(file);
    this.signals = [{ name: clock, width: 1 }, ...signals].map(({ name, width }) => {
      const range = width === 1 ? "" : `[${width - 1}:0]`;
      return { path: `${top}.${name}`, width, range };
    });
    this.#vcd = new VcdWriter(this.#file, this.signals, "1 ns");
  }

  /** After edge `cycle`. */
  sample(cycle: number): void {
    const time = WAVES_TIME_PER_CYCLE * cycle;
    this.#vcd.sample(time, [1n, ...this.#read.map((signal) => signal.read())]);
    this.#vcd.sample(time + WAVES_TIME_PER_CYCLE / 2, [0n]);
  }

  async close(): Promise<void> {
    this.#file.end();
    await finished(this.#file);
  }
}
