import type { WireClock } from "../../src/wire/wire-clock.ts";

interface Event {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
}

/** Time that passes when a test says so, event by event. */
export class VirtualTime implements WireClock {
  #now = 0;
  #order = 0;
  readonly #events = new Map<number, Event>();

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, callback: () => void): () => void {
    const order = this.#order++;
    this.#events.set(order, { at: this.#now + milliseconds, order, callback });
    return () => this.#events.delete(order);
  }

  soon(callback: () => void): void {
    this.after(0, callback);
  }

  /** Lets events happen until `isDone`, or until `limitMs` from now; whether it is. */
  async run(isDone: () => boolean, limitMs = 600_000): Promise<boolean> {
    const end = this.#now + limitMs;
    while (!isDone()) {
      const next = this.#next();
      if (next === undefined || next.at > end) return this.#stop(end);
      this.#events.delete(next.order);
      this.#now = next.at;
      next.callback();
      // Continuations of promises that the event has settled.
      await new Promise(setImmediate);
    }
    return true;
  }

  /** As `run`, without continuations of promises between the events. */
  runNow(isDone: () => boolean, limitMs = 600_000): boolean {
    const end = this.#now + limitMs;
    while (!isDone()) {
      const next = this.#next();
      if (next === undefined || next.at > end) return this.#stop(end);
      this.#events.delete(next.order);
      this.#now = next.at;
      next.callback();
    }
    return true;
  }

  #stop(at: number): false {
    this.#now = at;
    return false;
  }

  #next(): Event | undefined {
    let first: Event | undefined;
    for (const event of this.#events.values())
      if (first === undefined || event.at < first.at || (event.at === first.at && event.order < first.order))
        first = event;
    return first;
  }
}
