import { readFileSync, rmSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import type { JournalEntry } from "../journal/journal-entry.ts";
import { readJournal } from "../journal/journal-ring.ts";
import { eventsLeft } from "../links/simulator/event-log.ts";

/** What a model left before it took its process with it (sim/verilator/watch.cpp). */
export interface LastWords {
  /** It crashed (`number` is the signal), or one evaluation never ended (`number` milliseconds). */
  readonly kind: "signal" | "stall";
  readonly number: number;
  /** Cycles since the model was opened. */
  readonly cycle: number;
  /** What crossed the link last. */
  readonly journal: readonly JournalEntry[];
}

interface Header extends Omit<LastWords, "journal"> {
  /** Bytes of each block behind the header: the journal, then what the link keeps. */
  readonly blocks: readonly number[];
}

export function lastWordsFile(directory: string, pid: number): string {
  return join(directory, `${pid}.last`);
}

/** Takes the last words of a process; undefined when it left none. */
export function takeLastWords(directory: string, pid: number): LastWords | undefined {
  const file = lastWordsFile(directory, pid);
  try {
    const bytes = readFileSync(file);
    rmSync(file);
    const end = bytes.indexOf("\n");
    const { kind, number, cycle, blocks } = JSON.parse(bytes.toString("utf8", 0, end)) as Header;
    const found: Uint8Array[] = [];
    let at = end + 1;
    for (const length of blocks) {
      found.push(bytes.subarray(at, at + length));
      at += length;
    }
    const [kept = new Uint8Array(), ...rest] = found;
    return { kind, number, cycle, journal: [...readJournal(Uint8Array.from(kept)), ...eventsLeft(rest)] };
  } catch {
    return undefined;
  }
}

/** Such as SIGSEGV. */
export function signalName(number: number): string {
  return Object.entries(constants.signals).find(([, value]) => value === number)?.[0] ?? `signal ${number}`;
}
