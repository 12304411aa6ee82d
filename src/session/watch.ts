import type { LinkEvent } from "../bus/event.ts";
import { OpenAccesses } from "../bus/open-accesses.ts";
import { hexAddress } from "../core/hex.ts";
import type { JournalEntry } from "../journal/journal-entry.ts";
import { type JournalRing, readRing } from "../journal/journal-ring.ts";
import type { RecordingLink } from "../journal/recording-link.ts";
import type { HostMemoryCounts } from "../report/run-result.ts";
import { isStall } from "../spec/protocol-rules.ts";
import { ProtocolViolationError, StallError, WindowFaultError } from "./errors.ts";
import type { BenchFacts } from "./run-context.ts";

type Counted<T> = { -readonly [K in keyof T]: T[K] };

/** Counts what crosses the link and keeps what must not happen. */
export class Watch {
  readonly #hostMemory: Counted<Omit<HostMemoryCounts, "accesses">> = {
    ...{ reads: 0, writes: 0, readBytes: 0, writtenBytes: 0 },
  };
  #interrupts = 0;
  readonly #violations: Extract<LinkEvent, { kind: "violation" }>[] = [];
  readonly #stalls: Extract<LinkEvent, { kind: "violation" }>[] = [];
  readonly #faults: Extract<LinkEvent, { kind: "fault" }>[] = [];

  readonly #link: RecordingLink;
  readonly #open = new OpenAccesses<Extract<LinkEvent, { kind: "access" }>>();
  /** Says why the device may not touch an address, where more is known. Asked as soon as a fault is seen: a driver goes on. */
  explain: (address: bigint, access: "read" | "write") => string | undefined = () => undefined;
  #why: string | undefined;
  /** The journal as it was at the first breach. */
  untilBreach: JournalRing | undefined;

  constructor(link: RecordingLink) {
    this.#link = link;
    link.onEvent((event) => this.#see(event));
  }

  get counts(): Pick<BenchFacts, "hostMemory" | "interrupts"> {
    const { observes } = this.#link.traits;
    const interrupts = this.#interrupts;
    if (observes === "nothing") return { interrupts };
    return { interrupts, hostMemory: { accesses: observes, ...this.#hostMemory } };
  }

  /** A line for each direction in which a burst has not been answered. */
  get openBursts(): readonly string[] {
    return (["read", "write"] as const).flatMap((direction) => {
      const open = this.#open.of(direction);
      const [oldest] = open;
      if (oldest === undefined) return [];
      const many = open.length === 1 ? "burst is" : "bursts are";
      return [
        `${open.length} ${direction} ${many} open at the end of the test, the oldest at logical ${hexAddress(oldest.address)} since cycle ${oldest.cycle}`,
      ];
    });
  }

  /** What crossed the link last, and what crossed it before the first breach: a test may go on for long behind that. */
  entries(): JournalEntry[] {
    return readRing(this.#link.journal.ring, this.untilBreach);
  }

  /** Cycle of the first breach of a rule or access outside every window. */
  get firstBreach(): number | undefined {
    const firsts = [this.#violations[0], this.#faults[0], this.#stalls[0]];
    const [first] = firsts
      .flatMap((finding) => (finding === undefined ? [] : [finding]))
      .map(({ cycle }) => cycle)
      .sort((a, b) => a - b);
    return first;
  }

  check(): void {
    const [violation] = this.#violations;
    if (violation !== undefined) throw new ProtocolViolationError(violation, this.#violations.length - 1);
    const [fault] = this.#faults;
    const [stall] = this.#stalls;
    if (fault !== undefined) {
      throw new WindowFaultError(fault, this.#why, this.#faults.length - 1);
    }
    if (stall !== undefined) throw new StallError(stall, this.#stalls.length - 1);
  }

  #see(event: LinkEvent): void {
    const isBreach = event.kind === "violation" || event.kind === "fault";
    if (isBreach && this.firstBreach === undefined) this.untilBreach = this.#link.journal.ring.copy();
    if (event.kind === "violation") (isStall(event.rule) ? this.#stalls : this.#violations).push(event);
    else if (event.kind === "fault") this.#fault(event);
    else if (event.kind === "interrupt") this.#interrupts += event.asserted ? 1 : 0;
    else if (event.kind === "access") this.#count(event);
    else if (event.kind === "access-end") this.#open.end(event);
  }

  #fault(fault: Extract<LinkEvent, { kind: "fault" }>): void {
    if (this.#faults.length === 0) this.#why = this.explain(fault.address, fault.direction);
    this.#faults.push(fault);
  }

  #count(access: Extract<LinkEvent, { kind: "access" }>): void {
    if (this.#link.traits.observes === "bursts") this.#open.begin(access, access);
    if (access.direction === "read") {
      this.#hostMemory.reads++;
      this.#hostMemory.readBytes += access.lengthBytes;
    } else {
      this.#hostMemory.writes++;
      this.#hostMemory.writtenBytes += access.lengthBytes;
    }
  }
}
