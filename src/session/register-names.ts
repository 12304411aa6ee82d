import { describeAccess } from "../driver/register-file.ts";
import type { RegisterNames } from "../journal/describe-journal.ts";
import type { JournalHeader } from "../journal/journal-header.ts";

/** The names of the registers that a journal has addresses of. */
export function registerNamesOf({ registers }: JournalHeader): RegisterNames {
  return registers === "hilt-dma" ? describeAccess : () => undefined;
}
