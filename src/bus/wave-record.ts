/** Signals of a device that a link writes to a file. */
export interface WaveRecord {
  /** GTKWave and Surfer open it; there only once `hasBegun`, whole once the link is closed. */
  readonly file: string;
  readonly hasBegun: boolean;
  /** Where a cycle of the link's clock begins in the file, in the unit of the file's times. */
  timeOf(cycle: number): number;
}
