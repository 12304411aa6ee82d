import type { Pace } from "../../bus/traits.ts";
import type { Identity } from "../../wire/identity.ts";
import type { DownMessage, UpMessage } from "../../wire/message.ts";

/** One of them is held up by something else now and then: the middle one counts. */
const TRIPS = 9;
/** Of the whole receive ring of a board, once: what a fence takes up and brings back is 2 bytes each. */
const FENCE_BYTES = 2;
/** A line that is busy with the device's accesses is slower. */
const MARGIN = 2;
const LEAST_ACCESS_MS = 1;

/** Measures a line by fences, which reach nothing of the device. */
export class PaceProbe {
  readonly #send: (message: UpMessage) => void;
  #open = 0;
  #done: () => void = () => {};
  #fail: (error: Error) => void = () => {};

  constructor(send: (message: UpMessage) => void) {
    this.#send = send;
  }

  take(message: DownMessage): void {
    if (message.kind === "fence-passed" && --this.#open === 0) this.#done();
  }

  flush(): void {}

  lose(error: Error): void {
    this.#fail(error);
  }

  /** Rejects with the error with which the link is lost. */
  async measure({ receiveRing }: Identity): Promise<Pace> {
    const trips: number[] = [];
    while (trips.length < TRIPS) trips.push(await this.#fences(1));
    const middleMs = trips.sort((a, b) => a - b)[TRIPS >> 1] as number;
    const count = Math.max(64, Math.floor(receiveRing / FENCE_BYTES));
    const takenMs = await this.#fences(count);
    return {
      accessMs: LEAST_ACCESS_MS + MARGIN * middleMs,
      bytesPerSecond: (count * FENCE_BYTES * 1000) / takenMs / MARGIN,
    };
  }

  #fences(count: number): Promise<number> {
    const start = performance.now();
    return new Promise((resolve, reject) => {
      this.#open = count;
      this.#done = () => resolve(performance.now() - start);
      this.#fail = reject;
      for (let index = 0; index < count; index++) this.#send({ kind: "fence", mark: index % 256 });
    });
  }
}
