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

/** A board has answered, and the line damages so much that its self-test does not end. */
export class NoisyLineError extends HiltError {
  readonly code = "E_NOISY_LINE";
  readonly blame: Blame = "link";

  /** `damaged`: frames; `bytes`: on the line, both ways. */
  constructor(where: string, seconds: number, { damaged, bytes }: { damaged: number; bytes: number }) {
    super(
      `${where}: a board answers, but the line is not fit for use: in ${seconds} s a self-test of some kilobytes did not end; ${errorRate(damaged, bytes)}`,
    );
  }
}

/** `damaged`: frames; `bytes`: on the line, both ways. */
export function errorRate(damaged: number, bytes: number): string {
  const frames = `${damaged} frame${damaged === 1 ? "" : "s"} damaged or lost`;
  return damaged === 0
    ? `${frames} in ${bytes} bytes`
    : `${frames}, one in ${Math.round(bytes / damaged)} bytes`;
}
