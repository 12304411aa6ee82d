import { join, relative } from "node:path";
import type { Link } from "../bus/link.ts";
import { Journal } from "../journal/journal.ts";
import { writeRing } from "../journal/journal-file.ts";
import type { JournalHeader } from "../journal/journal-header.ts";
import type { JournalRing } from "../journal/journal-ring.ts";
import { deviceOf } from "../links/registry.ts";
import type { BenchFacts, RunContext } from "./run-context.ts";

/** The file in which the journal of a test stays after a failure. */
export class TestJournal {
  readonly journal: Journal;
  readonly #run: RunContext;
  readonly #test: string;
  /** Absolute; undefined where nobody keeps journals. */
  readonly #path: string | undefined;
  #isWritten = false;

  /** `test`: the bench's file and the test's full name; `stem`: the name of the file, without an ending. */
  constructor(run: RunContext, test: string, stem: string) {
    this.#run = run;
    this.#test = test;
    this.#path = run.journals === undefined ? undefined : join(run.journals.directory, `${stem}.journal`);
    this.journal = new Journal();
  }

  /** Writes what the ring has; `before` is an older state of it, from before a breach. */
  keep(link: Link, device: string, before?: JournalRing): void {
    if (this.#path === undefined || this.#isWritten) return;
    writeRing(this.#path, this.#header(link, device), this.journal.ring, before);
    this.#isWritten = true;
  }

  get facts(): Pick<BenchFacts, "journal"> {
    return this.#path === undefined || !this.#isWritten
      ? {}
      : { journal: relative(this.#run.root, this.#path) };
  }

  #header({ traits, clock }: Link, device: string): JournalHeader {
    const { target, seed, settings, journals } = this.#run;
    return {
      ...{ target, seed, device, test: this.#test, run: journals?.run ?? "" },
      ...(deviceOf(settings) === undefined ? { registers: "hilt-dma" } : {}),
      ...{ traits, clock: { kind: clock.kind, frequencyHz: clock.frequencyHz } },
    };
  }
}
