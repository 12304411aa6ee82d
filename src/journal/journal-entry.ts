import type { LinkEvent } from "../bus/event.ts";

/** Whatever crossed the link, in order: an event of the link, or an access to a register. */
export type JournalEntry =
  | LinkEvent
  | {
      readonly kind: "register";
      readonly cycle: number;
      readonly access: "read" | "write";
      readonly address: number;
      readonly value: number;
      /** The access was refused or not answered: a read has no value. */
      readonly isFailed?: true;
    };
