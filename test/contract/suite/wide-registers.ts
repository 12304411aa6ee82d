import { expect } from "vitest";
import type { Operation } from "../../../src/bus/link.ts";
import { REGISTER_SPACE_BYTES } from "../../../src/spec/registers.ts";
import { type ContractContext, rejection } from "./contract-context.ts";
import type { ContractTest } from "./contract-test.ts";
import { isNarrow, isSilent } from "./exemptions.ts";

const VALUE = 0x89ab_cdef_0123_4567n;
const [LOW, HIGH] = [0x0123_4567, 0x89ab_cdef];

/** A register of two words at a multiple of 8. */
function wide({ registers }: ContractContext): number {
  return registers.h2c.addressOf("HOST_ADDRESS_LOW");
}

export const wideRegisterTests: readonly ContractTest[] = [
  {
    name: "a register of 64 bits is written and read, all its bits, unsigned, among accesses of 32 bits",
    unless: [isNarrow],
    async run(context) {
      const { link, registers } = context;
      const address = wide(context);
      for (const value of [VALUE, 2n ** 64n - 1n, 2n ** 63n, 2n ** 53n + 1n, 1n, 0n]) {
        link.writeRegister64!(address, value);
        expect(await link.readRegister64!(address)).toBe(value);
      }
      link.writeRegister64!(address, VALUE);
      registers.h2c.write("HOST_ADDRESS_LOW", 7);
      const read = link.readRegister64!(address);
      link.writeRegister64!(address, VALUE);
      expect(await read).toBe((BigInt(HIGH) << 32n) | 7n);
      expect(await registers.h2c.read("HOST_ADDRESS_LOW")).toBe(LOW);
      expect(await registers.h2c.read("HOST_ADDRESS_HIGH")).toBe(HIGH);
    },
  },
  {
    name: "a list does operations of 64 bits among others; a read gives its low word, then its high word",
    unless: [isNarrow],
    async run(context) {
      const { global } = context.registers;
      const address = wide(context);
      const scratch = global.addressOf("SCRATCH");
      const list: Operation[] = [
        { kind: "write", address, value: VALUE, width: 64 },
        { kind: "write", address: scratch, value: 3, width: 32 },
        { kind: "read", address, width: 64 },
        { kind: "wait", limitCycles: 0 },
        { kind: "read", address: scratch },
        { kind: "read", address: address + 4, width: 32 },
      ];
      expect(await context.link.perform(list)).toEqual([LOW, HIGH, 0, 3, HIGH]);
    },
  },
  {
    name: "refuses a 64-bit address or value that is none, and posts nothing",
    unless: [isNarrow],
    async run(context) {
      const { link } = context;
      const address = wide(context);
      link.writeRegister64!(address, VALUE);
      for (const bad of [address + 4, address + 1, -8, 0.5, 2 ** 32, Number.NaN]) {
        expect(() => link.writeRegister64!(bad, 0n), `write of ${bad}`).toThrow(RangeError);
        expect(await rejection(link.readRegister64!(bad)), `read of ${bad}`).toBeInstanceOf(RangeError);
        const list = link.perform([{ kind: "read", address: bad, width: 64 }]);
        expect(await rejection(list), `list with a read of ${bad}`).toBeInstanceOf(RangeError);
      }
      for (const value of [-1n, 2n ** 64n])
        expect(() => link.writeRegister64!(address, value), `value ${value}`).toThrow(RangeError);
      expect(await link.readRegister64!(address)).toBe(VALUE);
    },
  },
  {
    name: "reports a refused access of 64 bits, once, and goes on",
    unless: [isNarrow, isSilent],
    async run(context) {
      const { link } = context;
      const error = { code: "E_REGISTER_ACCESS", address: REGISTER_SPACE_BYTES };
      expect(await rejection(link.readRegister64!(REGISTER_SPACE_BYTES))).toMatchObject(error);
      link.writeRegister64!(REGISTER_SPACE_BYTES, VALUE);
      expect(await rejection(link.readRegister64!(wide(context)))).toMatchObject(error);
      expect(await link.readRegister64!(wide(context))).toBe(0n);
    },
  },
];
