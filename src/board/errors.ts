import { type Blame, HiltError } from "../core/errors.ts";

/** The process of a virtual board could not be started, or has ended without having been asked to. */
export class VirtualBoardError extends HiltError {
  readonly code = "E_VIRTUAL_BOARD";
  readonly blame: Blame = "link";

  constructor(board: string, problem: string, options?: ErrorOptions) {
    super(`virtual board ${board}: ${problem}`, options);
  }
}
