import { type Blame, HiltError } from "../../core/errors.ts";
import type { SimulationMessage } from "../../engine/engine.ts";

/** The design has ended the simulation: `$finish`, `$fatal`, `$error`, or an assertion that failed. Never a pass. */
export class SimulationEndedError extends HiltError {
  readonly code = "E_SIMULATION_ENDED";
  readonly blame: Blame = "product";
  readonly end: SimulationMessage;

  constructor(link: string, end: SimulationMessage) {
    const text = end.text.trim();
    super(
      `${link}: ${end.place}: ${end.kind} in cycle ${end.cycle} ended the simulation${text === "" ? "" : `: ${text}`}`,
    );
    this.end = end;
  }
}
