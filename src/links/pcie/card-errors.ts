import { type Blame, HiltError } from "../../core/errors.ts";

/** No PCI function of this computer is the card of the target, or several are. */
export class NoCardError extends HiltError {
  readonly code = "E_NO_CARD";
  readonly blame: Blame = "environment";
}

/** The card is there, and user space may not have it as it is: no IOMMU, another driver, a shared group, permissions. */
export class CardSetupError extends HiltError {
  readonly code = "E_CARD_SETUP";
  readonly blame: Blame = "environment";
}

/** Another process has the card. */
export class CardBusyError extends HiltError {
  readonly code = "E_CARD_BUSY";
  readonly blame: Blame = "environment";
}

/** The card can be reset neither by its function nor by a register. */
export class CardResetError extends HiltError {
  readonly code = "E_CARD_RESET";
  readonly blame: Blame = "usage";
}

/** Less memory may be pinned than the test maps. */
export class PinLimitError extends HiltError {
  readonly code = "E_PIN_LIMIT";
  readonly blame: Blame = "environment";
}
