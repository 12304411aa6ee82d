import type { LineCounts } from "../bus/line-counts.ts";
import { AT, ENTRY_BYTES, entryAt, KIND, LOST } from "./entry-layout.ts";
import { JournalDamageError } from "./errors.ts";
import type { JournalBytes } from "./journal-bytes.ts";
import type { JournalEntry } from "./journal-entry.ts";
import { FRAME_BYTES } from "./journal-format.ts";
import { lineOf } from "./line-record.ts";
import { NumberSet } from "./number-set.ts";
import { type JournalRecord, RecordProblem, walkRecords } from "./record-walk.ts";

/** Bytes of the file for which one lowest cycle is kept. */
export const BLOCK_BYTES = 1 << 18;

/** What a first walk through the records finds: how far they are good, and what is to be known before the first is shown. */
export class RecordScan {
  /** Where the good records end. */
  end: number;
  damage: JournalDamageError | undefined;
  missing = 0;
  torn = 0;
  isLost = false;
  /** What a serial line has carried. */
  line: LineCounts | undefined;
  /** Addresses of register accesses. */
  readonly registers = new Set<number>();
  /** Numbers of the entries that a later record answers. */
  readonly answered = new NumberSet();
  /** Of each block of the file the lowest cycle that is in it or comes after it. */
  readonly lowest: number[] = [];
  readonly #file: string;
  readonly #start: number;
  /** Numbers of the entries that may be answered. */
  readonly #asking = new NumberSet();
  #number = 0;
  #records = 0;
  #hasEnded = false;

  constructor(file: string, bytes: JournalBytes, start: number) {
    this.#file = file;
    this.#start = start;
    this.end = start;
    for (const record of walkRecords(bytes, start)) {
      const problem = this.#hasEnded ? "bytes after its end" : this.#take(record);
      if (problem !== undefined) {
        this.damage = this.#damage(problem);
        break;
      }
    }
    if (!this.#hasEnded) this.damage ??= this.#damage("it is cut off: its last record is missing");
    for (let block = this.lowest.length - 2; block >= 0; block--)
      this.#lower(block, this.lowest[block + 1] as number);
  }

  /** Entries, those of gaps too. */
  get entries(): number {
    return this.#number;
  }

  #damage(what: string): JournalDamageError {
    return new JournalDamageError(this.#file, this.end, this.#records, what);
  }

  #take(record: JournalRecord | RecordProblem): string | undefined {
    if (record instanceof RecordProblem) return record.what;
    const { at, view } = record;
    const problem = this.#takeGood(at, view);
    if (problem !== undefined) return problem;
    this.#records++;
    this.end = at + FRAME_BYTES + view.byteLength;
    return undefined;
  }

  #takeGood(at: number, view: DataView): string | undefined {
    const kind = view.getUint8(0);
    const wide = Number(view.getBigUint64(AT.address, true));
    switch (kind) {
      case KIND.answer: {
        if (!this.#asking.has(wide) || this.answered.has(wide))
          return `an answer to entry ${wide}, which asks for none`;
        this.answered.add(wide);
        const crossed = view.getFloat64(AT.crossed, true);
        if (!Number.isNaN(crossed)) this.#see(at, crossed);
        return undefined;
      }
      case KIND.gap:
        this.missing += wide;
        this.#number += wide;
        return undefined;
      case KIND.torn:
        this.torn++;
        this.#number++;
        return undefined;
      case KIND.line:
        this.line = lineOf(view);
        return this.line === undefined ? "too few counts of a line" : undefined;
      case KIND.end:
        if (wide !== this.#number) return `its end counts ${wide} entries, and ${this.#number} are there`;
        this.#hasEnded = true;
        this.isLost = view.getUint8(AT.source) === LOST;
        return undefined;
      default:
        return this.#takeEntry(at, view, kind);
    }
  }

  #takeEntry(at: number, view: DataView, kind: number): string | undefined {
    const entry = entryAt(view, 0);
    if (entry === undefined) return `a record of kind ${kind}, which there is not`;
    const payload = view.byteLength - ENTRY_BYTES;
    if (entry.kind === "written" && payload > 0 && payload !== entry.lengthBytes)
      return `${payload} bytes where ${entry.lengthBytes} were written`;
    if (entry.kind === "register") this.registers.add(entry.address);
    if (isAsking(entry)) this.#asking.add(this.#number);
    this.#number++;
    this.#see(at, entry.cycle);
    return undefined;
  }

  #see(at: number, cycle: number): void {
    const block = Math.floor((at - this.#start) / BLOCK_BYTES);
    while (this.lowest.length <= block) this.lowest.push(Number.POSITIVE_INFINITY);
    this.#lower(block, cycle);
  }

  #lower(block: number, cycle: number): void {
    this.lowest[block] = Math.min(this.lowest[block] as number, cycle);
  }
}

function isAsking({ kind }: JournalEntry): boolean {
  return kind === "register" || kind === "access";
}
