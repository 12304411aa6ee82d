import type { Link, NarrowOperation, Operation } from "../../../src/bus/link.ts";
import type { ContractLink } from "../suite/contract-test.ts";
import { replaced } from "./faulty-link.ts";

const isWide = (operation: Operation) => operation.kind !== "wait" && operation.width === 64;

/** A link with accesses of 64 bits, which a bridge before the device makes two of, with nothing between them. */
export function wideLink(open: ContractLink["open"]): ContractLink {
  return { open: async (seed) => wide(await open(seed)) };
}

function check(address: number, value: bigint): void {
  if (address % 8 !== 0) throw new RangeError(`${address} is no multiple of 8`);
  if (BigInt.asUintN(64, value) !== value) throw new RangeError(`${value} is no unsigned 64-bit number`);
}

function halvesOf(operation: Operation): readonly NarrowOperation[] {
  if (operation.kind === "wait" || operation.width !== 64) return [operation];
  const { address } = operation;
  if (operation.kind === "read") {
    check(address, 0n);
    return [address, address + 4].map((each) => ({ kind: "read", address: each }));
  }
  const { value } = operation;
  check(address, value);
  return [
    { kind: "write", address, value: Number(value & 0xffff_ffffn) },
    { kind: "write", address: address + 4, value: Number(value >> 32n) },
  ];
}

function wide(link: Link): Link {
  return replaced(link, {
    traits: { ...link.traits, registerBits: 64 },
    writeRegister64: (address: number, value: bigint) => {
      for (const half of halvesOf({ kind: "write", address, value, width: 64 }))
        if (half.kind === "write") link.writeRegister(half.address, half.value);
    },
    readRegister64: async (address: number) => {
      const [low = 0, high = 0] = await link.perform(halvesOf({ kind: "read", address, width: 64 }));
      return (BigInt(high) << 32n) | BigInt(low);
    },
    perform: async (operations: readonly Operation[]) =>
      await link.perform(operations.some(isWide) ? operations.flatMap(halvesOf) : operations),
  });
}
