import { type Blame, HiltError } from "../../core/errors.ts";

/** A serial port cannot be opened: it is not there, it may not be opened, or somebody else has it. */
export class SerialPortError extends HiltError {
  readonly code = "E_SERIAL_PORT";
  readonly blame: Blame = "environment";
}

/** The board that has answered is not the one that the target describes. */
export class BoardMismatchError extends HiltError {
  readonly code = "E_BOARD_MISMATCH";
  readonly blame: Blame = "environment";
}

/** A target says neither its board nor its port, or both of them where one decides the other. */
export class UartSettingsError extends HiltError {
  readonly code = "E_CONFIG";
  readonly blame: Blame = "usage";

  constructor(target: string, problem: string) {
    super(`targets.${target}: ${problem}`);
  }
}
