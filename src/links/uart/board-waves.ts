import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import type { SignalGroup, WaveRecord } from "../../bus/wave-record.ts";
import { type RecordedSignal, WAVES_TIME_PER_CYCLE } from "../../engine/engine.ts";
import { recordedScopes, recordedSignals } from "../../engine/verilator/recorded-scopes.ts";
import type { ControlChannel } from "../../wire/control-channel.ts";
import { ControlError } from "../../wire/errors.ts";
import { groupsOf } from "../signal-groups.ts";
import type { CycleMap } from "./cycle-map.ts";

/** `hilt_board`, by the names that the wrapper of a virtual board and every top give to it. */
const TOP = "hilt_virtual_board.fpga.board";
const CLOCK = "clk";

/** Waves of a virtual board, which its own process writes, from the reset of a test to its end. */
export class BoardWaves implements WaveRecord {
  readonly file: string;
  readonly hasBegun = true;
  readonly #control: ControlChannel;
  readonly #patterns: readonly string[];
  readonly #cycles: CycleMap;
  /** The device's cycle at which the file's time is 0. */
  readonly #zero: number;
  #signals: readonly RecordedSignal[] = [];

  private constructor(
    control: ControlChannel,
    file: string,
    patterns: readonly string[],
    cycles: CycleMap,
    zero: number,
  ) {
    this.file = file;
    this.#control = control;
    this.#patterns = patterns;
    this.#cycles = cycles;
    this.#zero = zero;
  }

  /** `path`: without the ending of the format. Rejects with `ControlError` when the file cannot be written. */
  static async begin(
    control: ControlChannel,
    path: string,
    patterns: readonly string[],
    cycles: CycleMap,
  ): Promise<BoardWaves> {
    const file = `${path}.fst`;
    mkdirSync(dirname(file), { recursive: true });
    const zero = await control.beginWaves(file, recordedScopes(TOP, [CLOCK, ...patterns]));
    return new BoardWaves(control, file, patterns, cycles, zero);
  }

  get groups(): readonly SignalGroup[] {
    return groupsOf(TOP, this.#signals);
  }

  timeOf(cycle: number): number {
    return Math.round(WAVES_TIME_PER_CYCLE * (this.#cycles.deviceCycle(cycle) - this.#zero));
  }

  /** The file is whole afterwards. Rejects with `NoSignalError` for a pattern that nothing has matched. */
  async end(): Promise<void> {
    try {
      await this.#control.endWaves();
    } catch (error) {
      // The board is gone, as its line says, too: what there is of the file is nobody's to read here.
      if (error instanceof ControlError) return;
      throw error;
    }
    this.#signals = recordedSignals(this.file, TOP, this.#patterns);
  }
}
