import { type Blame, HiltError } from "../../core/errors.ts";

/** The simulator did not start, or its Python did not. */
export class SimulatorProcessError extends HiltError {
  readonly code = "E_SIMULATOR_PROCESS";
  readonly blame: Blame = "environment";

  /** `output`: its last lines. */
  constructor(target: string, what: string, output: readonly string[]) {
    super([`${target}: the simulator ${what}`, ...output.map((line) => `    ${line}`)].join("\n"));
  }
}

/** This simulator and this cocotb do not work together, or one of them is missing. */
export class CocotbPairError extends HiltError {
  readonly code = "E_COCOTB_PAIR";
  readonly blame: Blame = "environment";
}
