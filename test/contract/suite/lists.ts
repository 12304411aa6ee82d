import { expect } from "vitest";
import type { Operation } from "../../../src/bus/link.ts";
import type { GlobalName } from "../../../src/driver/register-file.ts";
import { MAGIC, REGISTER_SPACE_BYTES } from "../../../src/spec/registers.ts";
import { type ContractContext, rejection, TEST_CAUSE } from "./contract-context.ts";
import type { ContractTest } from "./contract-test.ts";
import { isLevel, isMessage, isSilent } from "./exemptions.ts";

const NOWHERE: Operation = { kind: "write", address: REGISTER_SPACE_BYTES + 4, value: 1 };
const READ_NOWHERE: Operation = { kind: "read", address: REGISTER_SPACE_BYTES };

/** The operations of a list, by the names of registers. */
function operationsOf({ registers: { global } }: ContractContext) {
  const write = (name: GlobalName, value: number): Operation => ({
    kind: "write",
    address: global.addressOf(name),
    value,
  });
  return {
    write,
    read: (name: GlobalName): Operation => ({ kind: "read", address: global.addressOf(name) }),
    wait: (limitCycles: number): Operation => ({ kind: "wait", limitCycles }),
    raise: write("IRQ_TEST", 1),
    clear: write("IRQ_STATUS", TEST_CAUSE),
  };
}

export const listTests: readonly ContractTest[] = [
  {
    name: "a list does its operations in order and gives what was read and whether a wait was met",
    async run(context) {
      const { write, read, wait, raise, clear } = operationsOf(context);
      const values = await context.link.perform([
        ...[write("SCRATCH", 7), read("SCRATCH"), write("IRQ_ENABLE", TEST_CAUSE), raise],
        ...[wait(context.patience()), read("IRQ_STATUS"), clear, write("SCRATCH", 8), read("SCRATCH")],
        ...[read("IRQ_STATUS"), read("MAGIC")],
      ]);
      expect(values).toEqual([7, 1, TEST_CAUSE, 8, 0, MAGIC]);
      expect(await context.link.perform([])).toEqual([]);
    },
  },
  {
    name: "a wait in a list that expires yields 0 and the list goes on",
    async run(context) {
      const { write, read, wait } = operationsOf(context);
      const start = context.link.clock.cycle;
      const list = [wait(context.quiet), write("SCRATCH", 9), read("SCRATCH"), wait(context.quiet)];
      expect(await context.link.perform(list)).toEqual([0, 9, 0]);
      const taken = context.link.clock.cycle - start;
      expect(taken).toBeGreaterThanOrEqual(2 * context.quiet);
      if (context.isStepped) expect(taken).toBeLessThanOrEqual(2 * context.quiet + context.cycles(5));
    },
  },
  {
    name: "a list's latch begins with it: an interrupt of before ends its wait only where the line can be asked",
    async run(context) {
      const { link, quiet } = context;
      const { raise, clear, wait } = operationsOf(context);
      context.enable();
      context.raise();
      await context.barrier();
      expect(await context.interrupt.wait(context.patience())).toBe(true);
      const isHigh = link.traits.interrupts === "level" ? 1 : 0;
      expect(await link.perform([wait(quiet)])).toEqual([isHigh]);
      // One rise is one message, however often it is waited for.
      const again = [clear, raise, wait(context.patience()), wait(quiet)];
      expect(await link.perform(again)).toEqual([1, isHigh]);
    },
  },
  {
    name: "a message that comes during a list is kept for its next wait, once",
    unless: [isLevel],
    async run(context) {
      const { read, wait, raise, clear } = operationsOf(context);
      context.enable();
      await context.barrier();
      const list = [raise, clear, read("MAGIC"), wait(context.patience()), wait(context.quiet)];
      expect(await context.link.perform([...list, ...list])).toEqual([MAGIC, 1, 0, MAGIC, 1, 0]);
    },
  },
  {
    name: "a level that has fallen again during a list does not end its next wait",
    unless: [isMessage],
    async run(context) {
      const { read, wait, raise, clear } = operationsOf(context);
      context.enable();
      await context.barrier();
      const list = [raise, clear, read("MAGIC"), wait(context.quiet)];
      expect(await context.link.perform([...list, raise, wait(context.patience())])).toEqual([MAGIC, 0, 1]);
    },
  },
  {
    name: "a wait that was parked before a list is met by a rise in it, when it is over",
    async run(context) {
      const { write, read, wait, raise, clear } = operationsOf(context);
      context.enable();
      await context.barrier();
      const parked = context.interrupt.wait(context.patience());
      const list = [raise, wait(context.patience()), clear, write("SCRATCH", 4), read("SCRATCH")];
      const values = context.link.perform(list);
      expect(await parked).toBe(true);
      expect(await values).toEqual([1, 4]);
    },
  },
  {
    name: "lists and operations beside them are done in the order of their calls",
    async run(context) {
      const { link, registers } = context;
      const { write, read } = operationsOf(context);
      registers.global.write("SCRATCH", 1);
      const first = link.perform([read("SCRATCH"), write("SCRATCH", 2), read("SCRATCH")]);
      registers.global.write("SCRATCH", 3);
      const second = registers.global.read("SCRATCH");
      const third = link.perform([write("SCRATCH", 4), read("SCRATCH")]);
      expect(await Promise.all([first, second, third])).toEqual([[1, 2], 3, [4]]);
    },
  },
  {
    name: "a list rejects with the error of its own read; what follows in it is not done",
    unless: [isSilent],
    async run(context) {
      const { link, registers } = context;
      const { write, read, raise } = operationsOf(context);
      const list = [write("SCRATCH", 1), READ_NOWHERE, write("SCRATCH", 2), raise, read("SCRATCH")];
      const error = await rejection(link.perform(list));
      expect(error).toMatchObject({ code: "E_REGISTER_ACCESS", address: REGISTER_SPACE_BYTES });
      expect(await registers.global.read("SCRATCH")).toBe(1);
      expect(await registers.global.read("IRQ_STATUS")).toBe(0);
    },
  },
  {
    name: "a list rejects with the error of its own write, also when it ends with a wait",
    unless: [isSilent],
    async run(context) {
      const { link, registers } = context;
      const { write, read, wait, raise } = operationsOf(context);
      const enable = write("IRQ_ENABLE", TEST_CAUSE);
      for (const last of [wait(context.patience()), wait(0), read("MAGIC")]) {
        const error = await rejection(link.perform([NOWHERE, enable, raise, last]));
        expect(error).toMatchObject({ code: "E_REGISTER_ACCESS", address: REGISTER_SPACE_BYTES + 4 });
        expect(await registers.global.read("MAGIC"), "the error was reported").toBe(MAGIC);
      }
    },
  },
  {
    name: "the refused write of a list that waits for nothing is reported once, at the latest by what follows",
    unless: [isSilent],
    async run(context) {
      const { link, registers } = context;
      const { read } = operationsOf(context);
      const errors: unknown[] = [];
      const note = (error: unknown) => errors.push(error);
      await link.perform([read("MAGIC"), NOWHERE]).catch(note);
      await registers.global.read("MAGIC").catch(note);
      expect(await registers.global.read("MAGIC")).toBe(MAGIC);
      expect(errors).toMatchObject([{ code: "E_REGISTER_ACCESS", address: REGISTER_SPACE_BYTES + 4 }]);
    },
  },
];
