import { expect } from "vitest";
import { TEST_CAUSE } from "./contract-context.ts";
import type { ContractTest } from "./contract-test.ts";
import { isLevel, isMessage } from "./exemptions.ts";

export const interruptTests: readonly ContractTest[] = [
  {
    name: "an interrupt ends a wait that began before it, and one that begins after its cause was posted",
    async run(context) {
      context.enable();
      const wait = context.interrupt.wait(context.patience());
      context.raise();
      expect(await wait).toBe(true);
      context.clear();
      await context.barrier();
      context.raise();
      expect(await context.interrupt.wait(context.patience())).toBe(true);
    },
  },
  {
    name: "a wait yields false at its limit, not before, and a later interrupt ends the next",
    async run(context) {
      const { link, interrupt, quiet } = context;
      context.enable();
      await context.barrier();
      const start = link.clock.cycle;
      expect(await interrupt.wait(quiet)).toBe(false);
      expect(link.clock.cycle - start).toBeGreaterThanOrEqual(quiet);
      if (context.isStepped) expect(link.clock.cycle - start).toBeLessThanOrEqual(quiet + context.cycles(5));
      expect(await interrupt.wait(0)).toBe(false);
      context.raise();
      expect(await interrupt.wait(context.patience())).toBe(true);
    },
  },
  {
    name: "a cause that is not enabled is no interrupt, and enabling it makes it one",
    async run(context) {
      context.raise();
      expect(await context.interrupt.wait(context.quiet)).toBe(false);
      context.enable();
      expect(await context.interrupt.wait(context.patience())).toBe(true);
    },
  },
  {
    name: "an interrupt that posted writes will clear is none, where the line can be asked",
    unless: [isMessage],
    async run(context) {
      const { link, registers, interrupt } = context;
      context.enable();
      context.raise();
      expect(await interrupt.wait(context.patience())).toBe(true);
      for (let value = 0; value < 10; value++) registers.global.write("SCRATCH", value);
      context.clear();
      const start = link.clock.cycle;
      expect(await interrupt.wait(context.quiet)).toBe(false);
      expect(link.clock.cycle - start).toBeGreaterThanOrEqual(context.quiet);
      expect(await link.readRegister(registers.global.addressOf("IRQ_STATUS"))).toBe(0);
    },
  },
  {
    name: "a message from before meets a wait as soon as what was posted is done",
    unless: [isLevel],
    async run(context) {
      const { link, registers, interrupt } = context;
      context.enable();
      context.raise();
      context.clear();
      await context.barrier();
      const start = link.clock.cycle;
      registers.global.write("SCRATCH", 1);
      expect(await interrupt.wait(context.patience())).toBe(true);
      if (context.isStepped) expect(link.clock.cycle - start).toBeLessThanOrEqual(context.quiet);
    },
  },
  {
    name: "posted writes before a wait are done when it ends, whatever it yields",
    async run(context) {
      const { registers, interrupt } = context;
      for (let value = 0; value <= 50; value++) registers.global.write("SCRATCH", value);
      expect(await interrupt.wait(0)).toBe(false);
      const before = await registers.global.read("SCRATCH");
      context.enable();
      context.raise();
      registers.global.write("SCRATCH", 99);
      expect(await interrupt.wait(context.patience())).toBe(true);
      expect([before, await registers.global.read("SCRATCH")]).toEqual([50, 99]);
    },
  },
  {
    name: "a rise meets every wait that is parked, whoever asked, also when the line is low again at once",
    async run(context) {
      const { link } = context;
      const askers = [context.interrupt, link.listen(), link.listen({ vector: 0 })];
      context.enable();
      await context.barrier();
      for (let pulse = 0; pulse < 2; pulse++) {
        const waits = askers.map((asker) => asker.wait(context.patience()));
        const again = context.interrupt.wait(context.patience());
        context.raise();
        context.clear();
        expect(await Promise.all([...waits, again])).toEqual([true, true, true, true]);
        await context.barrier();
      }
    },
  },
  {
    name: "while the line is high, each wait of each asker yields true at once",
    unless: [isMessage],
    async run(context) {
      const { link, interrupt } = context;
      context.enable();
      context.raise();
      await context.barrier();
      const late = link.listen();
      for (const asker of [late, interrupt, late, interrupt]) {
        const start = link.clock.cycle;
        expect(await asker.wait(context.patience())).toBe(true);
        if (context.isStepped) expect(link.clock.cycle - start).toBeLessThanOrEqual(context.cycles(2));
      }
      expect(await interrupt.wait(0)).toBe(true);
      context.clear();
      await context.barrier();
      for (const asker of [late, interrupt, link.listen()])
        expect(await asker.wait(context.quiet)).toBe(false);
    },
  },
  {
    name: "each asker has a message of its own: a rise between two waits is kept for it, once",
    unless: [isLevel],
    async run(context) {
      const { link, interrupt, quiet } = context;
      const other = link.listen();
      context.enable();
      // An expired wait takes nothing.
      expect(await interrupt.wait(quiet)).toBe(false);
      for (let rise = 0; rise < 3; rise++) {
        context.raise();
        context.clear();
      }
      await context.barrier();
      for (const asker of [interrupt, other]) {
        expect(await asker.wait(context.patience())).toBe(true);
        expect(await asker.wait(quiet)).toBe(false);
      }
      context.raise();
      await context.barrier();
      expect(await other.wait(context.patience())).toBe(true);
      expect(await interrupt.wait(0), "kept, though the other has taken its own").toBe(true);
    },
  },
  {
    name: "a latch begins when the listener is made: a message of before is not for it",
    unless: [isLevel],
    async run(context) {
      context.enable();
      context.raise();
      expect(await context.interrupt.wait(context.patience())).toBe(true);
      const late = context.link.listen();
      expect(await late.wait(context.quiet)).toBe(false);
      context.clear();
      context.raise();
      expect(await late.wait(context.patience())).toBe(true);
    },
  },
  {
    name: "a wait that is taken back yields false at once, and takes no interrupt with it",
    async run(context) {
      const { link, interrupt } = context;
      context.enable();
      await context.barrier();
      const start = link.clock.cycle;
      const control = new AbortController();
      const wait = interrupt.wait(2 * context.patience(), control.signal);
      const other = link.idle(context.quiet).then(() => control.abort());
      expect(await wait).toBe(false);
      await other;
      expect(link.clock.cycle - start).toBeLessThan(context.patience());
      expect(await interrupt.wait(context.patience(), AbortSignal.abort())).toBe(false);
      expect(link.clock.cycle - start).toBeLessThan(context.patience());
      const next = interrupt.wait(context.patience(), new AbortController().signal);
      context.raise();
      expect(await next).toBe(true);
      expect(await context.registers.global.read("IRQ_STATUS")).toBe(TEST_CAUSE);
    },
  },
  {
    name: "refuses a vector that the device lacks",
    async run({ link }) {
      expect(Number.isInteger(link.traits.vectors) && link.traits.vectors > 0).toBe(true);
      for (const vector of [link.traits.vectors, 2 ** 31, -1, 0.5, Number.NaN])
        expect(() => link.listen({ vector }), `vector ${vector}`).toThrow(RangeError);
    },
  },
];
