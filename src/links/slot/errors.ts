import { type Blame, HiltError } from "../../core/errors.ts";

/** The process of a simulated slot cannot be started, or has ended. */
export class SlotError extends HiltError {
  readonly code = "E_SLOT";
  readonly blame: Blame = "link";
  readonly slot: string;

  constructor(slot: string, what: string, options?: ErrorOptions) {
    super(`simulated slot ${slot}: ${what}`, options);
    this.slot = slot;
  }
}
