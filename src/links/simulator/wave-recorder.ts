import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import type { SignalGroup, WaveRecord } from "../../bus/wave-record.ts";
import { type RecordedSignal, type Simulation, WAVES_TIME_PER_CYCLE } from "../../engine/engine.ts";
import { NoSignalError } from "../../engine/errors.ts";
import type { WavesWindow } from "../link-kind.ts";
import { groupsOf } from "../signal-groups.ts";
import { HARNESS } from "./harness-source.ts";

/**
 * Cycle 0 of the link, and of every report, is the first one after the reset: the edges of the clock before it are in
 * the simulation's count and in the waves, but not in the link's.
 */
export const RESET_CYCLES = 4;

/** Where cycle `cycle` of the link begins in a file of waves, in ns. What is seen there is what the cycle's edge takes. */
export function wavesTimeOf(cycle: number): number {
  return WAVES_TIME_PER_CYCLE * (cycle + RESET_CYCLES);
}

/** Runs a simulation and records waves of its window: from a cycle or a signal on, up to a cycle or the end. */
export class WaveRecorder implements WaveRecord {
  readonly file: string;
  readonly #simulation: Simulation;
  /** The first cycle in the file, where it is known; like `#last` in edges of the simulation. */
  readonly #first: number | undefined;
  readonly #trigger: { read(): bigint } | undefined;
  readonly #last: number;
  #stop: (() => Promise<readonly RecordedSignal[]>) | undefined;
  #stopped: Promise<readonly RecordedSignal[]> | undefined;
  #signals: readonly RecordedSignal[] = [];

  /** `from` and `to` are cycles of the link. Throws `NoSignalError` when nothing has the name of the trigger. */
  constructor(
    simulation: Simulation,
    file: string,
    { from = -RESET_CYCLES, to = Number.POSITIVE_INFINITY }: Pick<WavesWindow, "from" | "to">,
  ) {
    this.#simulation = simulation;
    this.file = file;
    this.#last = to + RESET_CYCLES;
    if (typeof from === "number") {
      this.#first = from + RESET_CYCLES;
    } else {
      this.#trigger = simulation.signals.find(({ name }) => name === from);
      if (this.#trigger === undefined) throw new NoSignalError(from);
    }
    mkdirSync(dirname(file), { recursive: true });
  }

  get hasBegun(): boolean {
    return this.#stop !== undefined;
  }

  get groups(): readonly SignalGroup[] {
    return groupsOf(HARNESS, this.#signals);
  }

  timeOf(cycle: number): number {
    return wavesTimeOf(cycle);
  }

  /** As `Simulation.run`. */
  run(cycles: number): number {
    if (this.#stopped !== undefined) return this.#simulation.run(cycles);
    if (this.#stop !== undefined) return this.#recorded(cycles);
    return this.#first === undefined ? this.#untilTriggered(cycles) : this.#untilCycle(cycles, this.#first);
  }

  /** The file is whole afterwards. */
  async close(): Promise<void> {
    this.#stopped ??= this.#stop?.() ?? Promise.resolve([]);
    this.#signals = await this.#stopped;
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
    // Whoever closes the link hears of an error.
    this.close().catch(() => {});
    return taken + this.#simulation.run(cycles - taken);
  }

  #start(): void {
    this.#stop = this.#simulation.recordWaves(this.file);
  }
}
