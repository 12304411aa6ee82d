import { bytesInMemory } from "../../../src/journal/journal-bytes.ts";
import type { JournalEntry } from "../../../src/journal/journal-entry.ts";
import * as reading from "../../../src/journal/read-journal.ts";

/** A small journal, with all of its entries. */
export function readJournal(
  file: string,
  bytes: Uint8Array,
): reading.ReadJournal & { entries: JournalEntry[] } {
  const journal = reading.readJournal(file, bytesInMemory(bytes));
  return { ...journal, entries: [...journal.entries] };
}
