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

/** Cocotb code of the user's, in the simulator of the test, has failed. Sticky. */
export class CocotbCodeError extends HiltError {
  readonly code = "E_COCOTB_CODE";
  readonly blame: Blame = "product";

  /** `traceback`: Python's. */
  constructor(target: string, traceback: string) {
    const lines = traceback.trim().split("\n");
    // What follows it are the values in an assertion.
    const what =
      lines.findLast((line) => /^[A-Za-z_][\w.]*(?:Error|Exception|Warning)\b/.test(line)) ?? lines.at(-1);
    super([`${target}: ${what}`, ...lines.map((line) => `    ${line}`)].join("\n"));
  }
}

/** Settings of a target that do not go together. */
export class CocotbSettingsError extends HiltError {
  readonly code = "E_CONFIG";
  readonly blame: Blame = "usage";

  constructor(target: string, problem: string) {
    super(`targets.${target}: ${problem}`);
  }
}
