import type { Pace } from "../../bus/traits.ts";
import type { Identity } from "../../wire/identity.ts";
import type { DownMessage, UpMessage } from "../../wire/message.ts";

const TRIPS = 5;
/** Of the whole receive ring of a board, once: what a fence takes up and brings back is 2 bytes each. */
const FENCE_BYTES = 2;
/** A line that is busy with the device's accesses is slower, as is a machine that is busy with something else. */
const MARGIN = 4;
const LEAST_ACCESS_MS = 2;

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
    let longestMs = 0;
    for (let trip = 0; trip < TRIPS; trip++) longestMs = Math.max(longestMs, await this.#fences(1));
    const count = Math.max(64, Math.floor(receiveRing / FENCE_BYTES));
    const takenMs = await this.#fences(count);
    return {
      accessMs: LEAST_ACCESS_MS + MARGIN * longestMs,
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
