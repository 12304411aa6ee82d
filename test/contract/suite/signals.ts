import { expect } from "vitest";
import type { ContractContext } from "./contract-context.ts";
import { done, pattern, turn } from "./contract-context.ts";
import type { ContractTest } from "./contract-test.ts";
import { hasNoSignals } from "./exemptions.ts";

/** What the link calls a signal of our controller, whatever it calls what is round the controller. */
function nameOf({ link }: ContractContext, ending: string): string {
  const found = link.signals!.names.filter((name) => `.${name}`.endsWith(`.${ending}`));
  expect(found, `signals whose names end with ${ending}`).toHaveLength(1);
  return found[0]!;
}

const looks = {
  none: () => undefined,
  all: ({ link: { signals } }: ContractContext) => signals!.names.map((name) => signals!.read(name)),
} as const;

export const signalTests: readonly ContractTest[] = [
  {
    name: "a signal is worth what its register was given, all its bits, unsigned, each time anew",
    unless: [hasNoSignals],
    async run(context) {
      const { link, registers } = context;
      const [scratch, host] = [nameOf(context, "registers.scratch"), nameOf(context, "h2c_channel.job_host")];
      for (const value of [0x8000_0001, 0x7fff_fffe, 0]) {
        registers.global.write("SCRATCH", value);
        registers.h2c.write("HOST_ADDRESS_LOW", 0xfedc_ba98);
        registers.h2c.write("HOST_ADDRESS_HIGH", value);
        await context.barrier();
        expect(link.signals!.read(scratch)).toBe(BigInt(value));
        expect(link.signals!.read(host)).toBe((BigInt(value) << 32n) | 0xfedc_ba98n);
      }
    },
  },
  {
    name: "a transfer is seen inside as it goes on",
    unless: [hasNoSignals],
    async run(context) {
      const active = nameOf(context, "h2c_channel.busy");
      const { logical } = context.place(0, 64);
      context.place(0, 64).open("read");
      const seen = [context.link.signals!.read(active)];
      context.start("h2c", logical, 64);
      for (let cycles = 0; cycles < context.patience(64) && seen.length < 3; cycles++) {
        await context.link.idle(1);
        const value = context.link.signals!.read(active);
        if (value !== seen.at(-1)) seen.push(value);
      }
      expect(seen).toEqual([0n, 1n, 0n]);
      expect(await context.finish("h2c", 64)).toEqual(done);
    },
  },
  {
    name: "time stands still while one looks inside, and nothing changes",
    unless: [hasNoSignals],
    async run(context) {
      const runs: unknown[] = [];
      for (const look of [looks.none, looks.all]) {
        const each = await context.next();
        each.place(0, 256).bytes.set(pattern(256, 1));
        each.place(0, 256).open("read");
        each.start("h2c", each.place(0, 256).logical, 256);
        for (let count = 0; count < 10; count++) {
          await each.link.idle(5);
          const before = each.link.clock.cycle;
          look(each);
          await turn();
          expect(each.link.clock.cycle, "cycles that a look has taken").toBe(before);
        }
        runs.push([await each.finish("h2c", 256), each.link.clock.cycle, each.events]);
      }
      expect(runs[1]).toEqual(runs[0]);
    },
  },
  {
    name: "the name of no signal is refused, with those near it",
    unless: [hasNoSignals],
    async run(context) {
      const signals = context.link.signals!;
      const scratch = nameOf(context, "registers.scratch");
      const error = { code: "E_UNKNOWN_SIGNAL", blame: "product", message: expect.stringContaining(scratch) };
      for (const name of [scratch.slice(0, -1), `${scratch}2`, ` ${scratch}`, scratch.toUpperCase()])
        expect(
          thrown(() => signals.read(name)),
          name,
        ).toMatchObject(error);
      expect(signals.read(scratch)).toBe(0n);
    },
  },
  {
    name: "after dispose nobody looks inside",
    unless: [hasNoSignals],
    async run(context) {
      const { link } = context;
      const scratch = nameOf(context, "registers.scratch");
      await link[Symbol.asyncDispose]();
      expect(thrown(() => link.signals!.read(scratch))).toMatchObject({ code: "E_LINK_CLOSED" });
    },
  },
];

function thrown(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}
