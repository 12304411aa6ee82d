import { createWriteStream, mkdirSync, type WriteStream } from "node:fs";
import { dirname } from "node:path";
import { finished } from "node:stream/promises";
import type { Simulation } from "../../engine/engine.ts";
import { VcdWriter } from "../vcd-writer.ts";

/** Runs a simulation cycle by cycle and writes the traced signals to a VCD file. */
export class WaveRecorder {
  readonly #simulation: Simulation;
  readonly #file: WriteStream;
  readonly #vcd: VcdWriter;

  constructor(simulation: Simulation, path: string) {
    mkdirSync(dirname(path), { recursive: true });
    this.#simulation = simulation;
    this.#file = createWriteStream(path);
    this.#vcd = new VcdWriter(this.#file, simulation.signals, "10 ns");
  }

  /** As `Simulation.run`, with a sample in each cycle. */
  run(cycles: number): number {
    let taken = 0;
    while (taken < cycles && this.#simulation.run(1) === 1) {
      taken++;
      this.#vcd.sample(
        this.#simulation.cycle,
        this.#simulation.signals.map((signal) => signal.read()),
      );
    }
    return taken;
  }

  async close(): Promise<void> {
    this.#file.end();
    await finished(this.#file);
  }
}
