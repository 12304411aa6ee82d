import { expect } from "vitest";
import { globalBlock, MAGIC, REGISTER_SPACE_BYTES } from "../../../src/spec/registers.ts";
import { type ContractContext, rejection, TEST_CAUSE } from "./contract-context.ts";
import type { ContractTest } from "./contract-test.ts";
import { isSilent } from "./exemptions.ts";

const SCRATCH = globalBlock.registers.find(({ name }) => name === "SCRATCH")!.offset;
/** Beyond the register map: the device refuses it. */
const NOWHERE = REGISTER_SPACE_BYTES + 4;

const badAddresses = [2, 1, -4, 0.5, 2 ** 32, Number.NaN];
const badValues = [-1, 2 ** 32, 0.5, Number.NaN];

export const registerTests: readonly ContractTest[] = [
  {
    name: "reads a register, all 32 bits of it, unsigned",
    async run({ registers }) {
      expect(await registers.global.read("MAGIC")).toBe(MAGIC);
      for (const value of [0xffff_ffff, 0x8000_0000, 0x7fff_ffff, 0x0102_0304, 0xdead_beef, 0]) {
        registers.global.write("SCRATCH", value);
        expect(await registers.global.read("SCRATCH")).toBe(value);
      }
    },
  },
  {
    name: "reaches each register by all bits of its address",
    async run({ registers: { global, h2c, c2h } }) {
      global.write("SCRATCH", 1);
      h2c.write("HOST_ADDRESS_LOW", 2);
      c2h.write("HOST_ADDRESS_LOW", 3);
      h2c.write("LENGTH", 4);
      c2h.write("LENGTH", 5);
      const found = [await h2c.read("HOST_ADDRESS_LOW"), await c2h.read("HOST_ADDRESS_LOW")];
      found.push(await h2c.read("LENGTH"), await c2h.read("LENGTH"), await global.read("SCRATCH"));
      expect(found).toEqual([2, 3, 4, 5, 1]);
    },
  },
  {
    name: "keeps the order of posted writes and reads",
    async run({ registers }) {
      const seen: number[] = [];
      for (let value = 1; value <= 300; value++) registers.global.write("SCRATCH", value);
      seen.push(await registers.global.read("SCRATCH"));
      registers.global.write("SCRATCH", 0xffff_ffff);
      const first = registers.global.read("SCRATCH");
      registers.global.write("SCRATCH", 5);
      seen.push(await first, await registers.global.read("SCRATCH"));
      expect(seen).toEqual([300, 0xffff_ffff, 5]);
    },
  },
  {
    name: "reads that are asked at once are answered each with its own",
    async run({ registers: { global, h2c, c2h } }) {
      global.write("SCRATCH", 6);
      h2c.write("LENGTH", 7);
      c2h.write("LENGTH", 8);
      const asked = () => [
        global.read("SCRATCH"),
        h2c.read("LENGTH"),
        global.read("MAGIC"),
        c2h.read("LENGTH"),
      ];
      const answers = await Promise.all(Array.from({ length: 20 }, asked).flat());
      expect(answers).toEqual(Array.from({ length: 20 }, () => [6, 7, MAGIC, 8]).flat());
    },
  },
  {
    name: "keeps the order of posted writes to different registers",
    async run(context) {
      const { global } = context.registers;
      const seen: number[] = [];
      for (const steps of [["raise", "clear"] as const, ["raise"] as const, ["clear", "raise"] as const]) {
        for (const step of steps) context[step]();
        seen.push(await global.read("IRQ_STATUS"));
      }
      expect(seen).toEqual([0, TEST_CAUSE, TEST_CAUSE]);
    },
  },
  {
    name: "refuses an address or a value that is none, and posts nothing",
    async run({ link, registers }) {
      registers.global.write("SCRATCH", 7);
      for (const address of badAddresses) {
        expect(() => link.writeRegister(address, 0), `write of ${address}`).toThrow(RangeError);
        expect(await rejection(link.readRegister(address)), `read of ${address}`).toBeInstanceOf(RangeError);
        const list = link.perform([{ kind: "read", address }]);
        expect(await rejection(list), `list with a read of ${address}`).toBeInstanceOf(RangeError);
        const writes = link.perform([{ kind: "write", address, value: 0 }]);
        expect(await rejection(writes), `list with a write of ${address}`).toBeInstanceOf(RangeError);
      }
      for (const value of badValues) {
        expect(() => link.writeRegister(SCRATCH, value), `value ${value}`).toThrow(RangeError);
        const list = link.perform([{ kind: "write", address: SCRATCH, value }]);
        expect(await rejection(list), `list with value ${value}`).toBeInstanceOf(RangeError);
      }
      expect(await registers.global.read("SCRATCH")).toBe(7);
    },
  },
  {
    name: "reports a refused read, with its address, and goes on",
    unless: [isSilent],
    async run({ link, registers }) {
      const error = await rejection(link.readRegister(NOWHERE));
      expect(error).toMatchObject({ code: "E_REGISTER_ACCESS", blame: "product", address: NOWHERE });
      expect(error.message).toContain(`${link.name}: read of register 0x0404`);
      expect(await registers.global.read("MAGIC")).toBe(MAGIC);
    },
  },
  ...(
    [
      ["read", (context) => context.link.readRegister(0)],
      ["idle", (context) => context.link.idle(context.cycles(5))],
      ["wait for an interrupt", (context) => context.interrupt.wait(context.quiet)],
      ["list", (context) => context.link.perform([{ kind: "read", address: 0 }])],
      ["list with a wait", (context) => context.link.perform([{ kind: "wait", limitCycles: context.quiet }])],
    ] as const satisfies readonly (readonly [string, (context: ContractContext) => Promise<unknown>])[]
  ).map(
    ([what, operation]): ContractTest => ({
      name: `a refused write rejects the next ${what}, once`,
      unless: [isSilent],
      async run(context) {
        const { link, registers } = context;
        const before = link.readRegister(0);
        link.writeRegister(NOWHERE, 1);
        registers.global.write("SCRATCH", 3);
        expect(await before, "a read that was asked before the write").toBe(MAGIC);
        const error = await rejection(operation(context));
        expect(error).toMatchObject({ code: "E_REGISTER_ACCESS", blame: "product", address: NOWHERE });
        expect(error.message).toContain(`${link.name}: write of register 0x0404`);
        await operation(context);
        expect(await registers.global.read("SCRATCH"), "a write after the refused one").toBe(3);
      },
    }),
  ),
  {
    name: "of several refused writes the first is reported",
    unless: [isSilent],
    async run({ link, registers }) {
      for (const address of [NOWHERE, NOWHERE + 4, NOWHERE + 8]) link.writeRegister(address, 1);
      expect(await rejection(link.readRegister(0))).toMatchObject({ address: NOWHERE });
      expect(await registers.global.read("MAGIC")).toBe(MAGIC);
      expect(await registers.global.read("MAGIC")).toBe(MAGIC);
    },
  },
];
