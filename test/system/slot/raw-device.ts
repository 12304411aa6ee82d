import type { Link } from "../../../src/bus/link.ts";
import { field, RegisterFile } from "../../../src/driver/register-file.ts";
import { errorKinds, nameOf } from "../../../src/spec/codes.ts";
import type { RawClient } from "./raw-client.ts";

export const CONFIG = 7;
export const COMMAND = 4;
export const MEMORY_ENABLE = 2;
export const BUS_MASTER = 4;

export type RegisterAccess = Pick<RawClient, "read" | "write">;

/** Our controller's registers in BAR 0. */
export function registersOf(client: RegisterAccess): RegisterFile {
  const link = {
    readRegister: (address: number) => client.read(0, address),
    writeRegister: (address: number, value: number) => client.write(0, address, value),
  };
  return new RegisterFile(link as unknown as Link);
}

/** A transfer in register mode, to its end; the name of its error, or `NONE`. */
export async function move(
  client: RegisterAccess,
  channel: "h2c" | "c2h",
  address: bigint,
  lengthBytes: number,
): Promise<string> {
  const { global, [channel]: own } = registersOf(client);
  global.write("CONTROL", field("CONTROL", "BUS_MASTER").mask);
  own.write("HOST_ADDRESS_LOW", Number(address & 0xffff_ffffn));
  own.write("HOST_ADDRESS_HIGH", Number(address >> 32n));
  own.write("CARD_ADDRESS", 0);
  own.write("LENGTH", lengthBytes);
  own.write("COMMAND", field("COMMAND", "START").mask);
  while (field("STATUS", "BUSY").of(await own.read("STATUS")) === 1);
  return nameOf(errorKinds, field("ERROR", "KIND").of(await own.read("ERROR"))) ?? "unknown";
}
