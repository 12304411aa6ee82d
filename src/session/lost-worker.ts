import { relative } from "node:path";
import type { LinkEvent } from "../bus/event.ts";
import { describeJournal } from "../journal/describe-journal.ts";
import { Journal } from "../journal/journal.ts";
import type { JournalEntry } from "../journal/journal-entry.ts";
import { JournalFile, writeRing } from "../journal/journal-file.ts";
import { UNKNOWN_DEVICE } from "../journal/journal-header.ts";
import { type LeftRing, ringsLeft } from "../journal/left-rings.ts";
import type { LastWords } from "../links/link-kind.ts";
import { registerNamesOf } from "./register-names.ts";
import type { BenchFacts, RunContext } from "./run-context.ts";

/** What a process that is gone has left. */
export interface LeftBehind {
  readonly words: LastWords | undefined;
  /** What is known of a test that it had not brought to its end, by the bench's file and the test's full name. */
  factsOf(test: string): BenchFacts | undefined;
}

/** Finds it. Journals go to the places where their tests would have kept them. */
export function leftBehind(
  { root, workersDirectory = "" }: RunContext,
  pid: number,
  words: LastWords | undefined,
): LeftBehind {
  const rings = ringsLeft(workersDirectory, pid);
  return {
    words,
    factsOf: (test) => {
      const left = rings.find(({ header }) => header.test === test);
      return left === undefined && words === undefined ? undefined : factsOf(root, left, words);
    },
  };
}

/** With what the model had not handed over. */
function keptJournal(left: LeftRing | undefined, events: readonly LinkEvent[]): Journal {
  const grown = left?.isWhole ? JournalFile.resume(left.path, left.fileMemory, left.ring) : undefined;
  const journal = new Journal(left?.ring, grown);
  for (const event of events) journal.note(event);
  journal.close(undefined, { isLost: true });
  if (left !== undefined && grown === undefined)
    writeRing(left.path, left.header, journal.ring, { isLost: true });
  return journal;
}

const LOST = "the process of the test ended before it did";

function factsOf(root: string, left: LeftRing | undefined, words: LastWords | undefined): BenchFacts {
  const { entries } = keptJournal(left, words?.events ?? []);
  const isRise = (entry: JournalEntry): boolean => entry.kind === "interrupt" && entry.asserted;
  return {
    cycles: words?.cycle ?? entries.at(-1)?.cycle ?? 0,
    interrupts: entries.filter(isRise).length,
    holdings: [],
    hostMemoryMissing: LOST,
    lastEvents: describeJournal(entries, left === undefined ? undefined : registerNamesOf(left.header)),
    ...(left === undefined ? {} : { journal: relative(root, left.path) }),
    ...(left?.isWhole === true ? { journalIncomplete: LOST } : {}),
    ...(left === undefined || left.header.device === UNKNOWN_DEVICE ? {} : { device: left.header.device }),
  };
}
