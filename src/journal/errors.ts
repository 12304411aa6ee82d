import { counted } from "../core/counted.ts";
import { type Blame, HiltError } from "../core/errors.ts";

/** The file is not a journal that this version reads. */
export class JournalFormatError extends HiltError {
  readonly code = "E_JOURNAL_FORMAT";
  readonly blame: Blame = "usage";

  constructor(file: string, what: string) {
    super(`${file}: ${what}`);
  }
}

/** The journal is damaged from some place on; all entries before it are good. */
export class JournalDamageError extends HiltError {
  readonly code = "E_JOURNAL_DAMAGED";
  readonly blame: Blame = "environment";
  /** Of the first byte that is not read. */
  readonly offset: number;

  constructor(file: string, offset: number, records: number, what: string) {
    super(`${file}: byte ${offset}, after ${counted(records, "record")}: ${what}`);
    this.offset = offset;
  }
}
