import type { NarrowOperation, Operation } from "../bus/link.ts";
import { hex } from "../core/hex.ts";

/** Throws `RangeError` for a list with an operation that registers of 32 bits do not have. */
export function checkNarrow(
  link: string,
  operations: readonly Operation[],
): asserts operations is readonly NarrowOperation[] {
  for (const operation of operations) if (operation.kind !== "wait") checkWidth(link, operation);
}

/** The same for one access. */
export function checkWidth(
  link: string,
  { kind, address, width = 32 }: Exclude<Operation, { kind: "wait" }>,
): void {
  if (width === 32) return;
  throw new RangeError(
    `${link}: ${kind} of register ${hex(address, 4)} with a width of ${width} bits: its registers have 32`,
  );
}

/** Throws `RangeError` for what is not the address of a 32-bit register up to `last`, or not a value of one. */
export function checkRegister(address: number, value: number, last: number): void {
  if (!Number.isInteger(address) || address < 0 || address > last || address % 4 !== 0) {
    throw new RangeError(`register address ${address} is no multiple of 4 from 0 to 0x${last.toString(16)}`);
  }
  if (!Number.isInteger(value) || value < 0 || value > 0xffff_ffff) {
    throw new RangeError(`register value ${value} is no unsigned 32-bit number`);
  }
}
