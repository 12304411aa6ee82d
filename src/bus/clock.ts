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

/** Throws `RangeError` for what is not a whole number of cycles from 0. */
export function checkCycles(cycles: number): void {
  if (!Number.isSafeInteger(cycles) || cycles < 0)
    throw new RangeError(`${cycles} cycles: not a whole number from 0 to ${Number.MAX_SAFE_INTEGER}`);
}

/** Cycles in `milliseconds` of device time, at least one. */
export function cyclesIn(clock: Clock, milliseconds: number): number {
  return Math.max(1, Math.ceil((milliseconds * clock.frequencyHz) / 1000));
}
