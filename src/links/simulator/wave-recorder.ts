import { createWriteStream, mkdirSync, type WriteStream } from "node:fs";
import { dirname } from "node:path";
import { finished } from "node:stream/promises";
import { type Blame, HiltError } from "../../core/errors.ts";
import type { Simulation } from "../../engine/engine.ts";
import type { WavesOptions } from "../open-options.ts";
import { VcdWriter } from "../vcd-writer.ts";

/** Runs a simulation cycle by cycle and writes the traced signals to a VCD file; before its start it only runs. */
export class WaveRecorder {
  readonly #simulation: Simulation;
  readonly #file: WriteStream;
  readonly #vcd: VcdWriter;
  readonly #hasStarted: () => boolean;
  /** Cycles before this one need no look at any signal. */
  readonly #firstCycle: number;

  /** Throws `NoSignalError` when nothing matches, or nothing has the name of the trigger. */
  constructor(simulation: Simulation, { file, patterns, from = 0 }: WavesOptions) {
    if (simulation.signals.length === 0) throw new NoSignalError(patterns.join(","));
    this.#simulation = simulation;
    if (typeof from === "number") {
      this.#firstCycle = from;
      this.#hasStarted = () => true;
    } else {
      const trigger = simulation.signals.find(({ name }) => name === from);
      if (trigger === undefined) throw new NoSignalError(from);
      let started = false;
      this.#firstCycle = 0;
      this.#hasStarted = () => {
        started ||= trigger.read() !== 0n;
        return started;
      };
    }
    mkdirSync(dirname(file), { recursive: true });
    this.#file = createWriteStream(file);
    this.#vcd = new VcdWriter(this.#file, simulation.signals, "10 ns");
  }

  /** As `Simulation.run`, with a sample in each cycle from the start on. */
  run(cycles: number): number {
    const unrecorded = Math.min(cycles, Math.max(0, this.#firstCycle - this.#simulation.cycle - 1));
    let taken = unrecorded > 0 ? this.#simulation.run(unrecorded) : 0;
    if (taken < unrecorded) return taken;
    while (taken < cycles && this.#simulation.run(1) === 1) {
      taken++;
      if (this.#hasStarted()) this.#sample();
    }
    return taken;
  }

  async close(): Promise<void> {
    this.#file.end();
    await finished(this.#file);
  }

  #sample(): void {
    const { cycle, signals } = this.#simulation;
    this.#vcd.sample(
      cycle,
      signals.map((signal) => signal.read()),
    );
  }
}

/** The design has no signal of this name or pattern. */
class NoSignalError extends HiltError {
  readonly code = "E_NO_SIGNAL";
  readonly blame: Blame = "usage";

  constructor(pattern: string) {
    super(`the design has no signal ${pattern}`);
  }
}
