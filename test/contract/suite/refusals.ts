import { expect } from "vitest";
import { type ContractContext, expectBytes } from "./contract-context.ts";

export const channelOf = { read: "h2c", write: "c2h" } as const;
export const directions = ["read", "write"] as const;
export type Direction = (typeof directions)[number];

/** Bytes in which the accesses of a direction are checked. */
export function unitOf({ link: { traits } }: ContractContext, direction: Direction): number {
  const { windows } = traits;
  if (windows === "unchecked") return 1;
  return direction === "read" ? windows.readUnit : windows.writeUnit;
}

/** A transfer of which the device is served nothing. Writes may be refused without its notice, where no fault is reported. */
export async function expectRefused(
  context: ContractContext,
  direction: Direction,
  offset: number,
  lengthBytes: number,
): Promise<void> {
  const { logical, bytes } = context.place(offset, lengthBytes);
  const before = Uint8Array.from(bytes);
  const outcome = await context.move(channelOf[direction], logical, lengthBytes);
  expectBytes(bytes, before, `${direction} of ${lengthBytes} bytes that no window allows`);
  const { windows } = context.link.traits;
  if (direction === "read" || (windows !== "unchecked" && windows.reportsFaults))
    expect(outcome).toMatchObject({ status: "error", residue: lengthBytes });
}
