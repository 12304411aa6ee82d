import type { AdapterState } from "./adapter-state.ts";
import type { Allocation } from "./allocation.ts";
import type { ContextRecord } from "./transfer-context.ts";

const NO_FRAMES: readonly number[] = [];

/**
 * Who gets a channel and map registers, and when. A request waits first for the channel of its adapter, in order; the
 * one that has it waits for registers, in one line for all adapters. Nobody overtakes.
 *
 * Grants run from one loop, never from inside each other, so that a chain of a thousand requests needs no deep stack.
 */
export class Arbiter {
  /** Requests that have their channel. */
  readonly #line: Allocation[] = [];
  readonly #onEnd: (allocation: Allocation) => void;
  #freeRegisters: number;
  #isGranting = false;
  #isHeld = false;
  /** That got no windows in its last turn. */
  #refused: Allocation | undefined;

  /** `onEnd` is called for each request that is about to end. */
  constructor(registers: number, onEnd: (allocation: Allocation) => void) {
    this.#onEnd = onEnd;
    this.#freeRegisters = registers;
  }

  get freeRegisters(): number {
    return this.#freeRegisters;
  }

  /**
   * Grants in turn: now or later. False, with the request taken out again, when it was its turn and the link refused a
   * window: nobody waits for windows that may never be.
   */
  submit(allocation: Allocation): boolean {
    allocation.adapter.allocations.push(allocation);
    allocation.adapter.queue.push(allocation);
    this.#advance(allocation.adapter);
    this.#grant();
    if (this.#refused !== allocation) return true;
    remove(this.#line, allocation);
    this.#dropChannel(allocation);
    this.#settle(allocation);
    return false;
  }

  /** Grants now or not at all; `grant` is called before it returns true. */
  submitNow(allocation: Allocation): boolean {
    const { adapter } = allocation;
    const isFree = !this.#isHeld && adapter.owner === undefined && this.#line.length === 0;
    if (!isFree || !this.#takeResources(allocation)) return false;
    adapter.allocations.push(allocation);
    adapter.owner = allocation;
    allocation.holdsChannel = true;
    try {
      this.#call(allocation);
    } finally {
      this.#grant();
    }
    return true;
  }

  /** Takes a request out that was not granted yet, and marks its context; false when it was. */
  withdraw(allocation: Allocation, record: ContextRecord): boolean {
    const { adapter, stage } = allocation;
    if (stage === "queued") remove(adapter.queue, allocation);
    else if (stage === "waiting") remove(this.#line, allocation);
    else return false;
    this.#dropChannel(allocation);
    this.#settle(allocation);
    record.state = "cancelled";
    this.#grant();
    return true;
  }

  /** Grants nothing before the work that goes on now is done. */
  hold(): void {
    this.#isHeld = true;
    queueMicrotask(() => {
      this.#isHeld = false;
      this.#grant();
    });
  }

  /** Something that requests wait for may be free now. */
  retry(): void {
    this.#grant();
  }

  releaseChannel(allocation: Allocation): void {
    this.#dropChannel(allocation);
    this.#settle(allocation);
    this.#grant();
  }

  releaseRegisters(allocation: Allocation): void {
    this.#dropRegisters(allocation);
    this.#settle(allocation);
    this.#grant();
  }

  release(allocation: Allocation): void {
    this.#dropRegisters(allocation);
    this.releaseChannel(allocation);
  }

  #dropChannel(allocation: Allocation): void {
    const { adapter } = allocation;
    if (!allocation.holdsChannel) return;
    allocation.holdsChannel = false;
    adapter.owner = undefined;
    this.#advance(adapter);
  }

  #dropRegisters(allocation: Allocation): void {
    if (!allocation.holdsRegisters) return;
    allocation.holdsRegisters = false;
    this.#freeRegisters += allocation.registers;
    allocation.adapter.bouncePages?.give(allocation.bouncePages);
  }

  /** Ends a request that holds nothing any more. */
  #settle(allocation: Allocation): void {
    if (allocation.holdsChannel || allocation.holdsRegisters) return;
    if (allocation.stage === "ended") return;
    this.#onEnd(allocation);
    allocation.stage = "ended";
    remove(allocation.adapter.allocations, allocation);
    const { record } = allocation;
    if (record === undefined) return;
    record.state = "done";
    record.allocation = undefined;
  }

  /** Gives a free channel to the next in its queue. */
  #advance(adapter: AdapterState): void {
    if (adapter.owner !== undefined) return;
    const next = adapter.queue.shift();
    if (next === undefined) return;
    adapter.owner = next;
    next.holdsChannel = true;
    next.stage = "waiting";
    this.#line.push(next);
  }

  #grant(): void {
    if (this.#isGranting || this.#isHeld) return;
    this.#isGranting = true;
    const thrown: unknown[] = [];
    try {
      for (let next = this.#line[0]; next !== undefined; next = this.#line[0]) {
        if (!this.#takeResources(next)) break;
        this.#line.shift();
        try {
          this.#call(next);
        } catch (error) {
          thrown.push(error);
        }
      }
    } finally {
      this.#isGranting = false;
    }
    if (thrown.length > 0) throw thrown[0];
  }

  /** Of a routine that throws nobody will free what it held. */
  #call(allocation: Allocation): void {
    allocation.stage = "granted";
    try {
      allocation.grant(allocation);
    } catch (error) {
      this.#takeBack(allocation);
      throw error;
    }
  }

  #takeBack(allocation: Allocation): void {
    for (const mapping of allocation.mappings.splice(0)) mapping.release();
    this.#dropRegisters(allocation);
    this.#dropChannel(allocation);
    this.#settle(allocation);
  }

  #takeResources(allocation: Allocation): boolean {
    const { adapter, registers } = allocation;
    if (registers > this.#freeRegisters) return false;
    const { bouncePages } = adapter;
    const frames = bouncePages === undefined ? NO_FRAMES : bouncePages.take(allocation.bounceCount);
    if (frames === undefined) return false;
    allocation.bouncePages = frames;
    this.#freeRegisters -= registers;
    allocation.holdsRegisters = registers > 0;
    if (allocation.prepare?.(allocation) !== false) return true;
    this.#dropRegisters(allocation);
    this.#refused = allocation;
    return false;
  }
}

function remove<T>(items: T[], item: T): void {
  items.splice(items.indexOf(item), 1);
}
