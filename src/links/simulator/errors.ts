import { type Blame, HiltError } from "../../core/errors.ts";
import type { SimulationMessage } from "../../engine/engine.ts";

/** The simulated host has no such memory. */
export class SimulatedMemoryError extends HiltError {
  readonly code = "E_SIMULATED_MEMORY";
  readonly blame: Blame = "usage";
}

/** Coverage is asked of an engine that does not count it. */
export class NoCoverageError extends HiltError {
  readonly code = "E_NO_COVERAGE";
  readonly blame: Blame = "usage";

  constructor(engine: string) {
    super(`the engine ${engine} does not count coverage; only targets with the engine "verilator" do`);
  }
}

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
