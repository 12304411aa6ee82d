/** What a link is asked for, one after the other in the order of the calls: some of it takes a round trip. */
export class Turns {
  readonly #waiting: (() => void | Promise<void>)[] = [];
  #isBusy = false;
  #idle: (() => void)[] = [];

  get isBusy(): boolean {
    return this.#isBusy;
  }

  /** Begins at once where nothing is under way. `work` never throws or rejects. */
  take(work: () => void | Promise<void>): void {
    this.#waiting.push(work);
    if (!this.#isBusy) this.#next();
  }

  /** As `take`, with what `work` gives. */
  ask<T>(work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => this.take(() => work().then(resolve, reject)));
  }

  /** Resolves when nothing is under way, and whoever waited for something has gone on as far as it can. */
  async quiet(): Promise<void> {
    do {
      if (this.#isBusy) await new Promise<void>((resolve) => this.#idle.push(resolve));
      // What is queued in a microtask as the next tick runs when no microtask is left.
      await new Promise<void>((resolve) => queueMicrotask(() => process.nextTick(resolve)));
    } while (this.#isBusy);
  }

  #next(): void {
    for (let work = this.#waiting.shift(); work !== undefined; work = this.#waiting.shift()) {
      const going = work();
      if (going === undefined) continue;
      this.#isBusy = true;
      void going.then(() => {
        this.#isBusy = false;
        this.#next();
      });
      return;
    }
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}
