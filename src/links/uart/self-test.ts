import type { Pace } from "../../bus/traits.ts";
import type { Identity } from "../../wire/identity.ts";
import type { LineStatistics } from "../../wire/line-statistics.ts";
import type { DownMessage, UpMessage } from "../../wire/message.ts";
import { NoisyLineError } from "./errors.ts";

/** One of them is held up by something else now and then: the middle one counts. */
const TRIPS = 9;
/** Of the whole receive ring of a board, once: what a fence takes up and brings back is 2 bytes each. */
const FENCE_BYTES = 2;
/** A line that is busy with the device's accesses is slower. */
const MARGIN = 2;
const LEAST_ACCESS_MS = 1;
/** In steps: time in which this process stands still does not count. */
const LIMIT_STEPS = 40;
const STEP_MS = 250;

/** What a line does to what it carries. */
export interface LineFindings {
  readonly pace: Pace;
  /** Milliseconds of the middle one of some round trips of 2 bytes. */
  readonly roundTripMs: number;
  /** Frames that came damaged, or that either side had to ask for. */
  readonly damaged: number;
  /** Bytes on the line, both ways. */
  readonly bytes: number;
}

export interface SelfTestOptions {
  readonly send: (message: UpMessage) => void;
  readonly statistics: LineStatistics;
  /** Target, port and rate, for the message of a line that is given up. */
  readonly where: string;
  readonly limitSteps?: number;
}

/** Measures a line by fences, which reach nothing of the device. */
export class SelfTest {
  readonly #options: SelfTestOptions;
  readonly #before: LineStatistics;
  #open = 0;
  #done: () => void = () => {};
  #fail: (error: Error) => void = () => {};

  constructor(options: SelfTestOptions) {
    this.#options = options;
    this.#before = { ...options.statistics };
  }

  take(message: DownMessage): void {
    if (message.kind === "fence-passed" && --this.#open === 0) this.#done();
  }

  flush(): void {}

  lose(error: Error): void {
    this.#fail(error);
  }

  /** Rejects with the error with which the link is lost, and with `NoisyLineError` after 10 s. */
  async measure({ receiveRing }: Identity): Promise<LineFindings> {
    const limit = this.#limit();
    try {
      const trips: number[] = [];
      while (trips.length < TRIPS) trips.push(await this.#fences(1));
      const roundTripMs = trips.sort((a, b) => a - b)[TRIPS >> 1] as number;
      const count = Math.max(64, Math.floor(receiveRing / FENCE_BYTES));
      const takenMs = await this.#fences(count);
      const pace = {
        accessMs: LEAST_ACCESS_MS + MARGIN * roundTripMs,
        bytesPerSecond: (count * FENCE_BYTES * 1000) / takenMs / MARGIN,
      };
      return { pace, roundTripMs, ...this.#damage };
    } finally {
      clearInterval(limit);
    }
  }

  get #damage(): Pick<LineFindings, "damaged" | "bytes"> {
    const { statistics } = this.#options;
    const more = (key: "badFrames" | "naksReceived" | "bytesSent" | "bytesReceived") =>
      statistics[key] - this.#before[key];
    return {
      // What came too late is not damaged.
      damaged: more("badFrames") + more("naksReceived"),
      bytes: more("bytesSent") + more("bytesReceived"),
    };
  }

  #limit(): NodeJS.Timeout {
    const { where, limitSteps = LIMIT_STEPS } = this.#options;
    let steps = 0;
    return setInterval(() => {
      if (++steps < limitSteps) return;
      const seconds = (limitSteps * STEP_MS) / 1000;
      this.#fail(new NoisyLineError(where, seconds, this.#damage));
    }, STEP_MS);
  }

  #fences(count: number): Promise<number> {
    const start = performance.now();
    return new Promise((resolve, reject) => {
      this.#open = count;
      this.#done = () => resolve(performance.now() - start);
      this.#fail = reject;
      for (let index = 0; index < count; index++) this.#options.send({ kind: "fence", mark: index % 256 });
    });
  }
}
