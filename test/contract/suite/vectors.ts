import { expect } from "vitest";
import type { ContractTest } from "./contract-test.ts";
import { hasNoSeveral, isLevel, isMessage } from "./exemptions.ts";

const unless = [hasNoSeveral];

/** Several interrupts, on the device of `test/system/foreign/ringer.v` with two. */
export const vectorTests: readonly ContractTest[] = [
  {
    name: "vectors: there are as many as the trait says, and no other",
    unless,
    async run(context) {
      const { link } = await context.several();
      expect(link.traits.vectors).toBe(2);
      for (const vector of [2, 31, 2 ** 31, -1, 0.5, Number.NaN]) {
        expect(() => link.listen({ vector }), `vector ${vector}`).toThrow(RangeError);
        const list = link.perform([{ kind: "wait", limitCycles: 0, vector }]);
        await expect(list, `a list's wait for vector ${vector}`).rejects.toThrow(RangeError);
      }
    },
  },
  {
    name: "vectors: a wait is met by its own, and no vector is 0",
    unless,
    async run(context) {
      const device = await context.several();
      for (const [risen, other] of [
        [0, 1],
        [1, 0],
      ] as const) {
        const asker = device.link.listen(risen === 0 ? {} : { vector: risen });
        const wait = asker.wait(context.patience());
        const otherWait = device.link.listen({ vector: other }).wait(context.quiet);
        device.raise(risen);
        expect([await wait, await otherWait], `${risen} has risen, not ${other}`).toEqual([true, false]);
        device.lower(risen);
        await device.barrier();
      }
    },
  },
  {
    name: "vectors: each line has a level of its own",
    unless: [...unless, isMessage],
    async run(context) {
      const device = await context.several();
      const askers = device.listen();
      const levels = async (): Promise<boolean[]> => {
        const found: boolean[] = [];
        for (const asker of askers) found.push(await asker.wait(context.quiet));
        return found;
      };
      device.raise(0, 1);
      await device.barrier();
      expect(await levels()).toEqual([true, true]);
      device.lower(0);
      expect(await levels(), "0 is low").toEqual([false, true]);
      device.raise(0);
      device.lower(1);
      expect(await levels(), "1 is low").toEqual([true, false]);
    },
  },
  {
    name: "vectors: each asker has a message of its own, for its vector",
    unless: [...unless, isLevel],
    async run(context) {
      const device = await context.several();
      const [first, second] = device.listen();
      const [, late] = device.listen();
      device.raise(0, 1);
      device.lower(0, 1);
      await device.barrier();
      expect(await second.wait(context.patience())).toBe(true);
      expect(await second.wait(context.quiet), "taken").toBe(false);
      expect(await late.wait(context.patience()), "another asker of 1").toBe(true);
      expect(await first.wait(context.patience()), "an asker of 0").toBe(true);
      device.raise(0);
      device.lower(0);
      await device.barrier();
      expect(await second.wait(context.quiet), "0 alone has risen").toBe(false);
      expect(await first.wait(context.patience())).toBe(true);
    },
  },
  {
    name: "vectors: a rise is not lost while another line is high",
    unless,
    async run(context) {
      const device = await context.several();
      for (const [high, rising] of [
        [0, 1],
        [1, 0],
      ] as const) {
        device.raise(high);
        await device.barrier();
        const wait = device.link.listen({ vector: rising }).wait(context.patience());
        device.raise(rising);
        expect(await wait, `${rising} rises while ${high} is high`).toBe(true);
        device.lower(0, 1);
        await device.barrier();
      }
    },
  },
  {
    name: "vectors: a pulse meets the parked waits for its own, while another line is high",
    unless,
    async run(context) {
      const device = await context.several();
      device.raise(0);
      await device.barrier();
      const [, second] = device.listen();
      const waits = [second.wait(context.patience()), second.wait(context.patience())];
      device.pulse(1);
      expect(await Promise.all(waits)).toEqual([true, true]);
      // Stepped time may stand in the very cycle of the pulse.
      await device.barrier();
      expect(await second.wait(context.quiet), "the pulse is over").toBe(false);
    },
  },
  {
    name: "vectors: what the device wrote before an interrupt is in memory when its wait ends, whichever it is",
    unless,
    async run(context) {
      const device = await context.several();
      const word = device.openWord();
      const askers = device.listen();
      for (const [index, vector] of [0, 1, 1, 0].entries()) {
        const wait = askers[vector]!.wait(context.patience());
        device.move(0x1000 + index, vector);
        expect(await wait).toBe(true);
        expect(word(), `word ${index}, by vector ${vector}`).toBe(0x1000 + index);
        device.lower(vector);
        await device.barrier();
      }
    },
  },
  {
    name: "vectors: a list's wait is for its vector, with a latch of the list's own",
    unless,
    async run(context) {
      const device = await context.several();
      const { link } = device;
      const wait = (vector: number, limitCycles: number) => ({ kind: "wait", limitCycles, vector }) as const;
      const [, second] = device.listen();
      device.raise(1);
      // A message may come after the answer to a read: a kernel passes it on when it gets to it.
      expect(await second.wait(context.patience())).toBe(true);
      device.lower(1);
      await device.barrier();
      const list = [wait(1, 0), device.raising(1), wait(1, context.patience()), wait(0, context.quiet)];
      expect(await link.perform(list), "before the list is before its latch").toEqual([0, 1, 0]);
      const both = [
        device.raising(0),
        wait(0, context.patience()),
        { kind: "wait", limitCycles: 0 } as const,
      ];
      expect((await link.perform(both))[0]).toBe(1);
    },
  },
  {
    name: "vectors: each rise is an event of its vector, and each fall where the line has a level",
    unless,
    async run(context) {
      const device = await context.several();
      const askers = device.listen();
      for (const vector of [1, 0] as const) {
        device.raise(vector);
        expect(await askers[vector].wait(context.patience())).toBe(true);
      }
      for (const vector of [1, 0]) {
        device.lower(vector);
        await device.barrier();
        await device.link.idle(context.quiet);
      }
      const found = device.edges.map(({ vector, asserted }) => `${vector} ${asserted ? "rises" : "falls"}`);
      const rises = ["1 rises", "0 rises"];
      if (context.isLevel) expect(found).toEqual([...rises, "1 falls", "0 falls"]);
      else expect(found.filter((edge) => edge.endsWith("rises"))).toEqual(rises);
    },
  },
  {
    name: "vectors: fresh: none is pending, neither in the device nor for an asker",
    unless,
    async run(context) {
      const device = await context.several();
      device.raise(0, 1);
      await device.barrier();
      await device.link[Symbol.asyncDispose]();
      const fresh = await context.several();
      const [first, second] = fresh.listen();
      expect(await second.wait(context.quiet)).toBe(false);
      expect(await first.wait(context.quiet)).toBe(false);
      expect(fresh.edges).toEqual([]);
      fresh.raise(1);
      expect(await second.wait(context.patience())).toBe(true);
    },
  },
];
