import { Journal } from "../../../src/journal/journal.ts";
import { JournalFile } from "../../../src/journal/journal-file.ts";
import type { JournalHeader } from "../../../src/journal/journal-header.ts";
import { JournalRing } from "../../../src/journal/journal-ring.ts";

export const header: JournalHeader = {
  ...{
    target: "wasm",
    seed: "0x1",
    device: "nobody's, ü",
    run: "20260101-000000-wasm",
    test: "a.hil.ts > ß",
  },
  traits: {
    ...{
      time: "stepped",
      interrupts: "level",
      vectors: 1,
      registerErrors: "reported",
      observes: "bursts",
      busRules: true,
    },
    ...{ errors: true, waves: false, signals: false, registerBits: 32, users: "many" },
    windows: { readUnit: 8, writeUnit: 8, reportsFaults: true },
  },
  clock: { kind: "simulated", frequencyHz: 100_000_000 },
};

/** Of a serial line, all different. */
export const line = {
  ...{ framesSent: 2 ** 40, framesReceived: 2, damaged: 3, gaps: 4, askedAgain: 5 },
  ...{ timeouts: 6, bytesSentAgain: 7, roundTrips: 8, roundTripMs: 9.5 },
};

/** A journal in a file that grows, closed. */
export function grown(path: string, act: (journal: Journal) => void): Journal {
  const file = new JournalFile(path);
  const journal = new Journal(new JournalRing(), file);
  act(journal);
  file.begin(header);
  journal.close(line);
  return journal;
}
