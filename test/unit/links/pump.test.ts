import { describe, expect, test } from "vitest";
import { Pump, type PumpTarget } from "../../../src/links/pump.ts";

/** Time that passes at once, or after a round trip; `stopAt`: something happens in this cycle. */
class Time implements PumpTarget {
  cycle = 0;
  readonly asked: number[] = [];
  readonly #isFar: boolean;
  readonly #stopAt: number;

  constructor(isFar: boolean, stopAt = Number.POSITIVE_INFINITY) {
    this.#isFar = isFar;
    this.#stopAt = stopAt;
  }

  advance(cycles: number): void | Promise<void> {
    this.asked.push(cycles);
    const to = this.cycle + cycles;
    const pass = (): void => {
      this.cycle = this.cycle < this.#stopAt ? Math.min(to, this.#stopAt) : to;
    };
    if (!this.#isFar) return pass();
    return new Promise((resolve) => setImmediate(resolve)).then(pass);
  }
}

function park(pump: Pump, deadline: number, isMet: () => boolean = () => false): Promise<boolean> {
  return new Promise((settle, fail) => pump.park({ deadline, isMet, settle, fail }));
}

describe.each([
  ["at once", false],
  ["after a round trip", true],
])("time that passes %s", (_name, isFar) => {
  test("waits end in the order of their deadlines, each in its cycle", async () => {
    const time = new Time(isFar);
    const pump = new Pump(time);
    const ends: [string, boolean, number][] = [];
    const wait = async (name: string, deadline: number): Promise<void> => {
      ends.push([name, await park(pump, deadline), time.cycle]);
    };
    await Promise.all([wait("b", 200), wait("a", 100), wait("c", 25_000)]);
    expect(ends).toEqual([
      ["a", false, 100],
      ["b", false, 200],
      ["c", false, 25_000],
    ]);
    expect(Math.max(...time.asked)).toBeLessThanOrEqual(10_000);
    expect(pump.hasWaits).toBe(false);
  });

  test("what is met ends before time goes on, and a wait of its continuation is served, too", async () => {
    const time = new Time(isFar, 40);
    const pump = new Pump(time);
    expect(await park(pump, 1000, () => time.cycle >= 40)).toBe(true);
    expect(time.cycle).toBe(40);
    expect(await park(pump, 50)).toBe(false);
    expect(time.cycle).toBe(50);
  });

  test("a wait that is made while time passes waits for its end", async () => {
    const time = new Time(isFar);
    const pump = new Pump(time);
    const first = park(pump, 300);
    const second = new Promise((resolve) => setImmediate(resolve)).then(() => park(pump, 350));
    expect(await first).toBe(false);
    expect(await second).toBe(false);
    expect(time.cycle).toBe(350);
  });

  test("an error of time rejects every wait; one that is parked later has it again", async () => {
    const pump = new Pump({
      cycle: 0,
      advance: () => {
        const error = new Error("the wire was cut");
        if (isFar) return Promise.reject(error);
        throw error;
      },
    });
    const ends = await Promise.allSettled([park(pump, 10), park(pump, 20)]);
    expect(ends.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    await expect(park(pump, 30)).rejects.toThrow("the wire was cut");
  });

  test("nothing is settled after a stop", async () => {
    const time = new Time(isFar);
    const pump = new Pump(time);
    const wait = park(pump, 1000);
    pump.stop(new Error("closed"));
    await expect(wait).rejects.toThrow("closed");
    await new Promise(setImmediate);
    expect(time.cycle).toBe(0);
  });
});
