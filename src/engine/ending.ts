import type { SimulationMessage } from "./engine.ts";

/** After one of these a design takes no further edge. */
export const ENDING: ReadonlySet<SimulationMessage["kind"]> = new Set([
  "finish",
  "stop",
  "fatal",
  "error",
  "assert",
  "assume",
]);
