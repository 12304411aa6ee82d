import { join, relative } from "node:path";
import type { LineCounts } from "../bus/line-counts.ts";
import type { Link } from "../bus/link.ts";
import { Journal } from "../journal/journal.ts";
import { JournalFile, writeRing } from "../journal/journal-file.ts";
import { type JournalHeader, UNKNOWN_DEVICE } from "../journal/journal-header.ts";
import { JournalRing } from "../journal/journal-ring.ts";
import { ringFileName } from "../journal/left-rings.ts";
import { RingFile } from "../journal/ring-file.ts";
import { deviceOf } from "../links/registry.ts";
import type { BenchFacts, RunContext } from "./run-context.ts";

/** Rings of this process that no test has: tests come one after the other, or side by side. */
const free: RingFile[] = [];
let count = 0;

/** Undefined where nobody would look for it, or the file system has none. */
function takeRingFile({ journals, workersDirectory }: RunContext): RingFile | undefined {
  if (journals === undefined || workersDirectory === undefined) return undefined;
  const known = free.pop();
  if (known !== undefined) return known;
  try {
    return RingFile.open(join(workersDirectory, ringFileName(process.pid, count++)));
  } catch (error) {
    process.stderr.write(`a process that is lost leaves no journal here: ${(error as Error).message}\n`);
    return undefined;
  }
}

/** The journal of a test, and the file where it stays: all of it, or after a failure the last entries. */
export class TestJournal {
  readonly journal: Journal;
  readonly #run: RunContext;
  readonly #test: string;
  /** Absolute; undefined where nobody keeps journals. */
  readonly #path: string | undefined;
  /** That has everything. */
  readonly #whole: JournalFile | undefined;
  /** For the case that this process does not bring the test to its end. */
  readonly #ringFile: RingFile | undefined;
  #isWritten = false;

  /** `test`: the bench's file and the test's full name; `stem`: the name of the file, without an ending. */
  constructor(run: RunContext, test: string, stem: string) {
    const { journals } = run;
    this.#run = run;
    this.#test = test;
    this.#path = journals === undefined ? undefined : join(journals.directory, `${stem}.journal`);
    this.#ringFile = takeRingFile(run);
    this.#whole =
      this.#path === undefined || journals?.isWhole !== true
        ? undefined
        : new JournalFile(this.#path, this.#ringFile?.fileMemory);
    this.journal = new Journal(this.#ringFile?.clear() ?? new JournalRing(), this.#whole);
  }

  /** Notes what the device does from now on. */
  listen(link: Link): void {
    this.#describe(link, UNKNOWN_DEVICE);
    link.onEvent((event) => this.journal.note(event), { bytes: this.#whole !== undefined });
    if (link.traits.observes === "nothing")
      this.journal.noteIncomplete("the link does not observe what the device writes");
  }

  /** The device is known: a journal that is kept whole goes to its file from now on. */
  begin(link: Link, device: string): void {
    this.#describe(link, device);
    this.#whole?.begin(this.#header(link, device));
  }

  /** The test failed: what is in memory goes to the file. `before` is an older state of it, from before a breach. */
  keep(link: Link, device: string, before?: JournalRing): void {
    if (this.#path === undefined || this.#isWritten) return;
    if (this.#whole !== undefined) {
      if (!this.#whole.hasBegun) this.begin(link, device);
      return;
    }
    writeRing(this.#path, this.#header(link, device), this.journal.ring, { before, line: link.line });
    this.#isWritten = true;
  }

  get facts(): Pick<BenchFacts, "journal" | "journalIncomplete"> {
    const { incompleteness } = this.journal;
    const isThere = this.#isWritten || this.#whole?.hasBegun === true;
    if (this.#path === undefined || !isThere) return {};
    return {
      journal: relative(this.#run.root, this.#path),
      ...(this.#whole === undefined || incompleteness === undefined
        ? {}
        : { journalIncomplete: incompleteness }),
    };
  }

  /** The link is closed; `line`: what its serial line has carried. */
  close(line?: LineCounts): void {
    this.journal.close(line);
    if (this.#ringFile === undefined) return;
    this.#ringFile.release();
    free.push(this.#ringFile);
  }

  #describe(link: Link, device: string): void {
    if (this.#path === undefined) return;
    const isWhole = this.#whole !== undefined;
    this.#ringFile?.describe({ path: this.#path, header: this.#header(link, device), isWhole });
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
