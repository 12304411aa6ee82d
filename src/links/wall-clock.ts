import type { Clock } from "../bus/clock.ts";

/** Time of this computer from now on, in cycles of a device's clock. */
export function wallClock(frequencyHz: number): Clock {
  const start = performance.now();
  return {
    kind: "wall",
    frequencyHz,
    get cycle() {
      return Math.floor(((performance.now() - start) * frequencyHz) / 1000);
    },
  };
}
