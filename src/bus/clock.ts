/**
 * Time as the device sees it. In a simulation it counts clock cycles and moves only when the host asks for it; on a
 * board it is wall time expressed in cycles of the device's clock.
 */
export interface Clock {
  readonly kind: "simulated" | "wall";
  /** Cycles since the link was opened. */
  readonly cycle: number;
  /** Cycles per second of device time. */
  readonly frequencyHz: number;
}

/** Cycles in `milliseconds` of device time, at least one. */
export function cyclesIn(clock: Clock, milliseconds: number): number {
  return Math.max(1, Math.ceil((milliseconds * clock.frequencyHz) / 1000));
}
