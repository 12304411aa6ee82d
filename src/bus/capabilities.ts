/**
 * What a link can do, as data, asked in one place. A bench states its needs by these names and is skipped, with the
 * reason, on a target that lacks one.
 */
export interface Capabilities {
  /** Time moves only when the host asks for it; the same seed gives the same cycles. */
  readonly stepsTime: boolean;
  /** Every burst of the device is reported as an event. */
  readonly observesDma: boolean;
  /** Latency, stalls and errors of host memory can be chosen. */
  readonly injectsFaults: boolean;
  /** Signals can be recorded. */
  readonly hasWaves: boolean;
  /** An access outside every open window is refused and reported. */
  readonly enforcesWindows: boolean;
}

export type Capability = keyof Capabilities;
