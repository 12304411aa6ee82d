import type { Link, Operation } from "../../../src/bus/link.ts";
import { changed, claiming, type FaultyLink } from "./faulty-link.ts";

const members = "members are there exactly where the traits say so";
const narrow = "as traits.registerBits is 32";
const halves = "a register of 64 bits is written and read";
const lists = "a list does operations of 64 bits among others";
const refusals = "refuses a 64-bit address or value that is none";
const swapped = (value: bigint): bigint => (BigInt.asUintN(32, value) << 32n) | (value >> 32n);

function spoiling(name: string, killer: string, change: (link: Link) => Partial<Link>): FaultyLink {
  return { name, killer, from: "wide", spoil: changed(change) };
}

export const faultyWideRegisters: readonly FaultyLink[] = [
  {
    name: "accesses of 64 bits are there where the traits say that they are not",
    killer: members,
    from: "wide",
    spoil: claiming({ registerBits: 32 }),
  },
  {
    name: "64 bits can be read and not written",
    killer: members,
    from: "wide",
    spoil: (sound) => ({
      ...sound,
      open: async (seed) => {
        const link = await sound.open(seed);
        return new Proxy(link, {
          get: (_, key) => (key === "writeRegister64" ? undefined : Reflect.get(link, key)),
          has: (_, key) => key !== "writeRegister64" && key in link,
        });
      },
    }),
  },
  {
    name: "a list does operations of 64 bits as if they had 32",
    killer: narrow,
    spoil: changed((link) => ({
      perform: (operations) =>
        link.perform(operations.map((each) => ({ ...each, width: 32 }) as unknown as Operation)),
    })),
  },
  {
    name: "a list does what stands before an operation of 64 bits",
    killer: narrow,
    spoil: changed((link) => ({
      perform: async (operations) => {
        const values: number[] = [];
        for (const each of operations) values.push(...(await link.perform([each])));
        return values;
      },
    })),
  },
  {
    name: "a list leaves operations of 64 bits out",
    killer: narrow,
    spoil: changed((link) => ({
      perform: (operations) =>
        link.perform(operations.filter((each) => each.kind === "wait" || each.width !== 64)),
    })),
  },
  spoiling("the words of a write of 64 bits are swapped", halves, (link) => ({
    writeRegister64: (address, value) => link.writeRegister64!(address, swapped(value)),
  })),
  spoiling("the words are swapped, both ways", halves, (link) => ({
    writeRegister64: (address, value) => link.writeRegister64!(address, swapped(value)),
    readRegister64: async (address) => swapped(await link.readRegister64!(address)),
  })),
  spoiling("64 bits go through a number", halves, (link) => ({
    readRegister64: async (address) => BigInt(Number(await link.readRegister64!(address))),
  })),
  spoiling("64 bits are signed", halves, (link) => ({
    readRegister64: async (address) => BigInt.asIntN(64, await link.readRegister64!(address)),
  })),
  spoiling("a write of 64 bits overtakes a read that was asked before", halves, (link) => ({
    readRegister64: async (address) => {
      await Promise.resolve();
      return await link.readRegister64!(address);
    },
  })),
  spoiling("the high word of a list's read comes first", lists, (link) => ({
    perform: async (operations) => {
      const values = await link.perform(operations);
      const at = operations.findIndex((each) => each.kind === "read" && each.width === 64);
      return at === -1 ? values : [values[1]!, values[0]!, ...values.slice(2)];
    },
  })),
  spoiling("a list's read of 64 bits gives one value", lists, (link) => ({
    perform: async (operations) => {
      const values = await link.perform(operations);
      return operations.some((each) => each.kind === "read" && each.width === 64)
        ? [values[0]!, ...values.slice(2)]
        : values;
    },
  })),
  spoiling("64 bits are accessed at any word", refusals, (link) => ({
    readRegister64: (address) => link.readRegister64!(address - (address % 8)),
  })),
  spoiling("a value of more than 64 bits is cut", refusals, (link) => ({
    writeRegister64: (address, value) => link.writeRegister64!(address, BigInt.asUintN(64, value)),
  })),
  spoiling("a refused read of 64 bits is worth all ones", "reports a refused access of 64 bits", (link) => ({
    readRegister64: (address) => link.readRegister64!(address).catch(() => 2n ** 64n - 1n),
  })),
];
