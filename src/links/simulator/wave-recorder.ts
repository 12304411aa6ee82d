import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import type { Simulation } from "../../engine/engine.ts";
import { NoSignalError } from "../../engine/errors.ts";
import type { WavesChoice } from "../open-options.ts";

/** Runs a simulation and records waves of its window: from a cycle or a signal on, up to a cycle or the end. */
export class WaveRecorder {
  readonly #simulation: Simulation;
  readonly #file: string;
  /** The first cycle in the file, where it is known. */
  readonly #first: number | undefined;
  readonly #trigger: { read(): bigint } | undefined;
  readonly #last: number;
  #stop: (() => Promise<void>) | undefined;
  #isOver = false;

  /** Throws `NoSignalError` when nothing has the name of the trigger. */
  constructor(
    simulation: Simulation,
    file: string,
    { from = 0, to = Number.POSITIVE_INFINITY }: WavesChoice,
  ) {
    this.#simulation = simulation;
    this.#file = file;
    this.#last = to;
    if (typeof from === "number") {
      this.#first = from;
    } else {
      this.#trigger = simulation.signals.find(({ name }) => name === from);
      if (this.#trigger === undefined) throw new NoSignalError(from);
    }
    mkdirSync(dirname(file), { recursive: true });
  }

  /** As `Simulation.run`. */
  run(cycles: number): number {
    if (this.#isOver) return this.#simulation.run(cycles);
    if (this.#stop !== undefined) return this.#recorded(cycles);
    return this.#first === undefined ? this.#untilTriggered(cycles) : this.#untilCycle(cycles, this.#first);
  }

  async close(): Promise<void> {
    this.#isOver = true;
    await this.#stop?.();
  }

  #untilCycle(cycles: number, first: number): number {
    const unrecorded = Math.min(cycles, Math.max(0, first - this.#simulation.cycle - 1));
    const taken = unrecorded > 0 ? this.#simulation.run(unrecorded) : 0;
    if (taken < unrecorded || taken === cycles) return taken;
    this.#start();
    return taken + this.#recorded(cycles - taken);
  }

  #untilTriggered(cycles: number): number {
    let taken = 0;
    while (taken < cycles && this.#simulation.run(1) === 1) {
      taken++;
      if (this.#trigger?.read() === 0n) continue;
      this.#start();
      return taken + this.#recorded(cycles - taken);
    }
    return taken;
  }

  #recorded(cycles: number): number {
    const left = Math.max(0, this.#last - this.#simulation.cycle);
    if (left >= cycles) return this.#simulation.run(cycles);
    const taken = this.#simulation.run(left);
    if (taken < left) return taken;
    void this.close();
    return taken + this.#simulation.run(cycles - taken);
  }

  #start(): void {
    this.#stop = this.#simulation.recordWaves(this.#file);
  }
}
