/** Signals of a device that a link writes to a file. */
export interface WaveRecord {
  /** GTKWave and Surfer open it; there only once `hasBegun`, whole once the link is closed. */
  readonly file: string;
  readonly hasBegun: boolean;
  /** What is in the file and worth a look; known once the link is closed. */
  readonly groups: readonly SignalGroup[];
  /** Where a cycle of the link's clock begins in the file, in the unit of the file's times. */
  timeOf(cycle: number): number;
}

export interface SignalGroup {
  readonly name: string;
  readonly signals: readonly WaveSignal[];
}

/** A signal as it is called in a file of waves. */
export interface WaveSignal {
  /** Scopes and name, with dots between them. */
  readonly path: string;
  readonly width: number;
  /** Of its bits, such as `[7:0]`; empty for a single one. */
  readonly range: string;
  /** Best read as a decimal number. */
  readonly isCount?: boolean;
}
