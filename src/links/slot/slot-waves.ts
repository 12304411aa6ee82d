import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import type { SignalGroup, WaveRecord } from "../../bus/wave-record.ts";
import type { RecordedSignal } from "../../engine/engine.ts";
import { recordedScopes, recordedSignals } from "../../engine/verilator/recorded-scopes.ts";
import { ControlCode } from "../../wire/control-message.ts";
import type { WavesWindow } from "../link-kind.ts";
import { groupsOf } from "../signal-groups.ts";
import { HARNESS } from "../simulator/harness-source.ts";
import { wavesTimeOf } from "../simulator/wave-recorder.ts";
import type { SlotControl } from "./slot-control.ts";

const CLOCK = "clk";

/** Waves of a slot, which its own process writes, from the end of the reset of a test to its end. */
export class SlotWaves implements WaveRecord {
  readonly file: string;
  readonly hasBegun = true;
  readonly #control: SlotControl;
  readonly #patterns: readonly string[];
  #signals: readonly RecordedSignal[] = [];

  private constructor(control: SlotControl, file: string, patterns: readonly string[]) {
    this.file = file;
    this.#control = control;
    this.#patterns = patterns;
  }

  /** Throws `ControlError` when the file cannot be written. */
  static begin(control: SlotControl, { path }: WavesWindow, patterns: readonly string[]): SlotWaves {
    const file = `${path}.fst`;
    mkdirSync(dirname(file), { recursive: true });
    const scopes = recordedScopes(HARNESS, [CLOCK, ...patterns]);
    control.request(ControlCode.wavesOn, Buffer.from(`${file}\0${scopes}`));
    return new SlotWaves(control, file, patterns);
  }

  get groups(): readonly SignalGroup[] {
    return groupsOf(HARNESS, this.#signals);
  }

  timeOf(cycle: number): number {
    return wavesTimeOf(cycle);
  }

  /** The file is whole afterwards. Throws `NoSignalError` for a pattern that nothing has matched. */
  end(): void {
    this.#control.request(ControlCode.wavesOff);
    this.#signals = recordedSignals(this.file, HARNESS, this.#patterns);
  }
}
