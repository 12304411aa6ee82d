import { crc32 } from "node:zlib";
import { LinkClosedError, LinkLostError, NoAnswerError, RegisterAccessError } from "../bus/errors.ts";
import type { Direction, LinkEvent } from "../bus/event.ts";
import type { LineCounts } from "../bus/line-counts.ts";
import { OpenAccesses } from "../bus/open-accesses.ts";
import type { Window } from "../bus/window.ts";
import { logicalAddress } from "../core/address.ts";
import { protocolRules } from "../spec/protocol-rules.ts";
import { KIND, NO_MASTER } from "./entry-layout.ts";
import { type Failure, failures, type JournalEntry } from "./journal-entry.ts";
import type { JournalFile } from "./journal-file.ts";
import { JournalRing, readRing } from "./journal-ring.ts";
import { WriteProof } from "./write-proof.ts";

const UNKNOWN = Number.NaN;
const NOWHERE = logicalAddress(0n);

/**
 * What crosses a link, in order: the last entries in a ring in memory, and all of them in a file where there is one. A request is
 * noted when it is made and completed when it has been answered, so that one that never is stands there, too.
 */
export class Journal {
  readonly ring: JournalRing;
  readonly #file: JournalFile | undefined;
  /** Numbers of the register accesses, and of the device's, that have no answer yet, the oldest first. */
  readonly #registers: number[];
  readonly #accesses = new OpenAccesses<number>();
  /** The entry of windows that others may join. */
  #windows: { readonly number: number; readonly like: Window; readonly isOpening: boolean } | undefined;
  #windowsCycle = 0;
  readonly #proof = new WriteProof();
  #incompleteness: string | undefined;

  constructor(ring: JournalRing = new JournalRing(), file?: JournalFile) {
    this.ring = ring;
    this.#file = file;
    this.#registers = [];
    for (let number = ring.oldest; number < ring.written; number++) this.#restore(number);
  }

  /** The last entries, sorted. */
  get entries(): JournalEntry[] {
    return readRing(this.ring);
  }

  /** The host asks for a register access; the result is its number. */
  ask(access: Direction, address: number, value: number, cycle: number): number {
    this.#endWindows();
    const number = this.ring.noteRegister(access, address, value, cycle);
    this.#file?.append(this.ring.slot(number));
    keep(this.#registers, number, this.ring);
    return number;
  }

  /** The answer has reached the host: what was asked before it is done. A link that sees cycles has told of all of it already. */
  answer(number: number, cycle: number, value?: number): void {
    while ((this.#registers[0] ?? number + 1) <= number) {
      const done = this.#registers.shift() as number;
      if (done === number) this.#complete(done, cycle, undefined, value);
      else this.#complete(done, UNKNOWN, undefined);
    }
  }

  /** These accesses were rejected with `error`, that of one of them or of a write before them. */
  fail(requests: readonly number[], error: unknown): void {
    const last = requests.at(-1) ?? -1;
    const isOfAccess = error instanceof RegisterAccessError || error instanceof NoAnswerError;
    const culprit = isOfAccess
      ? this.#registers.find((one) => one <= last && this.ring.registerOf(one) === error.address)
      : undefined;
    if (culprit !== undefined) {
      this.answer(culprit - 1, UNKNOWN);
      this.#drop(culprit, failureOf(error));
    }
    for (const request of requests)
      if (this.#registers.includes(request)) this.#drop(request, isOfAccess ? "not done" : failureOf(error));
  }

  /** Not all that the device writes is in the file, for this reason. */
  noteIncomplete(reason: string): void {
    this.#incompleteness ??= reason;
  }

  /** Why the file does not have the bytes of all writes of the device; undefined when it has. */
  get incompleteness(): string | undefined {
    if (this.#incompleteness !== undefined) return this.#incompleteness;
    return this.#proof.isBroken ? "the link did not give the bytes of each write of the device" : undefined;
  }

  note(event: LinkEvent): void {
    const { cycle } = event;
    if (this.#file !== undefined) this.#proof.see(event);
    switch (event.kind) {
      case "register":
        this.#answered(event);
        return;
      case "written": {
        const { address, bytes } = event;
        this.#endWindows();
        const { length } = bytes;
        const number = this.ring.note(KIND.written, cycle, cycle, false, 0, length, address, crc32(bytes));
        this.#file?.append(this.ring.slot(number), bytes);
        return;
      }
      case "access": {
        const { direction, address, lengthBytes, master = NO_MASTER } = event;
        const isWrite = direction === "write";
        const number = this.#note(KIND.access, cycle, UNKNOWN, isWrite, master, lengthBytes, address);
        // What has fallen out of the ring needs no answer; a link that never reports one would fill the list.
        this.#accesses.begin(event, number);
        this.#accesses.forget(direction, (one) => one < this.ring.oldest);
        return;
      }
      case "access-end": {
        const number = this.#accesses.end(event);
        if (number !== undefined) this.#complete(number, cycle, undefined);
        return;
      }
      case "interrupt":
        this.#note(KIND.interrupt, cycle, cycle, event.asserted, event.vector, 0, NOWHERE);
        return;
      case "violation": {
        const rule = protocolRules.findIndex(({ name }) => name === event.rule);
        const { address, deviceCycle = 0 } = event;
        this.#note(KIND.violation, cycle, cycle, false, 0, rule >>> 0, address, deviceCycle);
        return;
      }
      default:
        this.#note(KIND[event.kind], cycle, cycle, event.direction === "write", 0, 0, event.address);
    }
  }

  /**
   * Windows of one kind that follow each other without anything between are one entry. `left` are the bytes of a window
   * that is closed and that the device could write in.
   */
  noteWindow(isOpening: boolean, cycle: number, window: Window, left?: Uint8Array): void {
    const { access, use } = window;
    const open = this.#windows;
    const isMore =
      open !== undefined &&
      open.number === this.ring.written - 1 &&
      this.#windowsCycle === cycle &&
      open.isOpening === isOpening &&
      open.like.access === access &&
      open.like.use === use;
    if (isMore) {
      this.ring.addWindow(open.number, window, left);
      return;
    }
    this.#endWindows();
    const number = this.ring.noteWindow(isOpening, cycle, window, left);
    this.#windows = { number, like: window, isOpening };
    this.#windowsCycle = cycle;
  }

  /** Nothing comes any more. `line`: what a serial line has carried. `isLost`: the process that began it is gone. */
  close(line?: LineCounts, { isLost = false }: { readonly isLost?: boolean } = {}): void {
    this.#endWindows();
    this.#file?.close(this.incompleteness === undefined && !isLost, { line, isLost });
  }

  #note(...entry: Parameters<JournalRing["note"]>): number {
    this.#endWindows();
    const number = this.ring.note(...entry);
    this.#file?.append(this.ring.slot(number));
    return number;
  }

  #endWindows(): void {
    if (this.#windows === undefined) return;
    this.#file?.append(this.ring.slot(this.#windows.number));
    this.#windows = undefined;
  }

  /** A link may answer what nobody noted, such as the accesses of another user of it. */
  #answered({ access, address, cycle, value, isRefused }: Extract<LinkEvent, { kind: "register" }>): void {
    const place = this.#registers.findIndex((one) => this.ring.isRegister(one, access, address));
    if (place === -1) return;
    const [number] = this.#registers.splice(place, 1) as [number];
    this.#complete(number, cycle, isRefused ? "refused" : undefined, value);
  }

  #complete(number: number, cycle: number, failure: Failure | undefined, value?: number): void {
    const code = failure === undefined ? 0 : failures.indexOf(failure) + 1;
    this.ring.complete(number, cycle, code, value);
    this.#file?.answer(number, cycle, code, value);
  }

  #drop(number: number, failure: Failure): void {
    this.#registers.splice(this.#registers.indexOf(number), 1);
    this.#complete(number, UNKNOWN, failure);
  }

  #restore(number: number): void {
    const entry = this.ring.entry(number);
    if (entry === undefined || entry.crossed !== undefined) return;
    if (entry.kind === "access") this.#accesses.begin(entry, number);
    else if (entry.kind === "register" && !entry.isAnswered && entry.failure === undefined)
      this.#registers.push(number);
  }
}

/** What has fallen out of the ring needs no answer; a link that never tells of one would fill the list. */
function keep(numbers: number[], number: number, { oldest }: JournalRing): void {
  numbers.push(number);
  while ((numbers[0] as number) < oldest) numbers.shift();
}

function failureOf(error: unknown): Failure {
  if (error instanceof RegisterAccessError) return "refused";
  if (error instanceof NoAnswerError) return "not answered in time";
  if (error instanceof LinkLostError) return "link lost";
  return error instanceof LinkClosedError ? "link closed" : "failed";
}
