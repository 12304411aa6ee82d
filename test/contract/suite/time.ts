import { expect } from "vitest";
import { done, expectBytes, pattern, rejection, turn } from "./contract-context.ts";
import type { ContractTest } from "./contract-test.ts";
import { hostCannotSleep, isStepped, isWall } from "./exemptions.ts";

/** Clocks of devices, with a margin: beyond it the frequency is in another unit. */
const FREQUENCIES_HZ = [1e5, 1e10] as const;
/** By how much a wall clock may differ from the host's. */
const CLOCK_TOLERANCE = 0.2;
const WALL_WATCH_MS = 50;
const noCycles = [0.5, 100.5, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53];

export const timeTests: readonly ContractTest[] = [
  {
    name: "the clock counts whole cycles since the link was opened, at a frequency of hardware",
    async run(context) {
      const { clock } = context.link;
      if (context.isStepped) expect(clock.cycle).toBe(0);
      expect(clock.frequencyHz).toBeGreaterThanOrEqual(FREQUENCIES_HZ[0]);
      expect(clock.frequencyHz).toBeLessThanOrEqual(FREQUENCIES_HZ[1]);
      await context.barrier();
      const start = clock.cycle;
      expect(Number.isSafeInteger(start)).toBe(true);
      await context.link.idle(context.quiet);
      expect(clock.cycle - start).toBeGreaterThanOrEqual(context.quiet);
      expect(Number.isSafeInteger(clock.cycle)).toBe(true);
    },
  },
  {
    name: "stepped time moves by idle exactly, by a register access a little, and else never",
    unless: [isWall],
    async run(context) {
      const { link } = context;
      for (const cycles of [1, 7, 1000, 12_345, 0]) {
        const start = link.clock.cycle;
        await link.idle(cycles);
        expect(link.clock.cycle - start).toBe(cycles);
        await turn();
        context.registers.global.write("SCRATCH", cycles);
        expect(link.clock.cycle - start).toBe(cycles);
        await context.barrier();
        expect(link.clock.cycle - start).toBeGreaterThan(cycles);
      }
    },
  },
  {
    name: "the same seed and the same calls give the same cycles and events",
    unless: [isWall],
    async run(context) {
      const script = async (one: typeof context) => {
        await one.load(pattern(512, 1));
        one.enable();
        one.raise();
        await one.interrupt.wait(one.patience());
        await one.unload(512);
        return { cycle: one.link.clock.cycle, events: one.events };
      };
      const first = await script(context);
      expect(await script(await context.next())).toEqual(first);
    },
  },
  {
    name: "the pace is kept: register accesses and bytes take no longer than it says",
    unless: [isWall],
    async run(context) {
      const { link } = context;
      const accesses = 50;
      const start = link.clock.cycle;
      for (let count = 0; count < accesses; count++) await context.barrier();
      const taken = link.clock.cycle - start;
      expect(taken).toBeLessThanOrEqual(context.cycles(accesses));
      const length = 4096;
      await context.load(pattern(length, 2));
      const place = context.place(0x1_0000, length);
      place.open("write");
      const begin = link.clock.cycle;
      context.start("c2h", place.logical, length, 0, 0x300);
      expect(await context.interrupt.wait(context.patience(length))).toBe(true);
      const bytesMs = (1000 * length) / link.pace.bytesPerSecond;
      const limit = context.cycles(10) + Math.ceil((bytesMs * link.clock.frequencyHz) / 1000);
      expect(link.clock.cycle - begin).toBeLessThanOrEqual(limit);
    },
  },
  {
    name: "a wall clock goes at its frequency",
    unless: [isStepped],
    async run({ link: { clock } }) {
      const start = performance.now();
      const first = clock.cycle;
      while (performance.now() - start < WALL_WATCH_MS) await turn();
      const last = clock.cycle;
      const milliseconds = performance.now() - start;
      const clockMs = (1000 * (last - first)) / clock.frequencyHz;
      expect(Math.abs(clockMs / milliseconds - 1)).toBeLessThan(CLOCK_TOLERANCE);
    },
  },
  {
    name: "waits are met in the order in which they end, whoever waits",
    async run(context) {
      const { link, interrupt } = context;
      await context.barrier();
      const step = context.quiet;
      const order: string[] = [];
      const note = (what: string) => () => order.push(what);
      await Promise.all([
        link.idle(4 * step).then(note("4")),
        link.idle(step).then(note("1")),
        link
          .listen()
          .wait(3 * step)
          .then(note("limit at 3")),
        interrupt.wait(2 * step).then(note("limit at 2")),
      ]);
      expect(order).toEqual(["1", "limit at 2", "limit at 3", "4"]);
    },
  },
  {
    name: "refuses a number of cycles that is none, and lets no time pass for it",
    async run(context) {
      const { link, interrupt } = context;
      const start = link.clock.cycle;
      for (const cycles of noCycles) {
        const operations = {
          idle: () => link.idle(cycles),
          wait: () => interrupt.wait(cycles),
          list: () => link.perform([{ kind: "wait", limitCycles: cycles }]),
        };
        for (const [what, operation] of Object.entries(operations))
          expect(await rejection(operation()), `${what} of ${cycles} cycles`).toBeInstanceOf(RangeError);
      }
      if (context.isStepped) expect(link.clock.cycle).toBe(start);
      await context.barrier();
    },
  },
  {
    name: "an interrupt ends a wait before the idles and limits that end later",
    async run(context) {
      const { link, interrupt } = context;
      context.enable();
      await context.barrier();
      const order: string[] = [];
      const start = link.clock.cycle;
      const later = 20 * context.quiet;
      const long = link.idle(later).then(() => order.push("idle"));
      const wait = interrupt.wait(context.patience()).then((met) => order.push(`interrupt ${met}`));
      context.raise();
      await Promise.all([long, wait]);
      expect(order).toEqual(["interrupt true", "idle"]);
      expect(link.clock.cycle - start).toBeGreaterThanOrEqual(later);
    },
  },
  {
    name: "an idle begins after what was posted has been done",
    async run(context) {
      const { link, registers } = context;
      const place = context.place(0x2_0000, 64);
      await context.load(pattern(64, 3));
      place.bytes.fill(0);
      place.open("write");
      for (let value = 0; value < 100; value++) registers.global.write("SCRATCH", value);
      context.start("c2h", place.logical, 64);
      await link.idle(context.moving(64));
      expectBytes(place.bytes, pattern(64, 3));
      expect(await context.finish("c2h", 64)).toEqual(done);
    },
  },
  {
    name: "an idle of no cycles does what was posted, and nothing is left of it",
    unless: [isWall],
    async run(context) {
      const { link, registers, events } = context;
      for (let value = 0; value < 200; value++) registers.global.write("SCRATCH", value);
      context.enable();
      context.raise();
      await link.idle(0);
      expect(events).toMatchObject([{ kind: "interrupt", asserted: true }]);
      const start = link.clock.cycle;
      await context.barrier();
      expect(link.clock.cycle - start).toBeLessThanOrEqual(context.cycles(1));
    },
  },
  {
    name: "a wait does not expire before the link has looked at what came while the host slept",
    unless: [hostCannotSleep],
    async run(context) {
      const { link, interrupt, contractLink } = context;
      const { accessMs, bytesPerSecond } = link.pace;
      // So long that the device is at it when the host falls asleep, and done when it wakes.
      const length = Math.min(65_536, 64 + Math.ceil((20 * accessMs * bytesPerSecond) / 1000));
      context.place(0x3_0000, length).open("write");
      context.start("c2h", context.place(0x3_0000, length).logical, length, 0, 0x300);
      await context.barrier();
      const wait = interrupt.wait(context.cycles(1));
      await contractLink.sleepHost!(link, (1000 * context.moving(length)) / link.clock.frequencyHz);
      expect(await wait).toBe(true);
    },
  },
];
