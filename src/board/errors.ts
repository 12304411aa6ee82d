import { type Blame, HiltError } from "../core/errors.ts";

/** The process of a virtual board could not be started, or has ended without having been asked to. */
export class VirtualBoardError extends HiltError {
  readonly code = "E_VIRTUAL_BOARD";
  readonly blame: Blame = "link";

  constructor(board: string, problem: string, options?: ErrorOptions) {
    super(`virtual board ${board}: ${problem}`, options);
  }
}

/** The process of a virtual board is there and does nothing: it was stopped, or the machine has no time for it. */
export class BoardStandsStillError extends HiltError {
  readonly code = "E_BOARD_STANDS_STILL";
  readonly blame: Blame = "link";

  constructor(board: string, problem: string) {
    super(`virtual board ${board}: ${problem}`);
  }
}

/** A `board.yaml` is not what it must be. */
export class BoardFileError extends HiltError {
  readonly code = "E_BOARD_FILE";
  readonly blame: Blame = "usage";

  /** `place`: the file, with line and column or with the key. */
  constructor(place: string, problem: string) {
    super(`${place}: ${problem}`);
  }
}

/** There is no board of this name. */
export class UnknownBoardError extends HiltError {
  readonly code = "E_UNKNOWN_BOARD";
  readonly blame: Blame = "usage";

  constructor(name: string, names: readonly string[]) {
    super(`no board ${JSON.stringify(name)}; there is ${names.join(", ")}`);
  }
}

/** Somebody else has the board. */
export class BoardLockedError extends HiltError {
  readonly code = "E_BOARD_LOCKED";
  readonly blame: Blame = "environment";
  readonly holder: { readonly pid?: number };

  constructor(
    board: string,
    holder: {
      readonly pid?: number;
      readonly user?: string;
      readonly since?: string;
      readonly command?: string;
    },
    file: string,
  ) {
    const { pid, user, since, command } = holder;
    const facts = [user, since === undefined ? undefined : `since ${since}`, command].filter(
      (fact) => fact !== undefined,
    );
    super(
      `board ${board} is in use by ${processName(pid)}${facts.length === 0 ? "" : ` (${facts.join(", ")})`}; lock ${file}`,
    );
    this.holder = holder;
  }
}

/** A virtual board is asked to start that runs, or to stop that does not. */
export class BoardStateError extends HiltError {
  readonly code = "E_BOARD_STATE";
  readonly blame: Blame = "usage";
}

/** A board's design cannot become a bitstream: a tool refused it, it does not fit, or it is too slow for its clock. */
export class BitstreamError extends HiltError {
  readonly code = "E_BITSTREAM";
  readonly blame: Blame = "product";

  constructor(board: string, tool: string, problem: string) {
    super(`board ${board}: ${tool}: ${problem}`, { tool });
  }
}

/** `pid`: undefined where a lock does not say whose it is. */
function processName(pid: number | undefined): string {
  return pid === undefined ? "a process that does not say which it is" : `process ${pid}`;
}
