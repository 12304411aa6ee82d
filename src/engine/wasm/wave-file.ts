import { createWriteStream, type WriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import type { TraceSignal } from "../engine.ts";
import { VcdWriter } from "./vcd-writer.ts";

/** A VCD file of signals, a sample each cycle. */
export class WaveFile {
  readonly #signals: readonly TraceSignal[];
  readonly #file: WriteStream;
  readonly #vcd: VcdWriter;

  constructor(file: string, signals: readonly TraceSignal[]) {
    this.#signals = signals;
    this.#file = createWriteStream(file);
    this.#vcd = new VcdWriter(this.#file, signals, "10 ns");
  }

  sample(cycle: number): void {
    this.#vcd.sample(
      cycle,
      this.#signals.map((signal) => signal.read()),
    );
  }

  async close(): Promise<void> {
    this.#file.end();
    await finished(this.#file);
  }
}
